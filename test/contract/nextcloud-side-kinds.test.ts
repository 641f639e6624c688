/** The contract of a side on task lists and address books of the simulated Nextcloud, with the real lenses, and what is theirs alone. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Contact } from '../../src/model/contact.ts'
import { nameOf } from '../../src/model/item-name.ts'
import { cardOf } from '../../src/model/kinds.ts'
import { createDavClient, type DavClient } from '../../src/nextcloud/dav/client.ts'
import { codecFor, nextcloudSide } from '../../src/nextcloud/side.ts'
import type { ItemId, Side, SideItem, Token } from '../../src/ports/side.ts'
import { fixedRandom, memoryLog, quickClock } from '../core/dav-server.ts'
import type { NextcloudSimulatorOptions, NextcloudVersion } from '../simulators/nextcloud/options.ts'
import type { Person } from '../simulators/nextcloud/person.ts'
import { type NextcloudSimulator, startNextcloudSimulator } from '../simulators/nextcloud/simulator.ts'
import { feed, nextToken } from './nextcloud-side-fixture.ts'
import { CONTACTS, EVENTS, sampleContact, sampleTask, TASKS } from './side-samples.ts'
import { type SideFixture, sideContract } from './side-suite.ts'

const floatingZone = 'Europe/Berlin'
type Kind = 'tasks' | 'contacts'
type Opened = { simulator: NextcloudSimulator; anna: Person; side: Side; client: DavClient; path: string }

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function open(kind: Kind, options: NextcloudSimulatorOptions = {}): Promise<Opened> {
  const simulator = await startNextcloudSimulator(options)
  const anna = simulator.addUser('anna', 'app-password')
  if (kind === 'tasks') anna.createCalendar('todo', { components: ['VTODO'] })
  const parts = { clock: quickClock(), random: fixedRandom, log: memoryLog() }
  const client = createDavClient({ baseUrl: simulator.url, username: 'anna', password: 'app-password', ...parts })
  const path = `/remote.php/dav/${kind === 'tasks' ? 'calendars/anna/todo/' : 'addressbooks/users/anna/contacts/'}`
  const side = nextcloudSide({ client, collectionUrl: simulator.url + path, kind, floatingZone, ...parts })
  closers.push(async () => {
    await client.close()
    await simulator.close()
  })
  return { simulator, anna, side, client, path }
}

async function makeFixture(kind: Kind, version: NextcloudVersion): Promise<SideFixture> {
  const { simulator, anna, side, path } = await open(kind, { version })
  const objects = kind === 'tasks' ? anna.calendar('todo') : anna.addressBook('contacts')
  const codec = codecFor({ kind, floatingZone, clock: quickClock() })
  const nameIn = (id: ItemId) => decodeURIComponent(id.slice(path.length))
  const property = kind === 'tasks' ? 'SUMMARY' : 'FN'
  return {
    side,
    person: {
      create: async (item) => {
        const uri = `${item.uid}${kind === 'tasks' ? '.ics' : '.vcf'}`
        objects.put(uri, codec.encode(null, item))
        return (path + encodeURIComponent(uri)) as ItemId
      },
      rename: async (id, title) => {
        const text = objects.get(nameIn(id))?.text ?? ''
        objects.put(
          nameIn(id),
          text.replace(new RegExp(`^${property}:.*$`, 'm'), `${property}:${title}\r`).replaceAll('\r\r', '\r'),
        )
      },
      remove: async (id) => objects.remove(nameIn(id)),
      titles: async () =>
        objects
          .list()
          .map(({ text }) => new RegExp(`^${property}:(.*?)\r?$`, 'm').exec(text)?.[1] ?? '')
          .toSorted(),
    },
    mails: () => simulator.outbox.length,
    loseNextAnswer: (when) =>
      void simulator.fault({ method: 'PUT' }, { kind: 'cut', when: when === 'after' ? 'after-work' : 'before-work' }),
    close: async () => {},
  }
}

for (const version of [29, 32, 34] as const) {
  const tasks = { conditionalCreate: true, samples: TASKS }
  sideContract(`Nextcloud ${version} tasks`, () => makeFixture('tasks', version), tasks)
  const contacts = { conditionalCreate: true, samples: CONTACTS }
  sideContract(`Nextcloud ${version} contacts`, () => makeFixture('contacts', version), contacts)
}

async function present(side: Side, id: string): Promise<SideItem> {
  const [result] = await side.read([id as ItemId])
  if (result?.kind !== 'present') throw new Error(`not present: ${JSON.stringify(result)}`)
  return result.item
}

async function update(side: Side, current: SideItem, changes: Partial<Contact>): Promise<SideItem> {
  const desired = { ...cardOf(current.model), ...changes } as Contact
  const [outcome] = await side.update([{ current, desired, changed: Object.keys(changes) }])
  if (outcome?.kind !== 'updated') throw new Error(`not updated: ${JSON.stringify(outcome)}`)
  return outcome.item
}

const card = (version: string, ...lines: string[]) =>
  `${['BEGIN:VCARD', `VERSION:${version}`, 'UID:c1', 'FN:Erika', 'N:;;;;', ...lines, 'END:VCARD'].join('\r\n')}\r\n`

describe('an address book', () => {
  const four = card('4.0', 'PHOTO:data:image/png;base64,iVBORw0KGgo=', 'GENDER:F', 'X-MINE:1')

  it('SRV-5: a card of 4.0 is read as it is stored, not as it is converted, and stays 4.0', async () => {
    const { side, anna, path } = await open('contacts')
    const book = anna.addressBook('contacts')
    book.put('c1.vcf', four)
    const item = await present(side, `${path}c1.vcf`)
    expect(item.native).toEqual({ format: 'vcard', text: four })
    const noted = await update(side, item, { note: 'Noted' })
    expect(book.get('c1.vcf')?.text).toBe(noted.native.text)
    for (const line of four.split('\r\n')) expect(noted.native.text).toContain(line)
  })

  it('reads many cards of both versions with two requests per hundred, and of 3.0 with one', async () => {
    const { side, anna, simulator, path } = await open('contacts')
    const book = anna.addressBook('contacts')
    for (let n = 0; n < 20; n++) book.put(`${n}.vcf`, (n % 2 ? four : card('3.0')).replace('UID:c1', `UID:${n}`))
    const ids = Array.from({ length: 20 }, (_, n) => `${path}${n}.vcf` as ItemId)
    simulator.requests.reset()
    const results = await side.read(ids)
    expect(
      results.map((result) => (result.kind === 'present' ? result.item.native.text.slice(13, 24) : result.kind)),
    ).toEqual(ids.map((_, n) => (n % 2 ? 'VERSION:4.0' : 'VERSION:3.0')))
    expect(simulator.requests.count()).toBe(2)
    await side.read(ids.filter((_, n) => n % 2 === 0))
    expect(simulator.requests.count()).toBe(3)
  })

  it('follows a truncated feed to its end', async () => {
    const { side, anna } = await open('contacts', { cardSyncTruncation: 30 })
    const book = anna.addressBook('contacts')
    for (let n = 0; n < 100; n++) book.put(`${n}.vcf`, card('3.0').replace('UID:c1', `UID:${n}`))
    const first = await feed(side, null)
    expect(new Set(first.hints.map(({ id }) => id)).size).toBe(100)
    for (let n = 0; n < 70; n++) book.remove(`${n}.vcf`)
    const second = await feed(side, first.cursor)
    expect(new Set(second.hints.filter(({ kind }) => kind === 'removed').map(({ id }) => id)).size).toBe(70)
    // The overlap repeats what is older than the last part, once.
    const third = await feed(side, second.cursor)
    expect((await feed(side, third.cursor)).hints).toEqual([])
  })

  it('takes a part that ends within the overlap for what it is, not for a server that went back', async () => {
    const { side, anna } = await open('contacts', { cardSyncTruncation: 3 })
    const book = anna.addressBook('contacts')
    for (let n = 0; n < 10; n++) book.put(`${n}.vcf`, card('3.0').replace('UID:c1', `UID:${n}`))
    const first = await feed(side, null)
    book.remove('0.vcf')
    const second = await feed(side, first.cursor)
    expect(second.hints.filter(({ kind }) => kind === 'removed')).toHaveLength(1)
  })

  it('names a card of 2.1 as unreadable with its UID, and reads the others', async () => {
    const { side, anna, path } = await open('contacts')
    const book = anna.addressBook('contacts')
    book.put('ok.vcf', card('3.0'))
    book.put('bad.vcf', card('3.0', 'NOTE;ENCODING=QUOTED-PRINTABLE:a=20b').replace('UID:c1', 'UID:bad'))
    const results = await side.read([`${path}bad.vcf`, `${path}ok.vcf`] as ItemId[])
    expect(results[0]).toMatchObject({ kind: 'unreadable', uid: 'bad', error: { code: 'item.unreadable' } })
    expect(results[1]?.kind).toBe('present')
  })

  it('says already for a UID that another card has', async () => {
    const { side, anna, path } = await open('contacts')
    anna.addressBook('contacts').put('c1.vcf', card('3.0'))
    const [outcome] = await side.create([{ token: nextToken(), desired: sampleContact('c1') }])
    expect(outcome).toEqual({ kind: 'already', id: `${path}c1.vcf`, reason: 'uid' })
  })

  it('refuses to make a group of a person', async () => {
    const { side } = await open('contacts')
    const person = CONTACTS.item('p')
    expect(side.fit(CONTACTS.series('p'), person)).toMatchObject({
      kind: 'unrepresentable',
      losses: [{ path: 'kind' }],
    })
  })

  it('refuses a collection that is no address book', async () => {
    const { simulator, client } = await open('contacts')
    const collectionUrl = `${simulator.davUrl}calendars/anna/personal/`
    const parts = { clock: quickClock(), log: memoryLog() }
    const side = nextcloudSide({ client, collectionUrl, kind: 'contacts', floatingZone, ...parts })
    await expect(side.describe()).rejects.toMatchObject({ code: 'nextcloud.collection-not-found' })
  })
})

describe('a task list', () => {
  it('leaves events of a mixed calendar alone, and a calendar leaves its tasks alone', async () => {
    const { anna, simulator, client } = await open('tasks')
    const mixed = anna.createCalendar('mixed', { components: ['VEVENT', 'VTODO'] })
    const parts = { clock: quickClock(), log: memoryLog() }
    const sideOf = (kind: 'tasks' | 'calendar') =>
      nextcloudSide({ client, collectionUrl: `${simulator.davUrl}calendars/anna/mixed/`, kind, floatingZone, ...parts })
    for (const [kind, samples] of [
      ['tasks', TASKS],
      ['calendar', EVENTS],
    ] as const)
      mixed.put(
        `${kind}.ics`,
        codecFor({ kind, floatingZone, clock: parts.clock }).encode(null, samples.item(kind, kind)),
      )
    for (const kind of ['tasks', 'calendar'] as const) {
      const side = sideOf(kind)
      const ids: ItemId[] = []
      for await (const page of side.listAll()) ids.push(...page.map(({ id }) => id))
      const results = await side.read(ids)
      const titles = results.map((result) =>
        result.kind === 'present' ? nameOf(result.item.model).title : result.kind,
      )
      expect(titles.toSorted()).toEqual(['gone', kind].toSorted())
    }
  })

  it('tells when a task was last changed', async () => {
    const { side } = await open('tasks')
    const [outcome] = await side.create([{ token: nextToken() as Token, desired: sampleTask('t') }])
    expect(outcome?.kind === 'created' && outcome.item.modifiedAtMs).toEqual(expect.any(Number))
  })

  it('NC-TRASH-UID: makes a task again whose UID lies in the trash', async () => {
    const { side, anna } = await open('tasks')
    const [first] = await side.create([{ token: nextToken(), desired: sampleTask('again@x') }])
    if (first?.kind !== 'created') throw new Error('not created')
    await side.remove([{ id: first.item.id, expect: first.item.version }])
    const asked = { token: nextToken(), desired: sampleTask('again@x') }
    const [blocked] = await side.create([asked])
    const purge = blocked?.kind === 'blocked' ? blocked.by.map(({ id }) => id) : []
    const [second] = await side.create([{ ...asked, purge }])
    expect([blocked?.kind, second?.kind]).toEqual(['blocked', 'created'])
    expect(anna.calendar('todo').list()).toHaveLength(1)
  })
})
