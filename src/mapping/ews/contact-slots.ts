/**
 * The dictionaries of a contact, reading: e-mail addresses, telephones, postal and instant messaging addresses, each a fixed set of
 * keys (MS-OXWSCONT 2.2.5). Keys that the model does not know are left to Exchange.
 */
import {
  ADDRESS_SLOTS,
  type AddressSlot,
  type Contact,
  type ContactEmail,
  PHONE_SLOTS,
  type PostalAddress,
  type Slot,
} from '../../model/contact.ts'
import type { ExtendedField } from './change.ts'
import { extendedText } from './extended.ts'
import { line, xmlText } from './text.ts'
import { child, childrenOf, textAt, type XmlElement } from './xml.ts'

export const SLOTS: readonly Slot[] = [1, 2, 3]
export type Slots = Pick<Contact, 'emails' | 'phones' | 'addresses' | 'ims'>

/** PidLidEmail1OriginalDisplayName and its fellows (MS-OXOCNTC 2.2.1.2.4): the SMTP address of somebody from the directory. */
export const SMTP_FIELDS: Readonly<Record<Slot, ExtendedField>> = {
  1: { kind: 'extended', set: 'Address', id: 0x8084, type: 'String' },
  2: { kind: 'extended', set: 'Address', id: 0x8094, type: 'String' },
  3: { kind: 'extended', set: 'Address', id: 0x80a4, type: 'String' },
}

export const ADDRESS_KEYS: Readonly<Record<AddressSlot, string>> = {
  business: 'Business',
  home: 'Home',
  other: 'Other',
}
/** In the order of the schema. */
export const ADDRESS_PARTS: readonly { element: string; part: keyof PostalAddress }[] = [
  { element: 'Street', part: 'street' },
  { element: 'City', part: 'city' },
  { element: 'State', part: 'state' },
  { element: 'CountryOrRegion', part: 'country' },
  { element: 'PostalCode', part: 'postalCode' },
]

export function readSlots(item: XmlElement): Slots {
  const phones: Contact['phones'] = {}
  for (const key of PHONE_SLOTS) {
    const number = line(entryOf(item, 'PhoneNumbers', key)?.text ?? '')
    if (number !== '') phones[key] = number
  }
  const addresses: Contact['addresses'] = {}
  for (const slot of ADDRESS_SLOTS) {
    const address = readAddress(entryOf(item, 'PhysicalAddresses', ADDRESS_KEYS[slot]))
    if (address !== null) addresses[slot] = address
  }
  return {
    emails: SLOTS.flatMap((slot) => readEmail(item, slot)),
    phones,
    addresses,
    ims: SLOTS.flatMap((slot) => {
      const address = line(entryOf(item, 'ImAddresses', `ImAddress${slot}`)?.text ?? '')
      return address === '' ? [] : [{ slot, address }]
    }),
  }
}

function entryOf(item: XmlElement, dictionary: string, key: string): XmlElement | undefined {
  return childrenOf(child(item, dictionary), 'Entry').find((entry) => entry.attributes.Key === key)
}

/** An address of the directory (`/o=...`) is no address for anybody else: its SMTP form is asked for. */
function readEmail(item: XmlElement, slot: Slot): ContactEmail[] {
  const entry = entryOf(item, 'EmailAddresses', `EmailAddress${slot}`)
  const written = line(entry?.text ?? '')
  if (entry === undefined || written === '') return []
  const internal = entry.attributes.RoutingType === 'EX' || written.startsWith('/')
  const smtp = line(extendedText(item, SMTP_FIELDS[slot]) ?? '')
  const address = internal ? (smtp.includes('@') ? smtp : '') : written
  return address === '' ? [] : [{ slot, address, display: displayOf(entry.attributes.Name ?? '', address) }]
}

/** The name that goes with an address. Programs write the address there too, alone or behind the name. */
export function displayOf(name: string, address: string): string {
  const clean = line(name)
  const suffix = ` (${address})`.toLowerCase()
  const bare = clean.toLowerCase().endsWith(suffix) ? clean.slice(0, -suffix.length).trim() : clean
  return bare.toLowerCase() === address.toLowerCase() ? '' : bare
}

function readAddress(entry: XmlElement | undefined): PostalAddress | null {
  const part = (name: string) => line(textAt(entry, name) ?? '')
  const address: PostalAddress = {
    street: streetText(textAt(entry, 'Street') ?? ''),
    city: part('City'),
    state: part('State'),
    postalCode: part('PostalCode'),
    // Exchange 2007 called it Country.
    country: part('CountryOrRegion') || part('Country'),
  }
  return Object.values(address).every((text) => text === '') ? null : address
}

/** Lines without space at their ends, and no empty ones around them. */
export function streetText(text: string): string {
  const lines = xmlText(text)
    .split('\n')
    .map((one) => one.replace(/\t/g, ' ').trim())
  return lines.join('\n').replace(/^\n+|\n+$/g, '')
}
