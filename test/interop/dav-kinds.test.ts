/** The contract of a side on task lists and address books of servers that we did not write: Radicale, Xandikos, a real Nextcloud when one is configured. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { Item } from '../../src/model/item.ts'
import { nameOf } from '../../src/model/item-name.ts'
import { createAddressBook, createTaskList } from '../../src/nextcloud/dav/create-calendar.ts'
import { discoverHome } from '../../src/nextcloud/dav/discovery.ts'
import { codecFor, nextcloudSide } from '../../src/nextcloud/side.ts'
import type { ItemId } from '../../src/ports/side.ts'
import { CONTACTS, type ItemSamples, TASKS } from '../contract/side-samples.ts'
import { type SideFixture, sideContract } from '../contract/side-suite.ts'
import { memoryLog } from '../core/dav-server.ts'
import { clock, connect, type DavAccess, floatingZone, personOn } from './dav-fixture.ts'
import { type DavProgram, hasRadicale, hasXandikos, startRadicale, startXandikos } from './dav-programs.ts'

type Kind = 'tasks' | 'contacts'
const SAMPLES: Readonly<Record<Kind, ItemSamples>> = { tasks: TASKS, contacts: CONTACTS }
let counter = 0

async function fixture(access: DavAccess, kind: Kind): Promise<SideFixture> {
  const { client, home } = await connect(access)
  const displayName = `${kind} ${++counter}`
  const { url } =
    kind === 'tasks'
      ? await createTaskList(client, home, { displayName })
      : await createAddressBook(client, await discoverHome(client, 'carddav'), { displayName })
  const side = nextcloudSide({ client, collectionUrl: url, kind, floatingZone, clock, log: memoryLog() })
  const codec = codecFor({ kind, floatingZone, clock })
  const calendars = personOn(access)
  const put = (path: string, body: string) =>
    kind === 'tasks' ? calendars(path, { method: 'PUT', body }) : putCard(access, path, body)
  return {
    side,
    person: {
      create: async (item) => {
        const path = new URL(url).pathname + encodeURIComponent(`${item.uid}${kind === 'tasks' ? '.ics' : '.vcf'}`)
        await put(path, codec.encode(null, item))
        return path as ItemId
      },
      rename: async (id, title) => {
        const [result] = await side.read([id])
        if (result?.kind !== 'present') throw new Error('not readable')
        const renamed: Item = SAMPLES[kind].titled(result.item.model, title)
        await put(id, codec.encode(result.item.native.text, renamed))
      },
      remove: async (id) => void (await calendars(id, { method: 'DELETE' })),
      titles: async () => {
        const found: string[] = []
        for await (const page of side.listAll()) {
          for (const result of await side.read(page.map(({ id }) => id)))
            found.push(result.kind === 'present' ? nameOf(result.item.model).title : result.kind)
        }
        return found.toSorted()
      },
    },
    mails: () => 0,
    close: async () => {
      await calendars(new URL(url).pathname, { method: 'DELETE' })
      await client.close()
    },
  }
}

async function putCard({ url, username, password }: DavAccess, path: string, body: string): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const headers = { authorization, 'content-type': 'text/vcard; charset=utf-8' }
  const response = await fetch(new URL(path, url), { method: 'PUT', headers, body })
  if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`)
}

function contracts(name: string, access: () => DavAccess): void {
  for (const kind of ['tasks', 'contacts'] as const) {
    // Xandikos takes two cards of one UID (RFC 6352 section 5.1 forbids them).
    const conditionalCreate = !(name === 'Xandikos' && kind === 'contacts')
    sideContract(`${name} ${kind}`, () => fixture(access(), kind), { conditionalCreate, samples: SAMPLES[kind] })
  }
}

for (const { name, present, start } of [
  { name: 'Radicale', present: hasRadicale, start: startRadicale },
  { name: 'Xandikos', present: hasXandikos, start: startXandikos },
]) {
  if (!present) {
    describe.skip(`${name} (not installed)`, () => it('is tested where it is installed', () => undefined))
    continue
  }
  describe(name, () => {
    const running: { program?: DavProgram } = {}
    beforeAll(async () => {
      running.program = await start()
    })
    afterAll(async () => running.program?.close())
    contracts(name, () => {
      if (!running.program) throw new Error('not started')
      return running.program
    })
  })
}

const { NEXTCLOUD_URL: url, NEXTCLOUD_USER: username, NEXTCLOUD_APP_PASSWORD: password } = process.env
if (url && username && password) {
  const access = { url: new URL('remote.php/dav/', `${url.replace(/\/$/, '')}/`).href, username, password }
  contracts('Nextcloud', () => access)
} else describe.skip('Nextcloud (NEXTCLOUD_URL is not set)', () => it('is tested where one is', () => undefined))
