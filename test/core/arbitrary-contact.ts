/** Generators of contacts and groups: what both sides can hold, and what strangers write (out of form). */
import fc from 'fast-check'
import {
  ADDRESS_SLOTS,
  type Contact,
  type ContactName,
  type Group,
  PHONE_SLOTS,
  type PostalAddress,
} from '../../src/model/contact.ts'
import type { Sensitivity } from '../../src/model/event.ts'
import { sortedMembers } from '../../src/model/flat-group.ts'
import { photoOf } from '../../src/model/photo.ts'

const words = fc.constantFrom(
  'Erika',
  'Mustermann',
  'Müller; Söhne, GmbH',
  'a\\b',
  'x:y',
  '"quoted"',
  '木村',
  '😀',
  '^n',
  'N;;',
  '\\n',
  '100%25',
  'tel:1',
)
const odd = fc.string({ unit: 'binary', maxLength: 12 })
const label = fc.oneof(words, fc.string({ maxLength: 20 }), odd).map((text) => text.replace(/\p{Cc}/gu, ' '))
const text = fc.oneof(fc.constant(''), label)
const lines = fc.oneof(
  fc.constant(''),
  fc.array(label, { maxLength: 4 }).map((all) => all.join('\n')),
)
const categories = fc.uniqueArray(label, { maxLength: 4 })
const sensitivity = fc.constantFrom<Sensitivity>('normal', 'personal', 'private', 'confidential')
const date = fc.oneof(
  fc.constant(null),
  fc
    .date({ min: new Date('0001-01-01'), max: new Date('9999-12-30'), noInvalidDate: true })
    .map((day) => day.toISOString().slice(0, 10)),
  fc.constantFrom('1604-05-15', '2000-02-29', '1904-01-01', '1970-01-01'),
)

const PNG = '89504e470d0a1a0a'
const JPEG = 'ffd8ffe0'
const photo = fc.oneof(
  fc.constant(null),
  fc
    .tuple(fc.constantFrom(PNG, JPEG, '00'), fc.uint8Array({ maxLength: 200 }))
    .map(([head, bytes]) => photoOf(Buffer.concat([Buffer.from(head, 'hex'), bytes]).toString('base64'))),
)

const name: fc.Arbitrary<ContactName> = fc.record({
  prefix: text,
  given: text,
  middle: text,
  family: text,
  suffix: text,
  nickname: text,
  phoneticGiven: text,
  phoneticFamily: text,
  phoneticCompany: text,
})
const address: fc.Arbitrary<PostalAddress> = fc.record({
  street: lines,
  city: text,
  state: text,
  postalCode: text,
  country: text,
})
const phone = fc.oneof(fc.constantFrom('+49 30 123456', '030/1234-5', '+1-555-0100;ext=12', 'tel:+1'), label)
const email = fc.oneof(fc.constantFrom('erika@example.org', 'Müller@example.org', 'x,y@example.org'), label)
const chat = fc.oneof(
  fc.constantFrom('xmpp:erika@example.org', 'skype:erika mustermann', 'im:erika', 'erika', 'DOM\\erika'),
  label,
)
const numbered = <T extends Record<string, unknown>>(value: fc.Arbitrary<T>) =>
  fc
    .uniqueArray(fc.constantFrom(1 as const, 2 as const, 3 as const), { maxLength: 3 })
    .chain((slots) => fc.tuple(...slots.sort().map((slot) => value.map((one) => ({ slot, ...one })))))

/** May be out of form: white space around, empty parts, repeated categories. */
export const sloppyContact: fc.Arbitrary<Contact> = fc.record({
  kind: fc.constant('contact' as const),
  uid: fc.oneof(fc.uuid(), fc.constantFrom('urn:uuid:1', 'a,b;c')),
  displayName: text,
  fileAs: text,
  name,
  organisation: fc.record({ company: text, department: text, title: text, profession: text, office: text }),
  relations: fc.record({
    spouse: text,
    manager: text,
    assistant: text,
    children: fc.array(text, { maxLength: 3 }),
  }),
  emails: numbered(fc.record({ address: email, display: text })),
  phones: fc
    .uniqueArray(fc.constantFrom(...PHONE_SLOTS), { maxLength: PHONE_SLOTS.length })
    .chain((slots) => fc.tuple(...slots.map((slot) => phone.map((number) => [slot, number] as const))))
    .map((entries) => Object.fromEntries(entries)),
  addresses: fc
    .uniqueArray(fc.constantFrom(...ADDRESS_SLOTS), { maxLength: 3 })
    .chain((slots) => fc.tuple(...slots.map((slot) => address.map((one) => [slot, one] as const))))
    .map((entries) => Object.fromEntries(entries)),
  mailingAddress: fc.constantFrom(null, ...ADDRESS_SLOTS),
  ims: numbered(fc.record({ address: chat })),
  urls: fc.record({
    business: fc.oneof(fc.constantFrom('', 'https://example.org/?a=b,c;d', 'a\\b'), text),
    personal: fc.oneof(fc.constantFrom('', 'https://example.org/~erika'), text),
    freeBusy: fc.oneof(fc.constantFrom('', 'https://example.org/fb?x=1,2;3'), text),
  }),
  birthday: date,
  anniversary: date,
  note: lines,
  categories,
  photo,
  sensitivity,
  gender: fc.constantFrom('' as const, 'female' as const, 'male' as const),
  userFields: fc.record({ 1: text, 2: text, 3: text, 4: text }),
})

export const sloppyGroup: fc.Arbitrary<Group> = fc.record({
  kind: fc.constant('group' as const),
  uid: fc.uuid(),
  title: text,
  members: fc.array(
    fc.oneof(
      fc.record({ email, name: text, uid: fc.constant(null) }),
      fc.record({ email: fc.constant(''), name: text, uid: fc.oneof(fc.uuid(), label) }),
    ),
    { maxLength: 5 },
  ),
  note: lines,
  categories,
  sensitivity,
})

export const sloppyCard: fc.Arbitrary<Contact | Group> = fc.oneof(
  { weight: 3, arbitrary: sloppyContact },
  { weight: 1, arbitrary: sloppyGroup.map((group) => ({ ...group, members: sortedMembers(group.members) })) },
)
