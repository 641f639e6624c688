/** The archive on a real database: sealed, restored from, and readable after its key was changed. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compose } from '../../src/compose.ts'
import { loadConfig } from '../../src/config/load.ts'
import { decodeDocument } from '../../src/mapping/decode-document.ts'
import type { ItemId, NativeDocument } from '../../src/ports/side.ts'
import type { StateStore } from '../../src/ports/state-store.ts'
import { openStateStore } from '../../src/state/open.ts'
import { quietLog } from '../sim/process.ts'
import { adminWorld, conflicted, EMAIL, titles } from './admin-world.ts'

const OLD_KEY = Buffer.alloc(32, 1).toString('base64')
const NEW_KEY = Buffer.alloc(32, 2).toString('base64')
const ICS = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//test//EN',
  'BEGIN:VEVENT',
  'UID:kept-1',
  'DTSTAMP:20300101T000000Z',
  'DTSTART:20300201T100000',
  'DTEND:20300201T110000',
  'SUMMARY:Canary title',
  'X-OWN:stays in the document',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n')

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'connector-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const database = () => `sqlite:${join(directory, 'state.db')}`

function connect(keys: { current: string; previous?: string }) {
  const env = {
    Service__ExchangeConfiguration__EwsUrl: 'https://mail.corp.test/EWS/Exchange.asmx',
    Service__DatabaseConfiguration__ConnectionString: database(),
    Service__ArchiveConfiguration__EncryptionKey: keys.current,
    ...(keys.previous ? { Service__ArchiveConfiguration__PreviousEncryptionKey: keys.previous } : {}),
    Service__NextcloudConfiguration__UsersFile: 'users.json',
  }
  return compose(loadConfig({ env, cwd: directory, flags: {} }), { log: quietLog })
}

async function archived(store: StateStore): Promise<void> {
  const mailbox = await store.ensureMailbox(EMAIL)
  const attempt = await store.acquireLease(mailbox.id, { holder: 'test', ttlMs: 60_000 })
  if (attempt.kind !== 'held') throw new Error('busy')
  const entry = {
    id: 'entry-1',
    mailboxId: mailbox.id,
    pairId: 'pair-1',
    side: 'nextcloud' as const,
    uid: 'kept-1',
    itemId: '/kept-1.ics' as ItemId,
    reason: 'remove' as const,
    title: 'Canary title',
    document: { format: 'ical' as const, text: ICS },
    createdAtMs: 1,
    expiresAtMs: Date.now() + 1e9,
  }
  const pair = {
    id: 'pair-1',
    mailboxId: mailbox.id,
    kind: 'calendar' as const,
    name: 'Calendar',
    exchangeRef: 'e',
    nextcloudRef: 'n',
    exchangeIdentity: null,
    nextcloudIdentity: null,
    configHash: '',
    exchangeCursor: null,
    nextcloudCursor: null,
    firstPassDone: false,
    status: 'active' as const,
    halt: null,
    lastScrubAtMs: null,
  }
  await store.commit(attempt.lease, [{ kind: 'put-collection-pair', pair }])
  await store.commit(attempt.lease, [{ kind: 'put-archive', entry }])
  await store.releaseLease(attempt.lease)
}

describe('changing the archive key', () => {
  it('rewraps once, then only the new key opens the archive', async () => {
    const before = await connect({ current: OLD_KEY })
    await before.store.migrate()
    const fingerprintKey = await before.store.fingerprintKey()
    await archived(before.store)
    await before.close()
    expect(readFileSync(join(directory, 'state.db')).includes('Canary title')).toBe(false)

    const during = await connect({ current: NEW_KEY, previous: OLD_KEY })
    expect(await during.admin.rotateKey()).toEqual({ rewrapped: 2 })
    expect(await during.admin.rotateKey()).toEqual({ rewrapped: 0 })
    await during.close()

    const after = await connect({ current: NEW_KEY })
    expect(await after.admin.rotateKey()).toEqual({ rewrapped: 0 })
    expect(await after.admin.archive({})).toMatchObject([{ email: EMAIL, entry: { title: 'Canary title' } }])
    expect(await after.store.fingerprintKey()).toEqual(fingerprintKey)
    await after.close()

    const wrong = await connect({ current: OLD_KEY })
    await expect(wrong.admin.rotateKey()).rejects.toMatchObject({ code: 'state.key-missing' })
    await expect(wrong.admin.archive({})).rejects.toMatchObject({ code: 'state.key-missing' })
    await wrong.close()
  })

  it('refuses a new key without the previous one, and changes nothing', async () => {
    const before = await connect({ current: OLD_KEY })
    await before.store.migrate()
    await before.store.fingerprintKey()
    await before.close()
    const forgotten = await connect({ current: NEW_KEY })
    await expect(forgotten.admin.rotateKey()).rejects.toMatchObject({ code: 'state.key-missing' })
    await forgotten.close()
    const again = await connect({ current: OLD_KEY })
    await again.store.fingerprintKey()
    await again.close()
  })

  it('says that the database is not there yet', async () => {
    const connector = await connect({ current: OLD_KEY })
    await expect(connector.admin.rotateKey()).rejects.toMatchObject({ code: 'state.not-initialised' })
    await connector.close()
  })
})

describe('a conflict on a real database', () => {
  it('is shown and restored from the sealed archive', async () => {
    const world = await adminWorld({
      store: async (clock) => {
        const store = await openStateStore({
          connectionString: database(),
          archiveKey: Buffer.from(OLD_KEY, 'base64'),
          nowMs: () => clock.nowMs(),
        })
        await store.migrate()
        return store
      },
    })
    const id = await conflicted(world)
    expect((await world.connector.admin.conflict(id, world.call)).lost?.item).toMatchObject({
      title: 'Nextcloud title',
    })
    await world.connector.admin.resolveConflict(id, 'restore', world.call)
    await world.sync()
    expect(titles(world)).toEqual(['Nextcloud title', 'Nextcloud title'])
    const [entry] = await world.connector.admin.archive({ email: EMAIL })
    expect(
      await world.connector.admin.restoreArchived(entry?.entry.id ?? '', { to: null, ...world.call }),
    ).toMatchObject({ outcome: 'already-there' })
    await world.connector.admin.pause(EMAIL, { reason: 'for good', ...world.call })
    expect((await world.connector.status(EMAIL))[0]?.mailbox).toMatchObject({ statusReason: 'for good' })
    await world.store.close()
  })
})

describe('reading archived documents', () => {
  const context = { mailbox: EMAIL, floatingZone: 'Europe/Berlin' }

  it('reads iCalendar', () => {
    const item = decodeDocument({ format: 'ical', text: ICS }, context)
    expect(item).toMatchObject({ uid: 'kept-1', title: 'Canary title', start: { kind: 'floating' } })
  })

  it('reads EWS documents', () => {
    const text = `<t:Items xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><t:CalendarItem>
      <t:ItemId Id="a" ChangeKey="b"/><t:Subject>Kept</t:Subject><t:UID>kept-2</t:UID>
      <t:Start>2030-02-01T10:00:00Z</t:Start><t:End>2030-02-01T11:00:00Z</t:End></t:CalendarItem></t:Items>`
    expect(decodeDocument({ format: 'ews', text }, context)).toMatchObject({ uid: 'kept-2', title: 'Kept' })
  })

  it.each<NativeDocument>([
    { format: 'ical', text: 'nothing' },
    { format: 'ews', text: '<no' },
    { format: 'vcard', text: 'BEGIN:VCARD' },
  ])('names a $format document that cannot be read', (document) => {
    expect(() => decodeDocument(document, context)).toThrow(expect.objectContaining({ code: 'item.unreadable' }))
  })
})
