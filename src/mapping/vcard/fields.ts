/** The plain fields of a card: note, categories, sensitivity, file-as. Each is read and patched side by side. */
import type { Sensitivity } from '../../model/event.ts'
import { cleanLabel, escapeText, splitList, unescapeText } from '../ical/text.ts'
import { addCardLine, type Card, cardLineOf, cardLinesOf, replaceCardLine } from './card.ts'
import { makeCardLine, withCardValue } from './lines.ts'
import { patchLabel, readLabel, textOfLine } from './text.ts'

const FILE_AS = ['X-EVOLUTION-FILE-AS', 'X-FILE-AS'] as const
/** CLASS went with vCard 4.0. */
const CLASS = ['CLASS', 'X-CLASS'] as const
/** "Personal", which CLASS lacks: such a card is PRIVATE with this mark. Whoever sets another CLASS overrules it. */
const SENSITIVITY_MARK = 'X-EXC-SENSITIVITY'

export function readFileAs(card: Card): string {
  return readLabel(card, ...FILE_AS)
}

export function patchFileAs(card: Card, wanted: string): void {
  patchLabel(card, wanted, ...FILE_AS)
}

/** The first note; further ones stay on the card. */
export function readNote(card: Card): string {
  return textOfLine(cardLineOf(card, 'NOTE'))
}

export function patchNote(card: Card, wanted: string): void {
  if (readNote(card) === wanted) return
  const line = cardLineOf(card, 'NOTE')
  if (wanted === '') for (const one of cardLinesOf(card, 'NOTE')) replaceCardLine(card, one, null)
  else if (line) replaceCardLine(card, line, withCardValue(line, escapeText(wanted)))
  else addCardLine(card, makeCardLine('NOTE', '', escapeText(wanted)))
}

export function readCardCategories(card: Card): string[] {
  const names = cardLinesOf(card, 'CATEGORIES').flatMap((line) => splitList(line.value).map(categoryOf))
  return [...new Set(names)].filter((name) => name !== '').sort()
}

/** Each line keeps the names that stay, in its own order and spelling; new names go to the last line. */
export function patchCardCategories(card: Card, wanted: readonly string[]): void {
  const current = readCardCategories(card)
  if (current.length === wanted.length && current.every((name, at) => name === wanted[at])) return
  for (const line of cardLinesOf(card, 'CATEGORIES')) {
    const kept = splitList(line.value).filter((text) => wanted.includes(categoryOf(text)))
    if (kept.length === 0) replaceCardLine(card, line, null)
    else if (kept.join() !== line.value) replaceCardLine(card, line, withCardValue(line, kept.join()))
  }
  const added = wanted.filter((name) => !current.includes(name)).map(escapeText)
  if (added.length === 0) return
  const last = cardLinesOf(card, 'CATEGORIES').at(-1)
  if (last) replaceCardLine(card, last, withCardValue(last, [last.value, ...added].join()))
  else addCardLine(card, makeCardLine('CATEGORIES', '', added.join()))
}

function categoryOf(text: string): string {
  return cleanLabel(unescapeText(text)).trim()
}

export function readSensitivity(card: Card): Sensitivity {
  const value = readLabel(card, ...CLASS).toUpperCase()
  if (value === '' || value === 'PUBLIC') return 'normal'
  if (value === 'CONFIDENTIAL') return 'confidential'
  return readLabel(card, SENSITIVITY_MARK).toUpperCase() === 'PERSONAL' ? 'personal' : 'private'
}

export function patchSensitivity(card: Card, wanted: Sensitivity): void {
  if (readSensitivity(card) === wanted) return
  const word = wanted === 'normal' ? '' : wanted === 'confidential' ? 'CONFIDENTIAL' : 'PRIVATE'
  if (card.version === '4.0') patchLabel(card, word, 'X-CLASS', 'CLASS')
  else patchLabel(card, word, ...CLASS)
  patchLabel(card, wanted === 'personal' ? 'PERSONAL' : '', SENSITIVITY_MARK)
}
