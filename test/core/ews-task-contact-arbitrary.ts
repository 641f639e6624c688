/** Any task, contact and group: plain ones, whole ones, and ones that no Exchange can hold. */
import fc from 'fast-check'
import { photoHash } from '../../src/mapping/ews/contact-photo.ts'
import { dateTextOf, localTextOf } from '../../src/model/civil.ts'
import { ADDRESS_SLOTS, type Contact, type Group, PHONE_SLOTS, type Slot } from '../../src/model/contact.ts'
import { sortedMembers } from '../../src/model/flat-group.ts'
import type { Recurrence } from '../../src/model/recurrence.ts'
import type { Regeneration, Task } from '../../src/model/task.ts'

const word = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-zA-ZäöüßéñŁ日本語0-9 .,;:&<>"'()+-]{0,20}$/) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom('', ' padded ', 'two\nlines', 'x'.repeat(300), '\u0000', '\uFFFE') },
)
/** What the model leaves out when it is empty. */
const some = word.filter((text) => text !== '')
const categories = fc
  .uniqueArray(fc.stringMatching(/^[A-Za-z ]{1,8}$/), { maxLength: 3 })
  .map((names) => [...new Set(names.map((name) => name.trim()).filter((name) => name !== ''))].sort())
const sensitivity = fc.constantFrom('normal', 'personal', 'private', 'confidential')
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 3 })

const day = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: -60_000, max: 60_000 }).map(dateTextOf) },
  { weight: 1, arbitrary: fc.constantFrom('1500-01-01', '4600-01-01', '2000-02-29', '1601-01-01', '0001-01-01') },
)

const end = fc.oneof(
  fc.constant({ kind: 'never' } as const),
  fc.record({ kind: fc.constant('count' as const), count: fc.integer({ min: 1, max: 1100 }) }),
  fc.record({ kind: fc.constant('until' as const), date: day }),
)
const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const
const pattern: fc.Arbitrary<Recurrence['pattern']> = fc.oneof(
  fc.record({ kind: fc.constant('daily' as const), interval: fc.integer({ min: 1, max: 1200 }) }),
  fc.record({
    kind: fc.constant('weekly' as const),
    interval: fc.integer({ min: 1, max: 120 }),
    days: fc.subarray([...DAYS], { minLength: 1 }),
    firstDay: fc.constantFrom('MO' as const, 'SU' as const),
  }),
  fc.record({
    kind: fc.constant('monthlyOnDay' as const),
    // Every twelfth month is every year, in other words.
    interval: fc.integer({ min: 1, max: 24 }).filter((months) => months !== 12),
    day: fc.integer({ min: 1, max: 31 }),
  }),
  fc.record({ kind: fc.constant('rrule' as const), text: fc.constant('FREQ=SECONDLY') }),
)
const recurrence: fc.Arbitrary<Recurrence> = fc.record({ pattern, end })
const regeneration: fc.Arbitrary<Regeneration> = fc.record({
  kind: fc.constantFrom('daily', 'weekly', 'monthly', 'yearly'),
  interval: fc.integer({ min: 1, max: 120 }),
  end,
})

const rule = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ recurrence: null, regeneration: null }) },
  { weight: 2, arbitrary: recurrence.map((one) => ({ recurrence: one, regeneration: null })) },
  { weight: 1, arbitrary: regeneration.map((one) => ({ recurrence: null, regeneration: one })) },
)

const body = maybe(
  fc.oneof(
    word.map((text) => ({ text, html: null })),
    fc.constant({ text: 'Bold words', html: '<p><b>Bold</b> words</p>' }),
  ),
)

export const anyTask: fc.Arbitrary<Task> = fc
  .tuple(
    fc.record({
      kind: fc.constant('task' as const),
      uid: fc.uuid(),
      title: word,
      body,
      status: fc.constantFrom('notStarted', 'inProgress', 'completed', 'waitingOnOthers', 'deferred', 'cancelled'),
      percentComplete: fc.integer({ min: 0, max: 100 }),
      completed: maybe(day),
      start: maybe(day),
      due: maybe(day),
      importance: fc.constantFrom('low', 'normal', 'high'),
      sensitivity,
      categories,
      reminder: maybe(
        fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => ({ atUtc: localTextOf(seconds * 1000) })),
      ),
    }),
    rule,
  )
  .map(([task, repeats]) => ({ ...task, ...repeats }) as Task)

const email = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-zA-Z0-9.]{1,10}@example\.(test|org)$/) },
  { weight: 1, arbitrary: word },
  { weight: 1, arbitrary: fc.constantFrom('/o=Example/cn=x', 'no address', '') },
)
const bySlot = <T extends object>(arbitrary: fc.Arbitrary<T>) =>
  fc
    .tuple(fc.subarray([1, 2, 3] as Slot[]), fc.array(arbitrary, { minLength: 3, maxLength: 3 }))
    .map(([slots, values]) => slots.map((slot, index) => ({ slot, ...(values[index] as T) })))

const street = fc.oneof(word, fc.constantFrom('Hauptstr. 1\nHaus B', '\nx\n', 'a\n\nb'))
const address = fc.record({ street, city: some, state: word, postalCode: word, country: word })
const PIXELS = ['iVBORw0KGgoAAAANSUhEUgAA', '/9j/4AAQSkZJRgABAQ==', 'R0lGODlhAQABAAAAACw=', 'AAECAwQF']
const photo = fc
  .tuple(fc.constantFrom(...PIXELS), fc.constantFrom('image/png', 'image/jpg', 'image/webp', ''), fc.boolean())
  .map(([base64, mediaType, has]) => ({ hash: photoHash(base64), mediaType, base64: has ? base64 : null }))

export const anyContact: fc.Arbitrary<Contact> = fc.record({
  kind: fc.constant('contact' as const),
  uid: fc.uuid(),
  displayName: word,
  fileAs: word,
  name: fc.record({
    prefix: word,
    given: word,
    middle: word,
    family: word,
    suffix: word,
    nickname: word,
    phoneticGiven: word,
    phoneticFamily: word,
    phoneticCompany: word,
  }),
  organisation: fc.record({ company: word, department: word, title: word, profession: word, office: word }),
  relations: fc.record({ spouse: word, manager: word, assistant: word, children: fc.array(some, { maxLength: 3 }) }),
  emails: bySlot(fc.record({ address: email.filter((text) => text !== ''), display: word })),
  phones: fc.dictionary(fc.constantFrom(...PHONE_SLOTS), some, { maxKeys: 4 }),
  addresses: fc.dictionary(fc.constantFrom(...ADDRESS_SLOTS), address, { maxKeys: 3 }),
  mailingAddress: maybe(fc.constantFrom(...ADDRESS_SLOTS)),
  ims: bySlot(some.map((text) => ({ address: text }))),
  urls: fc.record({
    business: fc.oneof(fc.webUrl(), fc.constantFrom('', 'www.example.test', 'not a url', 'http://[bad', '%zz'), word),
    personal: word,
    freeBusy: word,
  }),
  birthday: maybe(day),
  anniversary: maybe(day),
  note: fc.oneof(word, fc.constantFrom('one\ntwo\n', '\n\n', 'trailing \n\n')),
  categories,
  photo: maybe(photo),
  sensitivity,
  gender: fc.constantFrom('', 'female', 'male'),
  userFields: fc.record({ 1: word, 2: word, 3: word, 4: word }),
}) as fc.Arbitrary<Contact>

export const anyGroup: fc.Arbitrary<Group> = fc.record({
  kind: fc.constant('group' as const),
  uid: fc.uuid(),
  title: word,
  members: fc
    .array(fc.record({ email: email.map((text) => text.toLowerCase()), name: word, uid: maybe(fc.uuid()) }), {
      maxLength: 5,
    })
    .map((members) => sortedMembers(members.filter((one) => one.email !== '' || one.uid !== null))),
  note: word,
  categories,
  sensitivity,
}) as fc.Arbitrary<Group>
