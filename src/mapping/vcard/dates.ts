/** Birthday and anniversary as whole dates (TIM-5): a time beside the date, and its zone, is never a reason to move it. A date without a year stays on the card. */
import { isDateText } from '../../model/civil.ts'
import type { DateText } from '../../model/time.ts'
import { addCardLine, type Card, cardLinesOf, labelOf, replaceCardLine } from './card.ts'
import { type CardLine, makeCardLine, paramOf, withCardParam, withCardValue } from './lines.ts'

const BIRTHDAY = ['BDAY'] as const
const ANNIVERSARY = [
  'ANNIVERSARY',
  'X-ANNIVERSARY',
  'X-EVOLUTION-ANNIVERSARY',
  'X-KADDRESSBOOK-X-ANNIVERSARY',
  'X-MS-ANNIVERSARY',
] as const
/** Apple's dates with a label; the label says which one it is. */
const LABELLED = 'X-ABDATE'

export function readBirthday(card: Card): DateText | null {
  return firstDate(birthdayLines(card))
}

export function patchBirthday(card: Card, wanted: DateText | null): void {
  patchDate(card, wanted, { lines: birthdayLines(card), name: 'BDAY' })
}

export function readAnniversary(card: Card): DateText | null {
  return firstDate(anniversaryLines(card))
}

/** All the lines that say the same thing change together, else the stale one would win with the next program. */
export function patchAnniversary(card: Card, wanted: DateText | null): void {
  patchDate(card, wanted, { lines: anniversaryLines(card), name: 'ANNIVERSARY' })
}

/** There is a date on the card, but no whole one. */
export function hasPartialDate(card: Card): { birthday: boolean; anniversary: boolean } {
  const partial = (lines: readonly CardLine[]) => lines.length > 0 && firstDate(lines) === null
  return { birthday: partial(birthdayLines(card)), anniversary: partial(anniversaryLines(card)) }
}

function birthdayLines(card: Card): CardLine[] {
  return cardLinesOf(card, ...BIRTHDAY).filter(isFilled)
}

function anniversaryLines(card: Card): CardLine[] {
  const labelled = cardLinesOf(card, LABELLED).filter((line) => labelOf(card, line) === 'anniversary')
  return [...cardLinesOf(card, ...ANNIVERSARY), ...labelled].filter(isFilled)
}

function isFilled(line: CardLine): boolean {
  return line.value.trim() !== ''
}

function firstDate(lines: readonly CardLine[]): DateText | null {
  for (const line of lines) {
    const date = dateOfLine(line)
    if (date !== null) return date
  }
  return null
}

function dateOfLine(line: CardLine): DateText | null {
  const match = /^\s*(\d{4})-?(\d{2})-?(\d{2})(?:[T ].*)?\s*$/i.exec(line.value)
  if (!match || paramOf(line, 'VALUE')?.toLowerCase() === 'text') return null
  // Apple's way to leave out the year.
  if (paramOf(line, 'X-APPLE-OMIT-YEAR') === match[1]) return null
  const date = `${match[1]}-${match[2]}-${match[3]}`
  return isDateText(date) && date >= '0001' ? date : null
}

function patchDate(
  card: Card,
  wanted: DateText | null,
  { lines, name }: { lines: readonly CardLine[]; name: string },
): void {
  if (firstDate(lines) === wanted) return
  const dated = lines.filter((line) => dateOfLine(line) !== null)
  if (wanted === null) {
    for (const line of dated) replaceCardLine(card, line, null)
    return
  }
  const value = card.version === '4.0' ? wanted.replaceAll('-', '') : wanted
  // Without a whole date the first line is a birthday without its year: the whole one takes its place.
  const [first, ...others] = dated.length > 0 ? dated : lines.slice(0, 1)
  if (!first) addCardLine(card, makeCardLine(name, '', value))
  for (const line of first ? [first, ...others] : []) replaceCardLine(card, line, withCardValue(plainDate(line), value))
}

function plainDate(line: CardLine): CardLine {
  const bare = withCardParam(line, 'X-APPLE-OMIT-YEAR', null)
  const kind = paramOf(bare, 'VALUE')?.toLowerCase()
  return kind === undefined || kind === 'date' ? bare : withCardParam(bare, 'VALUE', null)
}
