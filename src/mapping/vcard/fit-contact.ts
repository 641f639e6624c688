/** What a vCard holds of a contact or group: nearly everything, in the lens' one canonical form (law I19: reading what was written gives this). */
import { VCARD_PHOTO_BYTES_MAX } from '../../limits.ts'
import { isDateText } from '../../model/civil.ts'
import {
  ADDRESS_SLOTS,
  type Contact,
  type ContactName,
  type Group,
  PHONE_SLOTS,
  type PostalAddress,
} from '../../model/contact.ts'
import { sortedMembers } from '../../model/flat-group.ts'
import type { Fit, Loss } from '../../model/item.ts'
import { photoBytes } from '../../model/photo.ts'
import { cleanText } from '../ical/text.ts'
import { isEmptyAddress } from './addresses.ts'
import { fitChat } from './channels.ts'
import { labelText } from './text.ts'

type Fits<T> = Extract<Fit<T>, { kind: 'fits' }>

/** FN must not be empty (RFC 6350 section 6.2.1). */
const NO_NAME = 'Unnamed'

export function fitContact(item: Contact | Group): Fits<Contact | Group> {
  return item.kind === 'contact' ? fitPerson(item) : fitGroup(item)
}

function fitPerson(contact: Contact): Fits<Contact> {
  const losses: Loss[] = []
  const { organisation, relations, urls } = contact
  const name = labels(contact.name)
  const company = labelText(organisation.company)
  const emails = fitEmails(contact)
  const addresses = fitAddresses(contact)
  const mailing = contact.mailingAddress !== null && addresses[contact.mailingAddress] !== undefined
  if (contact.mailingAddress !== null && !mailing)
    losses.push({ path: 'mailingAddress', reason: 'value-not-held', detail: 'there is no such address' })
  const item: Contact = {
    kind: 'contact',
    uid: labelText(contact.uid),
    displayName: labelText(contact.displayName) || nameText(name) || company || emails[0]?.address || NO_NAME,
    fileAs: labelText(contact.fileAs),
    name,
    organisation: { ...labels(organisation) },
    relations: {
      spouse: relationText(relations.spouse),
      manager: labelText(relations.manager),
      assistant: labelText(relations.assistant),
      children: relations.children.map(relationText).filter((child) => child !== ''),
    },
    emails,
    phones: fitPhones(contact),
    addresses,
    mailingAddress: mailing ? contact.mailingAddress : null,
    ims: bySlot(contact.ims.map((im) => ({ slot: im.slot, address: fitChat(im.address) }))),
    urls: labels(urls),
    birthday: fitDate(contact.birthday),
    anniversary: fitDate(contact.anniversary),
    note: cleanText(contact.note),
    categories: fitCategories(contact.categories),
    photo: fitPhoto(contact, losses),
    sensitivity: contact.sensitivity,
    gender: contact.gender,
    userFields: labels(contact.userFields),
  }
  return { kind: 'fits', item, losses }
}

function fitGroup(group: Group): Fits<Group> {
  const losses: Loss[] = []
  const members = group.members
    .map(({ email, name, uid }) => ({
      email: labelText(email).toLowerCase(),
      name: labelText(name),
      uid: email.trim() === '' && uid !== null ? labelText(uid) : null,
    }))
    .filter(({ email, uid }) => email !== '' || (uid !== null && uid !== ''))
  if (members.length < group.members.length)
    losses.push({ path: 'members', reason: 'value-not-held', detail: 'no address' })
  const item: Group = {
    kind: 'group',
    uid: labelText(group.uid),
    title: labelText(group.title) || NO_NAME,
    members: sortedMembers(members),
    note: cleanText(group.note),
    categories: fitCategories(group.categories),
    sensitivity: group.sensitivity,
  }
  return { kind: 'fits', item, losses }
}

function labels<T extends Record<string, string>>(texts: T): T {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, labelText(text)])) as T
}

/** A relation that looks like a URI would be read as a link to another card. */
function relationText(text: string): string {
  return labelText(labelText(text).replace(/^(?:(?:urn|https?|mailto|tel|data):\s*)+/i, ''))
}

function nameText(name: ContactName): string {
  return [name.prefix, name.given, name.middle, name.family, name.suffix].filter((part) => part !== '').join(' ')
}

function fitEmails(contact: Contact): Contact['emails'] {
  return bySlot(
    contact.emails.map(({ slot, address, display }) => ({
      slot,
      address: labelText(labelText(address).replace(/^(?:mailto:\s*)+/i, '')),
      display: labelText(display),
    })),
  )
}

/** The first of several in a slot, sorted; empty ones are none. */
function bySlot<T extends { slot: number; address: string }>(values: readonly T[]): T[] {
  const slots = new Map<number, T>()
  for (const value of values) if (value.address !== '' && !slots.has(value.slot)) slots.set(value.slot, value)
  return [...slots.values()].sort((one, other) => one.slot - other.slot)
}

function fitPhones(contact: Contact): Contact['phones'] {
  const out: Contact['phones'] = {}
  for (const slot of PHONE_SLOTS) {
    const phone = labelText(labelText(contact.phones[slot] ?? '').replace(/^(?:tel:\s*)+/i, ''))
    if (phone !== '') out[slot] = phone
  }
  return out
}

function fitAddresses(contact: Contact): Contact['addresses'] {
  const out: Contact['addresses'] = {}
  for (const slot of ADDRESS_SLOTS) {
    const address = contact.addresses[slot]
    if (!address) continue
    const { street, ...rest } = address
    const fitted: PostalAddress = { street: cleanText(street).trim(), ...labels(rest) }
    if (!isEmptyAddress(fitted)) out[slot] = fitted
  }
  return out
}

function fitDate(date: string | null): string | null {
  return date !== null && isDateText(date) && date >= '0001' ? date : null
}

function fitCategories(categories: readonly string[]): string[] {
  return [...new Set(categories.map(labelText))].filter((name) => name !== '').sort()
}

function fitPhoto({ photo }: Contact, losses: Loss[]): Contact['photo'] {
  if (!photo || photo.base64 === null || photoBytes(photo.base64) <= VCARD_PHOTO_BYTES_MAX) return photo
  losses.push({ path: 'photo', reason: 'too-long', detail: `${photoBytes(photo.base64)} bytes` })
  return null
}
