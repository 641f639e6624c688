/** The plain fields of a card: note, categories, sensitivity, file-as. Each is read and patched side by side. */
import { type Gender, USER_FIELDS, type UserFields } from '../../model/contact.ts'
import type { Sensitivity } from '../../model/event.ts'
import { cleanLabel, escapeText, splitList, unescapeText } from '../ical/text.ts'
import { addCardLine, type Card, cardLineOf, cardLinesOf, replaceCardLine } from './card.ts'
import { makeCardLine, withCardValue } from './lines.ts'
import { labelOfPart, partsOf, patchLabel, readLabel, textOfLine } from './text.ts'

/** Thunderbird's name, and DavMail's. */
const USER_FIELD: Readonly<Record<keyof UserFields, readonly [string, string]>> = {
  1: ['X-CUSTOM1', 'CUSTOM1'],
  2: ['X-CUSTOM2', 'CUSTOM2'],
  3: ['X-CUSTOM3', 'CUSTOM3'],
  4: ['X-CUSTOM4', 'CUSTOM4'],
}
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

/** RFC 6350 section 6.2.7. Other genders, and words about it, stay on the card. */
export function readGender(card: Card): Gender {
  const line = cardLineOf(card, 'GENDER', 'X-GENDER')
  const word = labelOfPart(partsOf(line?.value ?? '')[0]).toLowerCase()
  if (word === 'f' || word === 'female') return 'female'
  return word === 'm' || word === 'male' ? 'male' : ''
}

export function patchGender(card: Card, wanted: Gender): void {
  if (readGender(card) === wanted) return
  const line = cardLineOf(card, 'GENDER', 'X-GENDER')
  const word = wanted === 'female' ? 'F' : 'M'
  if (wanted === '') {
    if (line) replaceCardLine(card, line, null)
  } else if (line) replaceCardLine(card, line, withCardValue(line, line.name === 'GENDER' ? word : cap(wanted)))
  else addCardLine(card, makeCardLine('GENDER', '', word))
}

function cap(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export function readUserFields(card: Card): UserFields {
  const [one, two, three, four] = USER_FIELDS.map((number) => readLabel(card, ...USER_FIELD[number]))
  return { 1: one ?? '', 2: two ?? '', 3: three ?? '', 4: four ?? '' }
}

export function patchUserFields(card: Card, wanted: UserFields): void {
  for (const number of USER_FIELDS) patchLabel(card, wanted[number], ...USER_FIELD[number])
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
