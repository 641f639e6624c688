/**
 * The flat form of a contact. Slots and categories merge one by one; the name is one unit, and so is the photo, of which the
 * flat form holds the hash and not the megabytes.
 */
import {
  ADDRESS_SLOTS,
  type AddressSlot,
  type Contact,
  type ContactName,
  type Organisation,
  PHONE_SLOTS,
  type Photo,
  type Relations,
  type Slot,
  USER_FIELDS,
  type UserFields,
} from './contact.ts'
import { CATEGORY_PREFIX, suffixesOf, valueAt } from './flat-values.ts'
import type { FieldPath, FlatItem, Json } from './item.ts'

/** The photo with this hash, when it is at hand. */
export type PhotoSource = (hash: string) => Photo | null

const EMAIL_PREFIX = 'email:'
const PHONE_PREFIX = 'phone:'
const ADDRESS_PREFIX = 'address:'
const IM_PREFIX = 'im:'
const USER_FIELD_PREFIX = 'userField:'

export const NO_NAME: ContactName = {
  prefix: '',
  given: '',
  middle: '',
  family: '',
  suffix: '',
  nickname: '',
  phoneticGiven: '',
  phoneticFamily: '',
  phoneticCompany: '',
}

export function flattenContact(contact: Contact): FlatItem {
  const flat = new Map<FieldPath, Json>()
  const text = (path: FieldPath, value: string): void => {
    if (value !== '') flat.set(path, value)
  }
  const { name, organisation, relations } = contact
  flat.set('displayName', contact.displayName)
  text('fileAs', contact.fileAs)
  if (Object.values(name).some((part) => part !== '')) flat.set('name', { ...name })
  for (const part of ['company', 'department', 'title', 'profession', 'office'] as const) text(part, organisation[part])
  for (const part of ['spouse', 'manager', 'assistant'] as const) text(part, relations[part])
  if (relations.children.length > 0) flat.set('children', [...relations.children])
  for (const { slot, address, display } of contact.emails) flat.set(EMAIL_PREFIX + slot, { address, display })
  for (const slot of PHONE_SLOTS) text(PHONE_PREFIX + slot, contact.phones[slot] ?? '')
  for (const slot of ADDRESS_SLOTS) {
    const address = contact.addresses[slot]
    if (address) flat.set(ADDRESS_PREFIX + slot, { ...address })
  }
  text('mailingAddress', contact.mailingAddress ?? '')
  for (const { slot, address } of contact.ims) flat.set(IM_PREFIX + slot, address)
  text('url:business', contact.urls.business)
  text('url:personal', contact.urls.personal)
  text('url:freeBusy', contact.urls.freeBusy)
  text('birthday', contact.birthday ?? '')
  text('anniversary', contact.anniversary ?? '')
  text('note', contact.note)
  if (contact.photo) flat.set('photo', { hash: contact.photo.hash })
  flat.set('sensitivity', contact.sensitivity)
  text('gender', contact.gender)
  for (const number of USER_FIELDS) text(USER_FIELD_PREFIX + number, contact.userFields[number])
  for (const category of [...contact.categories].sort()) flat.set(CATEGORY_PREFIX + category, true)
  return flat
}

export function unflattenContact(flat: FlatItem, uid: string, photoSource: PhotoSource): Contact {
  const text = (path: FieldPath): string => valueAt(flat, path, '')
  const photo = valueAt<{ hash: string } | null>(flat, 'photo', null)
  return {
    kind: 'contact',
    uid,
    displayName: text('displayName'),
    fileAs: text('fileAs'),
    name: { ...valueAt(flat, 'name', NO_NAME) },
    organisation: organisationOf(text),
    relations: relationsOf(text, valueAt<string[]>(flat, 'children', [])),
    emails: suffixesOf(flat, EMAIL_PREFIX).map((slot) => ({
      slot: Number(slot) as Slot,
      ...valueAt(flat, EMAIL_PREFIX + slot, { address: '', display: '' }),
    })),
    phones: slotsOf(flat, PHONE_PREFIX, PHONE_SLOTS),
    addresses: slotsOf(flat, ADDRESS_PREFIX, ADDRESS_SLOTS),
    mailingAddress: valueAt<AddressSlot | null>(flat, 'mailingAddress', null),
    ims: suffixesOf(flat, IM_PREFIX).map((slot) => ({ slot: Number(slot) as Slot, address: text(IM_PREFIX + slot) })),
    urls: { business: text('url:business'), personal: text('url:personal'), freeBusy: text('url:freeBusy') },
    birthday: valueAt<string | null>(flat, 'birthday', null),
    anniversary: valueAt<string | null>(flat, 'anniversary', null),
    note: text('note'),
    categories: suffixesOf(flat, CATEGORY_PREFIX),
    photo: photo && (photoSource(photo.hash) ?? { hash: photo.hash, mediaType: '', base64: null }),
    sensitivity: valueAt<Contact['sensitivity']>(flat, 'sensitivity', 'normal'),
    gender: valueAt<Contact['gender']>(flat, 'gender', ''),
    userFields: userFieldsOf(text),
  }
}

function userFieldsOf(text: (path: FieldPath) => string): UserFields {
  const [one, two, three, four] = USER_FIELDS.map((number) => text(USER_FIELD_PREFIX + number))
  return { 1: one ?? '', 2: two ?? '', 3: three ?? '', 4: four ?? '' }
}

function organisationOf(text: (path: FieldPath) => string): Organisation {
  return {
    company: text('company'),
    department: text('department'),
    title: text('title'),
    profession: text('profession'),
    office: text('office'),
  }
}

function relationsOf(text: (path: FieldPath) => string, children: readonly string[]): Relations {
  return { spouse: text('spouse'), manager: text('manager'), assistant: text('assistant'), children: [...children] }
}

function slotsOf<Key extends string, Value>(
  flat: FlatItem,
  prefix: string,
  slots: readonly Key[],
): Partial<Record<Key, Value>> {
  const out: Partial<Record<Key, Value>> = {}
  for (const slot of slots) {
    const value = valueAt<Value | null>(flat, prefix + slot, null)
    if (value !== null) out[slot] = value
  }
  return out
}
