/**
 * Spouse, children, manager and assistant: RELATED (RFC 6350 section 6.6.6), Apple's labelled names, and the properties of GNOME,
 * KDE and Outlook. What is there is patched; new ones are what Nextcloud's Contacts shows.
 */
import type { Relations } from '../../model/contact.ts'
import { escapeText } from '../ical/text.ts'
import { addCardLine, type Card, cardLinesOf, labelOf, replaceCardLine } from './card.ts'
import { type CardLine, makeCardLine, typesOf, withCardValue } from './lines.ts'
import { labelOfLine } from './text.ts'

type Relation = {
  /** TYPE of RELATED. RFC 6350 has it for family alone; Nextcloud's Contacts also offers manager and assistant. */
  type: string
  /** What a new one is: RELATED, or the first of `names`. */
  isFamily: boolean
  label: string
  names: readonly string[]
}

const RELATIONS = {
  spouse: {
    type: 'spouse',
    isFamily: true,
    label: 'spouse',
    names: ['X-EVOLUTION-SPOUSE', 'X-SPOUSE', 'X-KADDRESSBOOK-X-SPOUSESNAME', 'X-MS-SPOUSE'],
  },
  manager: {
    type: 'manager',
    isFamily: false,
    label: 'manager',
    names: ['X-MANAGERSNAME', 'X-EVOLUTION-MANAGER', 'X-KADDRESSBOOK-X-MANAGERSNAME', 'X-MS-MANAGER'],
  },
  assistant: {
    type: 'assistant',
    isFamily: false,
    label: 'assistant',
    names: ['X-EVOLUTION-ASSISTANT', 'X-ASSISTANT', 'X-KADDRESSBOOK-X-ASSISTANTSNAME', 'X-MS-ASSISTANT'],
  },
  children: { type: 'child', isFamily: true, label: 'child', names: ['X-MS-CHILD'] },
} as const satisfies Record<keyof Relations, Relation>

export function readRelations(card: Card): Relations {
  const one = (relation: Relation): string => textOfRelation(relationLines(card, relation)[0])
  return {
    spouse: one(RELATIONS.spouse),
    manager: one(RELATIONS.manager),
    assistant: one(RELATIONS.assistant),
    children: relationLines(card, RELATIONS.children).map(textOfRelation),
  }
}

export function patchRelations(card: Card, wanted: Relations): void {
  for (const key of ['spouse', 'manager', 'assistant'] as const) {
    const lines = relationLines(card, RELATIONS[key])
    if (textOfRelation(lines[0]) === wanted[key]) continue
    // The same person under several names: all follow, else the stale one would be read next.
    if (wanted[key] === '') for (const line of lines) replaceCardLine(card, line, null)
    else patchLines(card, [wanted[key]], { lines: lines.slice(0, 1), relation: RELATIONS[key] })
  }
  const children = relationLines(card, RELATIONS.children)
  if (children.map(textOfRelation).join('\n') !== wanted.children.join('\n'))
    patchLines(card, wanted.children, { lines: children, relation: RELATIONS.children })
}

/** Names that stay keep their lines; the rest of the lines takes the new names in order. */
function patchLines(
  card: Card,
  wanted: readonly string[],
  { lines, relation }: { lines: readonly CardLine[]; relation: Relation },
): void {
  for (let at = 0; at < Math.max(lines.length, wanted.length); at++) {
    const line = lines[at]
    const name = wanted[at]
    if (line && name === undefined) replaceCardLine(card, line, null)
    else if (line && name !== undefined && textOfRelation(line) !== name)
      replaceCardLine(card, line, withCardValue(line, escapeText(name)))
    else if (!line && name !== undefined) addCardLine(card, newLine(relation, name))
  }
}

function newLine({ type, isFamily, names }: Relation, name: string): CardLine {
  if (isFamily) return makeCardLine('RELATED', `;TYPE=${type};VALUE=text`, escapeText(name))
  return makeCardLine(names[0] ?? 'RELATED', '', escapeText(name))
}

/** RELATED as a URI names another card, which only this address book knows: it stays where it is. */
function relationLines(card: Card, { type, label, names }: Relation): CardLine[] {
  const standard = cardLinesOf(card, 'RELATED').filter((line) => typesOf(line).has(type) && !isUri(line))
  const labelled = cardLinesOf(card, 'X-ABRELATEDNAMES').filter((line) => labelOf(card, line) === label)
  const own = names.flatMap((name) => cardLinesOf(card, name))
  return [...standard, ...labelled, ...own].filter((line) => labelOfLine(line) !== '')
}

function isUri(line: CardLine): boolean {
  return /^(?:urn|https?|mailto|tel|data):/i.test(line.value)
}

function textOfRelation(line: CardLine | undefined): string {
  return labelOfLine(line ?? null)
}
