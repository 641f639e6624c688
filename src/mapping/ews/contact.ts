/** The Exchange lens for contacts, reading: t:Contact (MS-OXWSCONT 2.2.4.2) becomes a contact of the model. */
import type { AddressSlot, Contact } from '../../model/contact.ts'
import { textBody } from './body.ts'
import { CONTACT_DATES, readContactDate } from './contact-dates.ts'
import { readPhoto } from './contact-photo.ts'
import { readSlots } from './contact-slots.ts'
import { CONTACT_TEXTS } from './contact-texts.ts'
import type { EwsContext } from './context.ts'
import { extendedText } from './extended.ts'
import { readBody, tidyCategories } from './fields.ts'
import { uidOf } from './identity.ts'
import { SENSITIVITY } from './names.ts'
import { line } from './text.ts'
import { child, childrenOf, textAt, type XmlElement } from './xml.ts'

/** PhysicalAddressIndexType; `None` is no mailing address. */
export const MAILING_ADDRESS: Readonly<Record<AddressSlot, string>> = {
  business: 'Business',
  home: 'Home',
  other: 'Other',
}

/** An empty contact. */
export const NO_CONTACT: Contact = {
  kind: 'contact',
  uid: '',
  displayName: '',
  fileAs: '',
  name: {
    prefix: '',
    given: '',
    middle: '',
    family: '',
    suffix: '',
    nickname: '',
    phoneticGiven: '',
    phoneticFamily: '',
    phoneticCompany: '',
  },
  organisation: { company: '', department: '', title: '', profession: '', office: '' },
  relations: { spouse: '', manager: '', assistant: '', children: [] },
  emails: [],
  phones: {},
  addresses: {},
  mailingAddress: null,
  ims: [],
  urls: { business: '', personal: '', freeBusy: '' },
  birthday: null,
  anniversary: null,
  note: '',
  categories: [],
  photo: null,
  sensitivity: 'normal',
  gender: '',
  userFields: { 1: '', 2: '', 3: '', 4: '' },
}

/** Reads t:Contact; the content of its photo must be in it. Throws `item.unreadable` for dates that are none (I10). */
export function readContact(item: XmlElement, context: EwsContext): Contact {
  let contact: Contact = { ...NO_CONTACT, uid: uidOf(item) }
  for (const text of CONTACT_TEXTS) {
    const value = text.element === null ? extendedText(item, text.uri) : textAt(item, text.element)
    contact = text.set(contact, line(value ?? ''))
  }
  for (const date of CONTACT_DATES) contact = { ...contact, [date.key]: readContactDate(item, date, context) }
  const { relations } = contact
  return {
    ...contact,
    ...readSlots(item),
    name: { ...contact.name, prefix: contact.name.prefix || line(textAt(item, 'CompleteName', 'Title') ?? '') },
    fileAs: readFileAs(item),
    relations: { ...relations, children: childNames(item) },
    mailingAddress: readMailingAddress(item),
    note: noteOf(item),
    categories: tidyCategories(childrenOf(child(item, 'Categories'), 'String').map((category) => category.text)),
    photo: readPhoto(item),
    sensitivity: SENSITIVITY.fromEws.get(textAt(item, 'Sensitivity') ?? '') ?? 'normal',
  }
}

/** What Exchange works out of the name by a mapping was said by nobody, and follows the name by itself. */
function readFileAs(item: XmlElement): string {
  const mapping = textAt(item, 'FileAsMapping')?.trim() ?? 'None'
  return mapping === 'None' ? line(textAt(item, 'FileAs') ?? '') : ''
}

function childNames(item: XmlElement): string[] {
  const names = childrenOf(child(item, 'Children'), 'String').map(({ text }) => line(text))
  return names.filter((name) => name !== '')
}

function readMailingAddress(item: XmlElement): AddressSlot | null {
  const index = textAt(item, 'PostalAddressIndex')?.trim()
  const slots = Object.keys(MAILING_ADDRESS) as AddressSlot[]
  return slots.find((slot) => MAILING_ADDRESS[slot] === index) ?? null
}

/** The text of the body; Outlook keeps notes with layout, of which a vCard has none. */
export function noteOf(item: XmlElement): string {
  return textBody(readBody(child(item, 'Body'))?.text ?? '')?.text ?? ''
}
