/**
 * The Exchange lens for contacts, writing: the elements of a new contact, and the field changes that turn what Exchange holds into
 * what shall be there. The photo is an attachment and is written apart (`photoChange`).
 */
import type { Contact, Photo } from '../../model/contact.ts'
import { canonicalJson } from '../../model/flat.ts'
import type { Json } from '../../model/item.ts'
import { type EwsFieldChange, field, type XmlNode } from './change.ts'
import { MAILING_ADDRESS } from './contact.ts'
import { CONTACT_DATES, contactDateChanges, contactDateNodes } from './contact-dates.ts'
import { slotChanges, slotNodes } from './contact-slots-write.ts'
import { CONTACT_ORDER, CONTACT_TEXTS } from './contact-texts.ts'
import { extendedElement, extendedText } from './extended.ts'
import { UID_FIELD } from './identity.ts'
import { SENSITIVITY } from './names.ts'
import { categoriesNode } from './task-write.ts'
import { extendedNode, TOKEN_FIELD } from './unfinished.ts'
import type { XmlElement } from './xml.ts'

const text = (name: string, value: string): XmlNode => ({ name, text: value })

/** Properties of a Contact for CreateItem, in the order of the schema. `contact` is fitted; `token`: value of the journal's property. */
export function contactElements(contact: Contact, token: string | null): XmlNode[] {
  const nodes: (XmlNode | null)[] = [
    text('Sensitivity', SENSITIVITY.toEws[contact.sensitivity]),
    contact.note === '' ? null : noteNode(contact.note),
    categoriesNode(contact.categories),
    token === null ? null : extendedNode(TOKEN_FIELD, token),
    contact.uid === '' ? null : extendedElement(UID_FIELD, contact.uid),
    ...fileAsNodes(contact),
    ...CONTACT_TEXTS.map((one) => {
      const value = one.get(contact)
      if (value === '') return null
      return one.element === null ? extendedElement(one.uri, value) : text(one.element, value)
    }),
    ...slotNodes(contact),
    ...CONTACT_DATES.flatMap((date) => {
      const value = contact[date.key]
      return value === null ? [] : contactDateNodes(date, value)
    }),
    childrenNode(contact),
    contact.mailingAddress === null ? null : text('PostalAddressIndex', MAILING_ADDRESS[contact.mailingAddress]),
  ]
  const rank = ({ name }: XmlNode) => CONTACT_ORDER.indexOf(name)
  return nodes.filter((node) => node !== null).sort((one, other) => rank(one) - rank(other))
}

/** Without a text of its own the contact is filed by its name, as Outlook does it; with neither, Exchange knows best. */
function fileAsNodes({ fileAs, name, organisation }: Contact): XmlNode[] {
  if (fileAs !== '') return [text('FileAs', fileAs), text('FileAsMapping', 'None')]
  if (name.family !== '' || name.given !== '') return [text('FileAsMapping', 'LastCommaFirst')]
  return organisation.company === '' ? [] : [text('FileAsMapping', 'Company')]
}

function childrenNode({ relations }: Contact): XmlNode | null {
  const names = relations.children
  return names.length === 0 ? null : { name: 'Children', children: names.map((name) => text('String', name)) }
}

/** Body of a contact or a list: notes have no layout. */
export function noteNode(note: string): XmlNode {
  return { name: 'Body', attributes: { BodyType: 'Text' }, text: note }
}

/** UpdateItem changes from `current` to `desired` (fitted). `native` is the item as Exchange holds it. */
export function contactChanges(current: Contact, desired: Contact, native: XmlElement): EwsFieldChange[] {
  const change = (uri: string, value: XmlNode | null): EwsFieldChange =>
    value === null ? { kind: 'delete', field: field(uri) } : { kind: 'set', field: field(uri), value }
  const changes: EwsFieldChange[] = []
  if (current.sensitivity !== desired.sensitivity) {
    changes.push(change('item:Sensitivity', text('Sensitivity', SENSITIVITY.toEws[desired.sensitivity])))
  }
  if (current.note !== desired.note) changes.push(change('item:Body', noteNode(desired.note)))
  if (!same(current.categories, desired.categories)) {
    changes.push(change('item:Categories', categoriesNode(desired.categories)))
  }
  for (const one of CONTACT_TEXTS) {
    const value = one.get(desired)
    if (one.get(current) === value) continue
    if (value === '') changes.push({ kind: 'delete', field: one.uri })
    else {
      const node = one.element === null ? extendedElement(one.uri, value) : text(one.element, value)
      changes.push({ kind: 'set', field: one.uri, value: node })
    }
  }
  // After the name, which Exchange may file it by.
  if (current.fileAs !== desired.fileAs) changes.push(...fileAsChanges(desired))
  changes.push(...slotChanges(current, desired))
  for (const date of CONTACT_DATES) {
    const value = desired[date.key]
    if (current[date.key] === value) continue
    changes.push(...contactDateChanges(date, value, extendedText(native, date.local) !== null))
  }
  if (!same(current.relations.children, desired.relations.children)) {
    changes.push(change('contacts:Children', childrenNode(desired)))
  }
  if (current.mailingAddress !== desired.mailingAddress) {
    const index = desired.mailingAddress === null ? 'None' : MAILING_ADDRESS[desired.mailingAddress]
    changes.push(change('contacts:PostalAddressIndex', text('PostalAddressIndex', index)))
  }
  return changes
}

function fileAsChanges(desired: Contact): EwsFieldChange[] {
  const nodes = fileAsNodes(desired)
  if (nodes.length === 0) return [{ kind: 'delete', field: field('contacts:FileAs') }]
  return nodes.map((value) => ({ kind: 'set', field: field(`contacts:${value.name}`), value }))
}

/** What becomes of the photo: a new one in place of all that are there, none, or nothing to do. */
export type PhotoChange = { kind: 'keep' } | { kind: 'remove' } | { kind: 'put'; photo: Photo & { base64: string } }

export function photoChange(current: Contact | null, desired: Contact): PhotoChange {
  const { photo } = desired
  const held = current?.photo ?? null
  if (photo === null) return held === null ? { kind: 'keep' } : { kind: 'remove' }
  if (photo.hash === held?.hash || photo.base64 === null) return { kind: 'keep' }
  return { kind: 'put', photo: { ...photo, base64: photo.base64 } }
}

function same(one: unknown, other: unknown): boolean {
  return canonicalJson(one as Json) === canonicalJson(other as Json)
}
