/** Conflicts and the archive over both simulated servers: what comes back through the real lenses, to either side, mailing nobody. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SideName } from '../../src/ports/side.ts'
import { emailOf } from '../world.ts'
import { expectEqual } from './equality.ts'
import { appointment, ics, property, times } from './items.ts'
import { Stage } from './stage.ts'

const ALICE = emailOf('alice')
let stage: Stage
const call = { signal: new AbortController().signal }

beforeEach(async () => {
  stage = await Stage.open()
})
afterEach(() => stage.close())

const admin = () => stage.connector.admin
const lastEntry = async (side: SideName) => {
  const entries = (await admin().archive({ email: ALICE })).filter(({ entry }) => entry.side === side)
  const last = entries.at(-1)
  if (!last) throw new Error(`nothing archived of ${side}`)
  return last.entry.id
}

/** A weekly meeting with guests, a moved and a deleted occurrence. */
const SERIES = ics(
  'series@example.org',
  ...times(4),
  'SUMMARY:Weekly',
  'RRULE:FREQ=WEEKLY;COUNT=6',
  'EXDATE;TZID=Europe/Berlin:20260311T100000',
  'ORGANIZER;CN=Alice:mailto:alice@corp.test',
  'ATTENDEE;CN=Bob:mailto:bob@corp.test',
  'LOCATION:Room 1',
)

describe('a conflict', () => {
  it.each(['exchange', 'nextcloud'] as const)(
    'that %s lost is restored there and reaches the other side',
    async (loser) => {
      if (loser === 'exchange') await stage.restart({ Service__ConflictPolicy: 'nextcloud' })
      stage.mailbox().addEvent(appointment('Before'))
      await stage.settle()
      stage.mailbox().editEvent(stage.item('Before').id, { subject: 'From Outlook' })
      stage.editObject('SUMMARY:Before', (text) => text.replace('SUMMARY:Before', 'SUMMARY:From the web'))
      await stage.settle()
      const lost = loser === 'exchange' ? 'From Outlook' : 'From the web'
      const [open] = await admin().conflicts({ all: false })
      expect(open).toMatchObject({ title: lost })
      const id = open?.conflict.id ?? ''
      const detail = await admin().conflict(id, call)
      expect(detail.lost).toMatchObject({ side: loser, item: { title: lost } })
      expect(detail).toMatchObject({ won: { kind: 'present' }, differing: ['title'] })
      expect((await admin().resolveConflict(id, 'restore', call)).restored).toMatchObject({ outcome: 'updated' })
      await stage.settle()
      expect(stage.item(lost).fields.Subject).toBe(lost)
      expect(property(stage.object(lost).text, 'SUMMARY')).toEqual([`SUMMARY:${lost}`])
      expect(await admin().conflicts({ all: false })).toEqual([])
      await expectEqual(stage.world)
    },
  )
})

describe("what lies in Nextcloud's trash bin", () => {
  it('NC-TRASH-UID: is archived before it makes room for its UID, and can be restored (I16)', async () => {
    stage.calendar().put('one.ics', ics('taken@example.org', 'SUMMARY:Written by hand'), { silent: true })
    stage.calendar().remove('one.ics', { silent: true })
    stage.mailbox().addEvent(appointment('Invited again', { uid: 'taken@example.org' }))
    await stage.settle()
    expect(stage.calendar().list()).toHaveLength(1)
    expect(stage.calendar().trash()).toEqual([])
    const [kept, ...others] = await admin().archive({ email: ALICE })
    expect(others).toEqual([])
    expect(kept?.entry).toMatchObject({ side: 'nextcloud', title: 'Written by hand', reason: 'remove' })
    const id = kept?.entry.id ?? ''
    expect(JSON.stringify(await admin().archived(id))).toContain('SUMMARY:Written by hand')
    expect(await admin().restoreArchived(id, { to: 'nextcloud', ...call })).toMatchObject({ newUid: true })
    await stage.settle()
    expect(property(stage.object('Written by hand').text, 'SUMMARY')).toEqual(['SUMMARY:Written by hand'])
    expect([stage.mailbox().list().length, stage.calendar().list().length]).toEqual([2, 2])
    await expectEqual(stage.world)
  })

  it('NC-TRASH-UID: does not stand in the way of what is restored', async () => {
    stage.calendar().put('one.ics', ics('again@example.org', 'SUMMARY:Deleted'), { silent: true })
    await stage.settle()
    stage.mailbox().deleteItem(stage.item('Deleted').id)
    await stage.settle()
    expect(stage.calendar().trash()).toHaveLength(1)
    const restored = await admin().restoreArchived(await lastEntry('nextcloud'), { to: 'nextcloud', ...call })
    expect(restored).toMatchObject({ outcome: 'created', newUid: false })
    await stage.settle()
    await expectEqual(stage.world)
  })
})

describe('a removed item', () => {
  it.each([
    ['nextcloud', 'nextcloud'],
    ['nextcloud', 'exchange'],
    ['exchange', 'exchange'],
    ['exchange', 'nextcloud'],
  ] as const)('archived from %s comes back to %s, once, and then on both', async (from, to) => {
    stage.calendar().put('series.ics', SERIES, { silent: true })
    await stage.settle()
    await expectEqual(stage.world)
    if (from === 'nextcloud') stage.mailbox().deleteItem(stage.item('Weekly').id)
    else stage.calendar().remove('series.ics', { silent: true })
    await stage.settle()
    expect([stage.mailbox().list().length, stage.calendar().list().length]).toEqual([0, 0])
    const id = await lastEntry(from)
    expect(await admin().restoreArchived(id, { to, ...call })).toMatchObject({
      side: to,
      outcome: 'created',
      newUid: false,
      uid: 'series@example.org',
    })
    expect(await admin().restoreArchived(id, { to, ...call })).toMatchObject({ outcome: 'already-there' })
    await stage.settle()
    expect(await admin().restoreArchived(id, { to: null, ...call })).toMatchObject({ outcome: 'already-there' })
    await stage.settle()
    expect([stage.mailbox().list().length, stage.calendar().list().length]).toEqual([1, 1])
    expect(property(stage.object('Weekly').text, 'RRULE')).toHaveLength(1)
    expect(property(stage.object('Weekly').text, 'EXDATE')).toHaveLength(1)
    expect(stage.item('Weekly').fields.RequiredAttendees?.map(({ email }) => email)).toContain('bob@corp.test')
    await expectEqual(stage.world)
  })

  it('comes back beside another that has taken its UID', async () => {
    stage.calendar().put('one.ics', ics('taken@example.org', 'SUMMARY:First'), { silent: true })
    await stage.settle()
    stage.calendar().remove('one.ics', { silent: true })
    await stage.settle()
    stage.mailbox().addEvent(appointment('Second', { uid: 'taken@example.org' }))
    await stage.settle()
    const id = await lastEntry('exchange')
    expect(await admin().restoreArchived(id, { to: 'nextcloud', ...call })).toMatchObject({ newUid: true })
    await stage.settle()
    expect([stage.mailbox().list().length, stage.calendar().list().length]).toEqual([2, 2])
    await expectEqual(stage.world)
  })
})
