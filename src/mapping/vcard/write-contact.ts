/**
 * The canonical contact or group into a vCard: a patch of the native one, or a new one (law I19). Each part is read from the card,
 * compared, and written only where it differs; REV moves only with such a change.
 */
import { VCARD_PRODUCT } from '../../limits.ts'
import { ADDRESS_SLOTS, type Contact, type Group, PHONE_SLOTS } from '../../model/contact.ts'
import { differingPaths, flatten } from '../../model/flat.ts'
import type { Item, Loss } from '../../model/item.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { escapeText } from '../ical/text.ts'
import { utcValue } from '../ical/values.ts'
import { ADDRESSES, patchMailingAddress } from './addresses.ts'
import { addCardLine, type Card, type CardVersion, cardLineOf, parseCard, printCard, replaceCardLine } from './card.ts'
import { CHATS, EMAILS, patchFreeBusyUrl, URLS } from './channels.ts'
import { patchAnniversary, patchBirthday } from './dates.ts'
import {
  patchCardCategories,
  patchFileAs,
  patchGender,
  patchNote,
  patchSensitivity,
  patchUserFields,
} from './fields.ts'
import { fitContact } from './fit-contact.ts'
import { makeCardLine } from './lines.ts'
import { type EmailOf, NOBODY, patchMembers } from './members.ts'
import { patchName } from './name.ts'
import { patchOrganisation } from './organisation.ts'
import { PHONES } from './phones.ts'
import { patchPhoto } from './photo.ts'
import { readCard } from './read-contact.ts'
import { patchRelations } from './relations.ts'
import { patchSlots } from './slots.ts'
import { patchLabel } from './text.ts'

/** `version` is that of new cards: 3.0 for contacts, which every program reads, and 4.0 for groups, which 3.0 lacks. */
export type CardWriteContext = { nowMs: number; version?: CardVersion; emailOf?: EmailOf }
export type WrittenContact = { text: string; losses: Loss[] }

/**
 * `native` null makes a new card. A native card that already says what is wanted comes back as the same text. Throws
 * ConnectorError `item.unreadable` for a native card that cannot be read, `item.not-representable` without a UID or for a
 * card of a person that shall become a group.
 */
export function writeContact(native: string | null, model: Contact | Group, context: CardWriteContext): WrittenContact {
  const { item: wanted, losses } = fitContact(model)
  if (wanted.uid === '') throw new ConnectorError('item.not-representable', { reason: 'no-uid' })
  const card = native === null ? newCard(wanted, context) : parseCard(native)
  const { emailOf = NOBODY } = context
  const before = readCard(card, emailOf).contact
  if (before.kind !== wanted.kind) throw new ConnectorError('item.not-representable', { reason: 'other-kind' })
  if (native !== null && (same(before, wanted) || same(before, model))) return { text: native, losses }
  if (wanted.uid !== before.uid) patchLabel(card, wanted.uid, 'UID')
  if (wanted.kind === 'contact') patchPerson(card, wanted)
  else patchGroup(card, wanted, emailOf)
  stamp(card, context.nowMs)
  const text = printCard(card)
  const back = readCard(parseCard(text), emailOf).contact
  const unexpected = differingPaths(flatten(wanted), flatten(back)).map(
    (path): Loss => ({ path, reason: 'value-not-held', detail: 'reads back differently' }),
  )
  return { text, losses: [...losses, ...unexpected] }
}

function same(one: Item, other: Item): boolean {
  return one.uid === other.uid && differingPaths(flatten(one), flatten(other)).length === 0
}

function newCard(wanted: Contact | Group, context: CardWriteContext): Card {
  const version = context.version ?? (wanted.kind === 'group' ? '4.0' : '3.0')
  const card: Card = {
    version,
    begin: makeCardLine('BEGIN', '', 'VCARD'),
    lines: [
      makeCardLine('VERSION', '', version),
      makeCardLine('PRODID', '', VCARD_PRODUCT),
      makeCardLine('UID', '', escapeText(wanted.uid)),
    ],
    end: makeCardLine('END', '', 'VCARD'),
  }
  if (wanted.kind === 'group')
    addCardLine(card, makeCardLine(version === '4.0' ? 'KIND' : 'X-ADDRESSBOOKSERVER-KIND', '', 'group'))
  addCardLine(card, makeCardLine('FN', '', escapeText(wanted.kind === 'group' ? wanted.title : wanted.displayName)))
  // RFC 2426 section 3.1.2: a 3.0 card must have N.
  if (wanted.kind === 'contact' || version === '3.0') addCardLine(card, makeCardLine('N', '', ';;;;'))
  return card
}

function patchPerson(card: Card, wanted: Contact): void {
  patchLabel(card, wanted.displayName, 'FN')
  patchFileAs(card, wanted.fileAs)
  patchName(card, wanted.name)
  patchOrganisation(card, wanted.organisation)
  patchSlots(card, new Map(wanted.emails.map(({ slot, ...value }) => [slotKey(slot), value])), EMAILS)
  patchSlots(card, present(PHONE_SLOTS, wanted.phones), PHONES)
  patchSlots(card, present(ADDRESS_SLOTS, wanted.addresses), ADDRESSES)
  patchMailingAddress(card, wanted.mailingAddress)
  patchSlots(card, new Map(wanted.ims.map(({ slot, address }) => [slotKey(slot), address])), CHATS)
  const { business, personal } = wanted.urls
  patchSlots(
    card,
    present(['business', 'personal'], { ...(business && { business }), ...(personal && { personal }) }),
    URLS,
  )
  patchBirthday(card, wanted.birthday)
  patchAnniversary(card, wanted.anniversary)
  patchRelations(card, wanted.relations)
  patchNote(card, wanted.note)
  patchCardCategories(card, wanted.categories)
  patchPhoto(card, wanted.photo)
  patchSensitivity(card, wanted.sensitivity)
  patchFreeBusyUrl(card, wanted.urls.freeBusy)
  patchGender(card, wanted.gender)
  patchUserFields(card, wanted.userFields)
}

function patchGroup(card: Card, wanted: Group, emailOf: EmailOf): void {
  patchLabel(card, wanted.title, 'FN')
  patchMembers(card, wanted.members, emailOf)
  patchNote(card, wanted.note)
  patchCardCategories(card, wanted.categories)
  patchSensitivity(card, wanted.sensitivity)
}

function slotKey(slot: 1 | 2 | 3): '1' | '2' | '3' {
  return slot === 1 ? '1' : slot === 2 ? '2' : '3'
}

function present<Slot extends string, Value>(
  slots: readonly Slot[],
  values: Partial<Record<Slot, Value>>,
): Map<Slot, Value> {
  const out = new Map<Slot, Value>()
  for (const slot of slots) {
    const value = values[slot]
    if (value !== undefined) out.set(slot, value)
  }
  return out
}

/** REV in the form of the version (RFC 2426 section 3.6.4, RFC 6350 section 6.7.4). */
function stamp(card: Card, nowMs: number): void {
  const value = card.version === '4.0' ? utcValue(nowMs) : `${new Date(nowMs).toISOString().slice(0, 19)}Z`
  const line = cardLineOf(card, 'REV')
  if (line) replaceCardLine(card, line, makeCardLine('REV', '', value))
  else addCardLine(card, makeCardLine('REV', '', value))
}
