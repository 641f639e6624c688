/** Text values of a vCard: single ones, and structured ones whose parts are read and patched one by one (RFC 6350 section 3.4, 4.1). */
import { cleanLabel, cleanText, escapeText, splitList, unescapeText } from '../ical/text.ts'
import { addCardLine, type Card, cardLineOf, replaceCardLine } from './card.ts'
import { type CardLine, makeCardLine, withCardValue } from './lines.ts'

/** One line without white space around it: addresses, numbers, names of properties that have no second line. */
export function labelText(text: string): string {
  return cleanLabel(text).trim()
}

export function textOfLine(line: CardLine | null): string {
  return line ? cleanText(unescapeText(line.value)) : ''
}

export function labelOfLine(line: CardLine | null): string {
  return labelText(textOfLine(line))
}

/** The first of these properties that is there with a text. */
export function readLabel(card: Card, ...names: string[]): string {
  return labelOfLine(labelLine(card, names))
}

/** Written into the property that is there, else into a new one of the first name. An empty text takes all of them away. */
export function patchLabel(card: Card, wanted: string, ...names: [string, ...string[]]): void {
  if (readLabel(card, ...names) === wanted) return
  const line = labelLine(card, names)
  if (wanted !== '') {
    if (line) replaceCardLine(card, line, withCardValue(line, escapeText(wanted)))
    else addCardLine(card, makeCardLine(names[0], '', escapeText(wanted)))
    return
  }
  for (const one of card.lines.filter(({ name }) => names.includes(name))) replaceCardLine(card, one, null)
}

function labelLine(card: Card, names: readonly string[]): CardLine | null {
  for (const name of names) {
    const found = card.lines.find((line) => line.name === name && labelOfLine(line) !== '')
    if (found) return found
  }
  return null
}

/** The parts of a structured value, raw; a part may be a list. */
export function partsOf(value: string): string[] {
  if (!value.includes('\\')) return value.split(';')
  const parts: string[] = []
  let part = ''
  for (let at = 0; at < value.length; at++) {
    const char = value[at] ?? ''
    if (char === ';') {
      parts.push(part)
      part = ''
    } else if (char === '\\' && at + 1 < value.length) {
      part += char + (value[at + 1] ?? '')
      at++
    } else part += char
  }
  return [...parts, part]
}

/** The text of a raw part; several values of a list stand one after the other. */
export function textOfPart(part: string | undefined, separator: string): string {
  if (part === undefined || part === '') return ''
  return splitList(part)
    .map((value) => cleanText(unescapeText(value)))
    .filter((value) => value !== '')
    .join(separator)
}

/** The same as one line. */
export function labelOfPart(part: string | undefined): string {
  return labelText(textOfPart(part, ' '))
}

/** The structured value with some parts as wanted; a part that says the same already stays as it is written. */
export function patchParts(
  value: string,
  wanted: Readonly<Record<number, string>>,
  options: { read: (part: string | undefined) => string; least: number },
): string {
  const parts = partsOf(value)
  for (const [index, text] of Object.entries(wanted)) {
    const at = Number(index)
    while (parts.length <= at) parts.push('')
    if (options.read(parts[at]) !== text) parts[at] = escapeText(text)
  }
  while (parts.length < options.least) parts.push('')
  while (parts.length > options.least && parts.at(-1) === '') parts.pop()
  return parts.join(';')
}

/** The first line of a name, or a new one to patch; null when there is nothing to write and nothing is there. */
export function patchStructured(card: Card, name: string, patch: (value: string) => string): void {
  const line = cardLineOf(card, name)
  const value = patch(line?.value ?? '')
  if (line?.value === value) return
  const isEmpty = /^;*$/.test(value)
  if (line) replaceCardLine(card, line, isEmpty && name !== 'N' ? null : withCardValue(line, value))
  else if (!isEmpty) addCardLine(card, makeCardLine(name, '', value))
}
