/**
 * The plain texts of a contact: which property of Exchange each one is, in which field of the model it stands. One table, read by
 * the reader, the fitter and the writer, so that they cannot disagree.
 */
import { type Contact, USER_FIELDS } from '../../model/contact.ts'
import type { FieldPath } from '../../model/item.ts'
import { type ExtendedField, type FieldUri, field } from './change.ts'

/** `path`: the unit of merging. `element`: the property of t:Contact (MS-OXWSCONT 2.2.4.2), or a MAPI property that it lacks. */
export type ContactText = {
  path: FieldPath
  get(contact: Contact): string
  set(contact: Contact, text: string): Contact
} & ({ element: string; uri: FieldUri } | { element: null; uri: ExtendedField })

const ADDRESS_SET = 'Address'

function tag(number: string): ExtendedField {
  return { kind: 'extended', tag: number, type: 'String' }
}

/** PSETID_Address (MS-OXOCNTC). */
function named(id: number): ExtendedField {
  return { kind: 'extended', set: ADDRESS_SET, id, type: 'String' }
}

type Part = 'name' | 'organisation' | 'relations' | 'urls' | 'userFields'
type Access = Pick<ContactText, 'path' | 'get' | 'set'>

/** A text inside one of the parts of a contact. */
function inPart<P extends Part>(part: P, key: TextKeys<Contact[P]>, path: FieldPath): Access {
  return {
    path,
    get: (contact) => String(contact[part][key] ?? ''),
    set: (contact, text) => ({ ...contact, [part]: { ...contact[part], [key]: text } }),
  }
}

type TextKeys<T> = { [K in keyof T]: T[K] extends string ? K : never }[keyof T]

function own(key: 'displayName'): Access {
  return { path: key, get: (contact) => contact[key], set: (contact, text) => ({ ...contact, [key]: text }) }
}

/** PidTagGender: 0 is unspecified. */
const GENDERS = { '': '', female: '1', male: '2' } as const
const GENDER: Access = {
  path: 'gender',
  get: ({ gender }) => GENDERS[gender],
  set: (contact, text) => ({ ...contact, gender: text === '1' ? 'female' : text === '2' ? 'male' : '' }),
}

function element(name: string, access: Access): ContactText {
  return { ...access, element: name, uri: field(`contacts:${name}`) }
}

function extended(uri: ExtendedField, access: Access): ContactText {
  return { ...access, element: null, uri }
}

export const CONTACT_TEXTS: readonly ContactText[] = [
  // CompleteName shows them, read-only (MS-OXWSCONT): prefix and phonetic names are written through MAPI.
  extended(tag('0x3A45'), inPart('name', 'prefix', 'name')),
  extended(named(0x802c), inPart('name', 'phoneticGiven', 'name')),
  extended(named(0x802d), inPart('name', 'phoneticFamily', 'name')),
  extended(named(0x802e), inPart('name', 'phoneticCompany', 'name')),
  extended(tag('0x3A50'), inPart('urls', 'personal', 'url:personal')),
  // PidLidFreeBusyLocation, PidTagGender, PidLidContactUserField1 to 4 (MS-OXOCNTC 2.2.1.10).
  extended(named(0x80d8), inPart('urls', 'freeBusy', 'url:freeBusy')),
  extended({ kind: 'extended', tag: '0x3A4D', type: 'Short' }, GENDER),
  ...USER_FIELDS.map((number, at) => extended(named(0x804f + at), inPart('userFields', number, `userField:${number}`))),
  element('DisplayName', own('displayName')),
  element('GivenName', inPart('name', 'given', 'name')),
  element('MiddleName', inPart('name', 'middle', 'name')),
  element('Nickname', inPart('name', 'nickname', 'name')),
  element('CompanyName', inPart('organisation', 'company', 'company')),
  element('AssistantName', inPart('relations', 'assistant', 'assistant')),
  element('BusinessHomePage', inPart('urls', 'business', 'url:business')),
  element('Department', inPart('organisation', 'department', 'department')),
  element('Generation', inPart('name', 'suffix', 'name')),
  element('JobTitle', inPart('organisation', 'title', 'title')),
  element('Manager', inPart('relations', 'manager', 'manager')),
  element('OfficeLocation', inPart('organisation', 'office', 'office')),
  element('Profession', inPart('organisation', 'profession', 'profession')),
  element('SpouseName', inPart('relations', 'spouse', 'spouse')),
  element('Surname', inPart('name', 'family', 'name')),
]

/** Properties of t:Contact in the order of the schema, as far as we write them: EWS refuses another order. */
export const CONTACT_ORDER: readonly string[] = [
  'Sensitivity',
  'Body',
  'Categories',
  'ExtendedProperty',
  'FileAs',
  'FileAsMapping',
  'DisplayName',
  'GivenName',
  'MiddleName',
  'Nickname',
  'CompanyName',
  'EmailAddresses',
  'PhysicalAddresses',
  'PhoneNumbers',
  'AssistantName',
  'Birthday',
  'BusinessHomePage',
  'Children',
  'Department',
  'Generation',
  'ImAddresses',
  'JobTitle',
  'Manager',
  'OfficeLocation',
  'PostalAddressIndex',
  'Profession',
  'SpouseName',
  'Surname',
  'WeddingAnniversary',
]
