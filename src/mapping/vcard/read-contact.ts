/** vCard to the canonical contact or group. What the model cannot say is named and stays on the card. */
import type { Contact, Group, PhoneSlot } from '../../model/contact.ts'
import type { Loss } from '../../model/item.ts'
import { ADDRESSES, readMailingAddress } from './addresses.ts'
import { type Card, cardLineOf, cardLinesOf, parseCard, unreadableCard } from './card.ts'
import { CHATS, EMAILS, readFreeBusyUrl, slotNumber, URLS } from './channels.ts'
import { hasPartialDate, readAnniversary, readBirthday } from './dates.ts'
import { readCardCategories, readFileAs, readGender, readNote, readSensitivity, readUserFields } from './fields.ts'
import { type EmailOf, isGroupCard, NOBODY, readMembers } from './members.ts'
import { readName } from './name.ts'
import { readOrganisation } from './organisation.ts'
import { PHONES } from './phones.ts'
import { hasLinkedPhoto, readPhoto } from './photo.ts'
import { readRelations } from './relations.ts'
import { readSlots } from './slots.ts'
import { labelOfLine, readLabel } from './text.ts'

/** `problems` names what the card has and the model cannot say; it stays on the card. */
export type ReadContact = { contact: Contact | Group; problems: Loss[] }

/** Throws ConnectorError `item.unreadable` with the field `reason` (CardUnreadable). */
export function readContact(text: string, emailOf: EmailOf = NOBODY): ReadContact {
  return readCard(parseCard(text), emailOf)
}

export function readCard(card: Card, emailOf: EmailOf): ReadContact {
  const uid = labelOfLine(cardLineOf(card, 'UID'))
  if (uid === '') throw unreadableCard('no-uid')
  return isGroupCard(card) ? readGroup(card, uid, emailOf) : readPerson(card, uid)
}

function readPerson(card: Card, uid: string): ReadContact {
  const emails = readSlots(card, EMAILS)
  const phones = readSlots(card, PHONES)
  const addresses = readSlots(card, ADDRESSES)
  const chats = readSlots(card, CHATS)
  const urls = readSlots(card, URLS)
  const contact: Contact = {
    kind: 'contact',
    uid,
    displayName: readLabel(card, 'FN'),
    fileAs: readFileAs(card),
    name: readName(card),
    organisation: readOrganisation(card),
    relations: readRelations(card),
    emails: sorted(emails.values).map(([slot, value]) => ({ slot: slotNumber(slot), ...value })),
    phones: Object.fromEntries(sorted(phones.values)) as Partial<Record<PhoneSlot, string>>,
    addresses: Object.fromEntries(sorted(addresses.values)),
    mailingAddress: readMailingAddress(card),
    ims: sorted(chats.values).map(([slot, address]) => ({ slot: slotNumber(slot), address })),
    urls: {
      business: urls.values.get('business') ?? '',
      personal: urls.values.get('personal') ?? '',
      freeBusy: readFreeBusyUrl(card),
    },
    birthday: readBirthday(card),
    anniversary: readAnniversary(card),
    note: readNote(card),
    categories: readCardCategories(card),
    photo: readPhoto(card),
    sensitivity: readSensitivity(card),
    gender: readGender(card),
    userFields: readUserFields(card),
  }
  const problems = [...partialProblems(card)]
  const extras = { EMAIL: emails, TEL: phones, ADR: addresses, IMPP: chats, URL: urls }
  for (const [path, { extra }] of Object.entries(extras)) {
    if (extra.length > 0)
      problems.push({ path, reason: 'too-many', detail: `${extra.length} more than Exchange has places` })
  }
  return { contact, problems }
}

function readGroup(card: Card, uid: string, emailOf: EmailOf): ReadContact {
  const { members, foreign } = readMembers(card, emailOf)
  const contact: Group = {
    kind: 'group',
    uid,
    title: readLabel(card, 'FN'),
    members,
    note: readNote(card),
    categories: readCardCategories(card),
    sensitivity: readSensitivity(card),
  }
  const problems: Loss[] = []
  if (foreign > 0)
    problems.push({ path: 'MEMBER', reason: 'value-not-held', detail: `${foreign} neither address nor contact` })
  return { contact, problems }
}

function partialProblems(card: Card): Loss[] {
  const out: Loss[] = []
  const partial = hasPartialDate(card)
  const noYear = { reason: 'value-not-held', detail: 'no whole date' } as const
  if (partial.birthday) out.push({ path: 'BDAY', ...noYear })
  if (partial.anniversary) out.push({ path: 'ANNIVERSARY', ...noYear })
  if (readGender(card) === '' && readLabel(card, 'GENDER', 'X-GENDER') !== '')
    out.push({ path: 'GENDER', reason: 'value-not-held', detail: 'neither female nor male' })
  if (hasLinkedPhoto(card)) out.push({ path: 'PHOTO', reason: 'value-not-held', detail: 'a link' })
  for (const name of ['FN', 'N', 'ORG', 'TITLE', 'ROLE', 'NOTE', 'NICKNAME']) {
    const more = cardLinesOf(card, name).length - 1
    if (more > 0) out.push({ path: name, reason: 'too-many', detail: `${more} more` })
  }
  return out
}

function sorted<Key extends string, Value>(values: ReadonlyMap<Key, Value>): [Key, Value][] {
  return [...values].sort(([one], [other]) => (one < other ? -1 : 1))
}
