/** The name: N, NICKNAME and the phonetic forms (RFC 6350 section 6.2; X-PHONETIC-* as Apple and Google write them). */
import type { ContactName } from '../../model/contact.ts'
import { escapeText } from '../ical/text.ts'
import { addCardLine, type Card, cardLineOf, replaceCardLine } from './card.ts'
import { makeCardLine, withCardValue } from './lines.ts'
import {
  labelOfPart,
  labelText,
  partsOf,
  patchLabel,
  patchParts,
  patchStructured,
  readLabel,
  textOfPart,
} from './text.ts'

/** Order of the parts of N. */
const PARTS = ['family', 'given', 'middle', 'prefix', 'suffix'] as const
const PHONETIC = [
  ['phoneticGiven', 'X-PHONETIC-FIRST-NAME'],
  ['phoneticFamily', 'X-PHONETIC-LAST-NAME'],
  ['phoneticCompany', 'X-PHONETIC-ORG'],
] as const

export function readName(card: Card): ContactName {
  const parts = partsOf(cardLineOf(card, 'N')?.value ?? '')
  const [family, given, middle, prefix, suffix] = PARTS.map((_, at) => labelOfPart(parts[at]))
  return {
    prefix: prefix ?? '',
    given: given ?? '',
    middle: middle ?? '',
    family: family ?? '',
    suffix: suffix ?? '',
    nickname: readNickname(card),
    phoneticGiven: readLabel(card, 'X-PHONETIC-FIRST-NAME'),
    phoneticFamily: readLabel(card, 'X-PHONETIC-LAST-NAME'),
    phoneticCompany: readLabel(card, 'X-PHONETIC-ORG'),
  }
}

export function patchName(card: Card, wanted: ContactName): void {
  const parts = Object.fromEntries(PARTS.map((part, at) => [at, wanted[part]]))
  const current = readName(card)
  if (PARTS.some((part) => current[part] !== wanted[part]))
    patchStructured(card, 'N', (value) => patchParts(value, parts, { read: labelOfPart, least: PARTS.length }))
  patchNickname(card, wanted.nickname)
  for (const [part, property] of PHONETIC) patchLabel(card, wanted[part], property)
}

/** A list; its names are read as one text. */
function readNickname(card: Card): string {
  return labelText(textOfPart(cardLineOf(card, 'NICKNAME')?.value, ', '))
}

function patchNickname(card: Card, wanted: string): void {
  if (readNickname(card) === wanted) return
  const line = cardLineOf(card, 'NICKNAME')
  if (wanted === '') {
    if (line) replaceCardLine(card, line, null)
  } else if (line) replaceCardLine(card, line, withCardValue(line, escapeText(wanted)))
  else addCardLine(card, makeCardLine('NICKNAME', '', escapeText(wanted)))
}
