/** Postal addresses: ADR (RFC 6350 section 6.3.1) by its type, and which of them is the one to write letters to. */
import { ADDRESS_SLOTS, type AddressSlot, type PostalAddress } from '../../model/contact.ts'
import { type Card, cardLinesOf, labelOf, replaceCardLine } from './card.ts'
import {
  type CardLine,
  makeCardLine,
  paramOf,
  typesOf,
  withCardParam,
  withCardValue,
  withoutType,
  withType,
} from './lines.ts'
import { place, type SlotLens } from './slots.ts'
import { labelOfPart, partsOf, patchParts, textOfPart } from './text.ts'

/** Order of the parts of ADR; P.O. box and extended address stand before the street. */
const PART = { box: 0, extended: 1, street: 2, city: 3, state: 4, postalCode: 5, country: 6 } as const
const PARTS_COUNT = 7

export const ADDRESSES: SlotLens<AddressSlot, PostalAddress> = {
  slots: ADDRESS_SLOTS,
  lines: (card) => cardLinesOf(card, 'ADR').filter((line) => !isEmptyAddress(readAddress(line))),
  candidates(line, card) {
    const types = new Set([...typesOf(line), labelOf(card, line)])
    return [types.has('work') ? 'business' : types.has('home') ? 'home' : 'other']
  },
  read: readAddress,
  update: updateAddress,
  make(slot, value) {
    const type = slot === 'business' ? ';TYPE=WORK' : slot === 'home' ? ';TYPE=HOME' : ';TYPE=OTHER'
    return updateAddress(makeCardLine('ADR', type, ''), value)
  },
}

export function isEmptyAddress(address: PostalAddress): boolean {
  return Object.values(address).every((part) => part === '')
}

/** Outlook shows P.O. box and building as lines of the street, so the model has them there too. */
function readAddress(line: CardLine): PostalAddress {
  const parts = partsOf(line.value)
  const text = (at: number): string => labelOfPart(parts[at])
  return {
    street: [PART.box, PART.extended, PART.street]
      .map((at) => streetText(parts[at]))
      .filter((part) => part !== '')
      .join('\n'),
    city: text(PART.city),
    state: text(PART.state),
    postalCode: text(PART.postalCode),
    country: text(PART.country),
  }
}

function updateAddress(line: CardLine, wanted: PostalAddress): CardLine {
  const rest = {
    [PART.city]: wanted.city,
    [PART.state]: wanted.state,
    [PART.postalCode]: wanted.postalCode,
    [PART.country]: wanted.country,
  }
  const street = readAddress(line).street === wanted.street ? {} : { [PART.box]: '', [PART.extended]: '' }
  let value = patchParts(line.value, { ...rest, ...street }, { read: labelOfPart, least: PARTS_COUNT })
  if (PART.box in street)
    value = patchParts(value, { [PART.street]: wanted.street }, { read: streetText, least: PARTS_COUNT })
  // The label is the same address in one text: it would show the old one.
  return withCardValue(withCardParam(line, 'LABEL', null), value)
}

function streetText(part: string | undefined): string {
  return textOfPart(part, ', ').trim()
}

export function readMailingAddress(card: Card): AddressSlot | null {
  for (const [slot, line] of place(card, ADDRESSES).placed) if (isPreferred(line)) return slot
  return null
}

export function patchMailingAddress(card: Card, wanted: AddressSlot | null): void {
  if (readMailingAddress(card) === wanted) return
  for (const line of place(card, ADDRESSES).placed.values()) {
    if (isPreferred(line)) replaceCardLine(card, line, withoutType(withCardParam(line, 'PREF', null), 'pref'))
  }
  const line = wanted && place(card, ADDRESSES).placed.get(wanted)
  if (!line) return
  replaceCardLine(card, line, card.version === '4.0' ? withCardParam(line, 'PREF', '1') : withType(line, 'PREF'))
}

function isPreferred(line: CardLine): boolean {
  return typesOf(line).has('pref') || paramOf(line, 'PREF') !== null
}
