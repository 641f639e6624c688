/** The properties of a contact and a distribution list on Exchange: which field each is part of, and which stay there alone. See ../ical/table.ts. */
import type { NativeProperty } from '../ical/table.ts'

const element = (name: string, text: string) => `<t:${name}>${text}</t:${name}>`
const mapped = (property: string, path: string, values: readonly [string, string], note?: string): NativeProperty => {
  const name = property.slice(property.indexOf(':') + 1)
  const [from, to] = values.map((text) => [element(name, text)])
  return { property, path, ...(note === undefined ? {} : { note }), probe: { from: from ?? [], to: to ?? [] } }
}
const uri = (attributes: string, value: string) =>
  element('ExtendedProperty', `<t:ExtendedFieldURI ${attributes}/>${element('Value', value)}`)
/** A MAPI property by its canonical name (MS-OXPROPS): EWS has no element to write it. */
const mapi = (
  property: string,
  path: string,
  [attributes, from, to]: readonly [string, string, string],
): NativeProperty => ({ property, path, probe: { from: [uri(attributes, from)], to: [uri(attributes, to)] } })
const tag = (number: string, type = 'String') => `PropertyTag="${number}" PropertyType="${type}"`
const named = (id: string, type = 'String') =>
  `DistinguishedPropertySetId="Address" PropertyId="${id}" PropertyType="${type}"`
const entries = (name: string, entry: (value: string) => string): readonly [string, string] => [
  entry(`${name}1`),
  entry(`${name}2`),
]
const file = (content: string) =>
  element(
    'FileAttachment',
    element('IsContactPhoto', 'true') + element('ContentType', 'image/jpeg') + element('Content', content),
  )
const kept = (property: string, from: string, to: string, note?: string): NativeProperty => ({
  ...mapped(property, '', [from, to], note),
  path: null,
})

const HOME = element('PhysicalAddresses', `<t:Entry Key="Home">${element('Street', 'Gasse 2')}</t:Entry>`)
/** The day beside the instant: it counts as long as it is near. */
const local = (property: string, path: string, [name, id]: readonly [string, string]): NativeProperty => {
  const day = (date: string) => uri(named(id, 'SystemTime'), `${date}T00:00:00Z`)
  const instant = element(name, '1980-02-28T23:00:00Z')
  return { property, path, probe: { from: [day('1980-02-28'), instant], to: [day('1980-02-29'), instant] } }
}

export const EWS_CONTACT_PROPERTIES: readonly NativeProperty[] = [
  mapped('contacts:DisplayName', 'displayName', ['One', 'Two']),
  {
    property: 'contacts:FileAs',
    path: 'fileAs',
    note: 'only where somebody chose it',
    probe: {
      from: [element('FileAs', 'One'), element('FileAsMapping', 'None')],
      to: [element('FileAs', 'Two'), element('FileAsMapping', 'None')],
    },
  },
  {
    property: 'contacts:FileAsMapping',
    path: 'fileAs',
    note: 'filed by the name in the way that Exchange has: nobody said how',
    probe: {
      from: [element('FileAs', 'One'), element('FileAsMapping', 'None')],
      to: [element('FileAs', 'One'), element('FileAsMapping', 'LastCommaFirst')],
    },
  },
  mapped('contacts:GivenName', 'name', ['One', 'Two']),
  mapped('contacts:MiddleName', 'name', ['One', 'Two']),
  mapped('contacts:Surname', 'name', ['One', 'Two']),
  mapped('contacts:Generation', 'name', ['jun.', 'sen.']),
  mapped('contacts:Nickname', 'name', ['One', 'Two']),
  mapi('PidTagDisplayNamePrefix', 'name', [tag('0x3A45'), 'Dr.', 'Prof.']),
  mapi('PidLidYomiFirstName', 'name', [named('0x802C'), 'a', 'b']),
  mapi('PidLidYomiLastName', 'name', [named('0x802D'), 'a', 'b']),
  mapi('PidLidYomiCompanyName', 'name', [named('0x802E'), 'a', 'b']),
  mapped('contacts:CompanyName', 'company', ['One', 'Two']),
  mapped('contacts:Department', 'department', ['One', 'Two']),
  mapped('contacts:JobTitle', 'title', ['One', 'Two']),
  mapped('contacts:Profession', 'profession', ['One', 'Two']),
  mapped('contacts:OfficeLocation', 'office', ['1', '2']),
  mapped('contacts:SpouseName', 'spouse', ['One', 'Two']),
  mapped('contacts:Manager', 'manager', ['One', 'Two']),
  mapped('contacts:AssistantName', 'assistant', ['One', 'Two']),
  mapped('contacts:Children', 'children', [element('String', 'One'), element('String', 'Two')]),
  mapped(
    'contacts:EmailAddresses',
    'email:',
    entries('', (value) => `<t:Entry Key="EmailAddress1">${value}@example.org</t:Entry>`),
    'three; somebody of the directory by the SMTP address',
  ),
  mapped(
    'contacts:PhoneNumbers',
    'phone:',
    entries('', (value) => `<t:Entry Key="MobilePhone">${value}</t:Entry>`),
    'all 19 that Outlook shows',
  ),
  mapped(
    'contacts:PhysicalAddresses',
    'address:',
    entries('', (value) => `<t:Entry Key="Home">${element('Street', value)}</t:Entry>`),
    'business, home and other',
  ),
  {
    property: 'contacts:PostalAddressIndex',
    path: 'mailingAddress',
    probe: { from: [HOME, element('PostalAddressIndex', 'None')], to: [HOME, element('PostalAddressIndex', 'Home')] },
  },
  mapped(
    'contacts:ImAddresses',
    'im:',
    entries('', (value) => `<t:Entry Key="ImAddress1">xmpp:${value}</t:Entry>`),
  ),
  mapped('contacts:BusinessHomePage', 'url:business', ['https://a.example', 'https://b.example']),
  mapi('PidTagPersonalHomePage', 'url:personal', [tag('0x3A50'), 'https://a.example', 'https://b.example']),
  mapi('PidLidFreeBusyLocation', 'url:freeBusy', [named('0x80D8'), 'https://a.example', 'https://b.example']),
  mapped('contacts:Birthday', 'birthday', ['1980-02-28T11:59:00Z', '1980-03-01T11:59:00Z']),
  local('PidLidBirthdayLocal', 'birthday', ['Birthday', '0x80DE']),
  mapped('contacts:WeddingAnniversary', 'anniversary', ['1980-02-28T11:59:00Z', '1980-03-01T11:59:00Z']),
  local('PidLidWeddingAnniversaryLocal', 'anniversary', ['WeddingAnniversary', '0x80DF']),
  mapped('item:Body', 'note', ['One', 'Two'], 'as text'),
  mapped('item:Categories', 'category:', [element('String', 'One'), element('String', 'Two')]),
  mapped('item:Attachments', 'photo', [file('/9j/4AAQ'), file('/9j/4BBQ')], 'the one that is the contact photo'),
  mapped('item:Sensitivity', 'sensitivity', ['Normal', 'Personal']),
  mapi('PidTagGender', 'gender', [tag('0x3A4D', 'Short'), '1', '2']),
  mapi('PidLidContactUserField1 to 4', 'userField:', [named('0x804F'), 'a', 'b']),
  kept('item:Importance', 'Low', 'High'),
  kept('contacts:Initials', 'a', 'b'),
  kept('contacts:Companies', element('String', 'a'), element('String', 'b')),
  kept('contacts:Mileage', 'a', 'b'),
  kept('contacts:UserSMIMECertificate', element('Base64Binary', 'AAAA'), element('Base64Binary', 'BBBB')),
  kept('contacts:MSExchangeCertificate', element('Base64Binary', 'AAAA'), element('Base64Binary', 'BBBB')),
  kept('item:ReminderIsSet', 'false', 'true', 'follow-up flags'),
  {
    property: 'item:Attachments (others)',
    path: null,
    note: 'files that are no photo',
    probe: {
      from: [element('Attachments', element('FileAttachment', element('Name', 'a')))],
      to: [element('Attachments', element('FileAttachment', element('Name', 'b')))],
    },
  },
  {
    property: 'item:ExtendedProperty',
    path: null,
    note: 'properties of other programs',
    probe: {
      from: [uri('DistinguishedPropertySetId="PublicStrings" PropertyName="theirs" PropertyType="String"', 'a')],
      to: [uri('DistinguishedPropertySetId="PublicStrings" PropertyName="theirs" PropertyType="String"', 'b')],
    },
  },
]

const member = (email: string) =>
  element('Member', element('Mailbox', element('EmailAddress', email) + element('RoutingType', 'SMTP')))

export const EWS_GROUP_PROPERTIES: readonly NativeProperty[] = [
  mapped('contacts:DisplayName', 'title', ['One', 'Two']),
  mapped('distributionlist:Members', 'member:', [member('a@example.org'), member('b@example.org')]),
  mapped('item:Body', 'note', ['One', 'Two']),
  mapped('item:Categories', 'category:', [element('String', 'One'), element('String', 'Two')]),
  mapped('item:Sensitivity', 'sensitivity', ['Normal', 'Personal']),
  kept('item:Importance', 'Low', 'High'),
]
