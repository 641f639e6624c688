/** One vCard as its lines in their order. It is patched in place and printed again; what nobody changed stays as it was. */
import { ConnectorError } from '../../ports/errors.ts'
import { type CardLine, cardLines, paramOf } from './lines.ts'

export type CardVersion = '3.0' | '4.0'
/** `lines` without BEGIN and END, which are kept as they are written. */
export type Card = { version: CardVersion; begin: CardLine; lines: CardLine[]; end: CardLine }

/** Why a text cannot be read; it stays untouched where it is (I10). */
export type CardUnreadable =
  | 'not-vcard'
  | 'truncated'
  | 'nesting'
  | 'several-cards'
  | 'no-uid'
  | 'version-not-supported'
  | 'quoted-printable'

export function unreadableCard(reason: CardUnreadable, detail?: string): ConnectorError {
  return new ConnectorError('item.unreadable', detail === undefined ? { reason } : { reason, detail })
}

/** The one card of a text. Throws `item.unreadable`: vCard 2.1 too, which Nextcloud refuses (415) and other programs write to files. */
export function parseCard(text: string): Card {
  const [begin, ...rest] = cardLines(text)
  if (!begin || !is(begin, 'BEGIN')) throw unreadableCard('not-vcard')
  const at = rest.findIndex((line) => line.name === 'END')
  const end = rest[at]
  if (!end) throw unreadableCard('truncated')
  if (!is(end, 'END')) throw unreadableCard('nesting')
  if (rest.slice(at + 1).some((line) => line.name === 'BEGIN')) throw unreadableCard('several-cards')
  const lines = rest.slice(0, at)
  if (lines.some((line) => line.name === 'BEGIN')) throw unreadableCard('nesting')
  const version = versionOf(lines)
  for (const line of lines) {
    if (paramOf(line, 'ENCODING')?.toUpperCase() === 'QUOTED-PRINTABLE')
      throw unreadableCard('quoted-printable', line.name)
  }
  return { version, begin, lines, end }
}

/** CRLF line ends. */
export function printCard({ begin, lines, end }: Card): string {
  return `${[begin, ...lines, end].map((line) => line.raw).join('\r\n')}\r\n`
}

export function cardLineOf(card: Card, ...names: string[]): CardLine | null {
  for (const name of names) {
    const found = card.lines.find((line) => line.name === name)
    if (found) return found
  }
  return null
}

export function cardLinesOf(card: Card, ...names: string[]): CardLine[] {
  return card.lines.filter((line) => names.includes(line.name))
}

/** Puts a line in the place of another one. Null takes it away, with the label of its group when nothing else is in the group. */
export function replaceCardLine(card: Card, old: CardLine, next: CardLine | null): void {
  const at = card.lines.indexOf(old)
  if (at < 0) return
  card.lines.splice(at, 1, ...(next ? [next] : []))
  if (next || old.group === '') return
  const inGroup = card.lines.filter((line) => sameGroup(line, old))
  if (inGroup.every((line) => line.name === 'X-ABLABEL'))
    card.lines = card.lines.filter((line) => !inGroup.includes(line))
}

/** After the last line of the same name, else at the end. */
export function addCardLine(card: Card, line: CardLine): void {
  const last = card.lines.findLastIndex((one) => one.name === line.name)
  card.lines.splice(last < 0 ? card.lines.length : last + 1, 0, line)
}

/** The label of a line's group in lower case, without Apple's marks: `_$!<Spouse>!$_` is `spouse`. */
export function labelOf(card: Card, line: CardLine): string {
  if (line.group === '') return ''
  const label = card.lines.find((one) => one.name === 'X-ABLABEL' && sameGroup(one, line))
  return (label?.value ?? '')
    .replace(/^_\$!<(.*)>!\$_$/, '$1')
    .trim()
    .toLowerCase()
}

function sameGroup(one: CardLine, other: CardLine): boolean {
  return one.group.toLowerCase() === other.group.toLowerCase()
}

function is(line: CardLine, name: string): boolean {
  return line.name === name && line.value.trim().toUpperCase() === 'VCARD'
}

function versionOf(lines: readonly CardLine[]): CardVersion {
  const version = lines.find((line) => line.name === 'VERSION')?.value.trim() ?? '3.0'
  if (version === '3.0' || version === '4.0') return version
  throw unreadableCard('version-not-supported', version.slice(0, 20))
}
