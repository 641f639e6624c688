/** The fields of a contact or group for a person, in the order of src/cli/render/item.ts. A photo is named, not shown. */
import { ADDRESS_SLOTS, type Contact, type Group, PHONE_SLOTS } from '../../model/contact.ts'

/** Label and value; an empty value is left out. */
export function contactFields(contact: Contact): [string, string][] {
  const { name, organisation, relations, urls } = contact
  const parts = [name.prefix, name.given, name.middle, name.family, name.suffix]
  return [
    ['name', contact.displayName || parts.filter((part) => part !== '').join(' ')],
    ['file as', contact.fileAs],
    ['parts', parts.filter((part) => part !== '').join(' | ')],
    ['nickname', name.nickname],
    ['company', [organisation.company, organisation.department].filter((part) => part !== '').join(', ')],
    ['job', [organisation.title, organisation.profession].filter((part) => part !== '').join(', ')],
    ['office', organisation.office],
    [
      'e-mail',
      contact.emails.map(({ address, display }) => (display ? `${display} <${address}>` : address)).join('\n'),
    ],
    ['phone', PHONE_SLOTS.flatMap((slot) => lineOf(slot, contact.phones[slot])).join('\n')],
    ['address', ADDRESS_SLOTS.flatMap((slot) => lineOf(slot, addressText(contact, slot))).join('\n')],
    ['chat', contact.ims.map(({ address }) => address).join('\n')],
    ['web', [urls.business, urls.personal].filter((url) => url !== '').join('\n')],
    ['birthday', contact.birthday ?? ''],
    ['anniversary', contact.anniversary ?? ''],
    ['spouse', relations.spouse],
    ['children', relations.children.join(', ')],
    ['manager', relations.manager],
    ['assistant', relations.assistant],
    ['sensitivity', contact.sensitivity === 'normal' ? '' : contact.sensitivity],
    ['categories', contact.categories.join(', ')],
    ['photo', contact.photo?.mediaType ?? ''],
    ['text', contact.note],
    ['UID', contact.uid],
  ]
}

export function groupFields(group: Group): [string, string][] {
  return [
    ['name', group.title],
    ['members', group.members.map(({ email, name, uid }) => `${name} <${email || (uid ?? '')}>`.trim()).join('\n')],
    ['sensitivity', group.sensitivity === 'normal' ? '' : group.sensitivity],
    ['categories', group.categories.join(', ')],
    ['text', group.note],
    ['UID', group.uid],
  ]
}

function addressText({ addresses }: Contact, slot: (typeof ADDRESS_SLOTS)[number]): string {
  const address = addresses[slot]
  if (!address) return ''
  const { street, postalCode, city, state, country } = address
  return [street.replaceAll('\n', ', '), `${postalCode} ${city}`.trim(), state, country]
    .filter((part) => part !== '')
    .join(', ')
}

function lineOf(slot: string, value: string | undefined): string[] {
  return value ? [`${slot}: ${value}`] : []
}
