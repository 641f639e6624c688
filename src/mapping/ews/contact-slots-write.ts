/**
 * The dictionaries of a contact, writing. An update names one key, and of a postal address one part, so that the others, and those
 * that the model does not know, stay as they are.
 */
import {
  ADDRESS_SLOTS,
  type AddressSlot,
  type ContactEmail,
  PHONE_SLOTS,
  type PostalAddress,
} from '../../model/contact.ts'
import type { EwsFieldChange, FieldUri, XmlNode } from './change.ts'
import { ADDRESS_KEYS, ADDRESS_PARTS, SLOTS, type Slots } from './contact-slots.ts'

/** The dictionaries for CreateItem; those with nothing in them are left out. */
export function slotNodes(contact: Slots): XmlNode[] {
  const dictionaries: XmlNode[] = [
    { name: 'EmailAddresses', children: contact.emails.map(emailNode) },
    {
      name: 'PhysicalAddresses',
      children: ADDRESS_SLOTS.flatMap((slot) => {
        const address = contact.addresses[slot]
        return address === undefined ? [] : [addressNode(slot, address)]
      }),
    },
    {
      name: 'PhoneNumbers',
      children: PHONE_SLOTS.flatMap((key) => (contact.phones[key] ? [entry(key, contact.phones[key])] : [])),
    },
    { name: 'ImAddresses', children: contact.ims.map(({ slot, address }) => entry(`ImAddress${slot}`, address)) },
  ]
  return dictionaries.filter(({ children }) => children !== undefined && children.length > 0)
}

function entry(key: string, text: string): XmlNode {
  return { name: 'Entry', attributes: { Key: key }, text }
}

function emailNode({ slot, address, display }: ContactEmail): XmlNode {
  const name = display === '' ? {} : { Name: display }
  return { name: 'Entry', attributes: { Key: `EmailAddress${slot}`, ...name }, text: address }
}

function addressNode(slot: AddressSlot, address: PostalAddress): XmlNode {
  const parts = ADDRESS_PARTS.filter(({ part }) => address[part] !== '')
  return {
    name: 'Entry',
    attributes: { Key: ADDRESS_KEYS[slot] },
    children: parts.map(({ element, part }) => ({ name: element, text: address[part] })),
  }
}

/** What differs, key by key, and of postal addresses part by part. */
export function slotChanges(current: Slots, desired: Slots): EwsFieldChange[] {
  const emails = SLOTS.flatMap((slot) => {
    const [before, after] = [current, desired].map((one) => one.emails.find((email) => email.slot === slot))
    if (before?.address === after?.address && before?.display === after?.display) return []
    const uri = indexed('contacts:EmailAddress', `EmailAddress${slot}`)
    return [change(uri, 'EmailAddresses', after === undefined ? null : emailNode(after))]
  })
  const phones = PHONE_SLOTS.flatMap((key) => {
    const after = desired.phones[key] ?? ''
    if ((current.phones[key] ?? '') === after) return []
    return [change(indexed('contacts:PhoneNumber', key), 'PhoneNumbers', after === '' ? null : entry(key, after))]
  })
  const ims = SLOTS.flatMap((slot) => {
    const [before, after] = [current, desired].map((one) => one.ims.find((im) => im.slot === slot)?.address ?? '')
    if (before === after || after === undefined) return []
    const key = `ImAddress${slot}`
    return [change(indexed('contacts:ImAddress', key), 'ImAddresses', after === '' ? null : entry(key, after))]
  })
  return [...emails, ...ADDRESS_SLOTS.flatMap((slot) => addressChanges(slot, current, desired)), ...phones, ...ims]
}

function addressChanges(slot: AddressSlot, current: Slots, desired: Slots): EwsFieldChange[] {
  return ADDRESS_PARTS.flatMap(({ element, part }) => {
    const [before, after] = [current, desired].map((one) => one.addresses[slot]?.[part] ?? '')
    if (before === after || after === undefined) return []
    const uri = indexed(`contacts:PhysicalAddress:${element}`, ADDRESS_KEYS[slot])
    const value: XmlNode = {
      name: 'Entry',
      attributes: { Key: ADDRESS_KEYS[slot] },
      children: [{ name: element, text: after }],
    }
    return [change(uri, 'PhysicalAddresses', after === '' ? null : value)]
  })
}

function indexed(uri: string, index: string): FieldUri {
  return { kind: 'indexed', uri, index }
}

function change(uri: FieldUri, dictionary: string, value: XmlNode | null): EwsFieldChange {
  return value === null
    ? { kind: 'delete', field: uri }
    : { kind: 'set', field: uri, value: { name: dictionary, children: [value] } }
}
