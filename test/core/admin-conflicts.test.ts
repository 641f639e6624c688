/** Conflicts as an administrator settles them: what lost comes back where it lost, and nothing that is overwritten disappears. */

import { beforeEach, describe, expect, it } from 'vitest'
import { nameOf } from '../../src/model/item-name.ts'
import { type AdminWorld, adminWorld, conflicted, EMAIL, edit, event, only, PAIR_ID, titles } from './admin-world.ts'

let world: AdminWorld
let id: string

const openConflicts = () => world.connector.admin.conflicts({ all: false })
const archive = () => world.connector.admin.archive({ email: EMAIL })
const resolve = (choice: 'keep' | 'restore') => world.connector.admin.resolveConflict(id, choice, world.call)

beforeEach(async () => {
  world = await adminWorld()
  id = await conflicted(world)
})

describe('looking at a conflict', () => {
  it('lists it with the title of the archive, the user and the calendar', async () => {
    expect(await openConflicts()).toMatchObject([
      {
        email: EMAIL,
        collection: 'Calendar',
        title: 'Nextcloud title',
        conflict: { winner: 'exchange', paths: ['title'] },
      },
    ])
    expect(await world.connector.admin.conflicts({ email: EMAIL.toUpperCase(), all: false })).toHaveLength(1)
  })

  it('shows what lost from the archive and what won from its server, and where they differ', async () => {
    edit(world, 'exchange', { uid: 'u1', location: 'Room 2' })
    const writes = world.servers.exchange.writes + world.servers.nextcloud.writes
    const detail = await world.connector.admin.conflict(id, world.call)
    expect(detail.lost).toMatchObject({ side: 'nextcloud', item: { title: 'Nextcloud title' } })
    expect(detail.won).toMatchObject({
      kind: 'present',
      version: { side: 'exchange', item: { title: 'Exchange title' } },
    })
    expect(detail.differing).toEqual(['location', 'title'])
    expect(world.servers.exchange.writes + world.servers.nextcloud.writes).toBe(writes)
  })

  it('shows what lost when the server of the winner cannot be asked', async () => {
    world.once('exchange', 'read-fails')
    const detail = await world.connector.admin.conflict(id, world.call)
    expect(detail.lost?.item && nameOf(detail.lost.item).title).toBe('Nextcloud title')
    expect(detail.won).toMatchObject({ kind: 'unknown', error: { code: 'exchange.unreachable' } })
  })

  it('names an id that does not exist, and finds one without its leading dash', async () => {
    await expect(world.connector.admin.conflict('nope', world.call)).rejects.toMatchObject({ code: 'usage.unknown-id' })
    const [open] = await openConflicts()
    const mailbox = await world.store.mailboxByEmail(EMAIL)
    const attempt = await world.store.acquireLease(mailbox?.id ?? '', { holder: 't', ttlMs: 1000 })
    if (attempt.kind !== 'held' || !open) throw new Error('no lease')
    await world.store.commit(attempt.lease, [{ kind: 'put-conflict', conflict: { ...open.conflict, id: '-dashed' } }])
    expect((await world.connector.admin.conflict('dashed', world.call)).conflict.id).toBe('-dashed')
  })
})

describe('keeping the winner', () => {
  it('closes the conflict and writes nothing', async () => {
    const writes = world.commits.filter((kind) => kind.startsWith('write:')).length
    expect(await resolve('keep')).toMatchObject({ already: false, restored: null, conflict: { resolution: 'kept' } })
    expect(await openConflicts()).toEqual([])
    expect(await world.connector.admin.conflicts({ all: true })).toHaveLength(1)
    expect(world.commits.filter((kind) => kind.startsWith('write:'))).toHaveLength(writes)
    expect(await resolve('keep')).toMatchObject({ already: true })
  })

  it('can still be followed by a restore', async () => {
    await resolve('keep')
    expect(await resolve('restore')).toMatchObject({ already: false, conflict: { resolution: 'restored' } })
    await world.sync()
    expect(titles(world)).toEqual(['Nextcloud title', 'Nextcloud title'])
  })
})

describe('restoring what lost', () => {
  it('writes the lost fields where they lost, archives what it overwrites first, and travels with the next pass', async () => {
    world.commits.length = 0
    const { restored } = await resolve('restore')
    expect(restored).toMatchObject({ side: 'nextcloud', outcome: 'updated', newUid: false, title: 'Nextcloud title' })
    expect(titles(world)).toEqual(['Exchange title', 'Nextcloud title'])
    expect(world.commits.indexOf('put-archive')).toBeGreaterThanOrEqual(0)
    expect(world.commits.indexOf('put-archive')).toBeLessThan(world.commits.indexOf('write:nextcloud'))
    expect((await archive()).map(({ entry }) => [entry.reason, entry.title])).toEqual([
      ['conflict', 'Nextcloud title'],
      ['restore', 'Exchange title'],
    ])
    expect(await openConflicts()).toEqual([])
    await world.sync()
    expect(titles(world)).toEqual(['Nextcloud title', 'Nextcloud title'])
    expect(await openConflicts()).toEqual([])
  })

  it('makes the mailbox due at once', async () => {
    await resolve('restore')
    const mailbox = await world.store.mailboxByEmail(EMAIL)
    expect(mailbox?.nextRunAtMs).toBeLessThanOrEqual(world.clock.nowMs())
  })

  it('leaves fields alone that were not part of the conflict and were edited since', async () => {
    edit(world, 'exchange', { uid: 'u1', location: 'Room 9' })
    await world.sync()
    await resolve('restore')
    await world.sync()
    expect(only(world.servers.nextcloud, 'u1').model).toMatchObject({ title: 'Nextcloud title', location: 'Room 9' })
    expect(only(world.servers.exchange, 'u1').model).toMatchObject({ title: 'Nextcloud title', location: 'Room 9' })
  })

  it('takes an edit of the same moment along instead of overwriting it unseen', async () => {
    world.beforeWrite('nextcloud', () =>
      edit(world, 'nextcloud', { uid: 'u1', title: 'A third title', location: 'Room 7' }),
    )
    const { restored } = await resolve('restore')
    expect(restored?.outcome).toBe('updated')
    expect(only(world.servers.nextcloud, 'u1').model).toMatchObject({ title: 'Nextcloud title', location: 'Room 7' })
    expect((await archive()).map(({ entry }) => entry.title)).toContain('A third title')
  })

  it('makes the item again when it is gone, under its old UID', async () => {
    for (const server of [world.servers.exchange, world.servers.nextcloud]) server.remove(only(server, 'u1').id)
    await world.sync()
    const { restored } = await resolve('restore')
    expect(restored).toMatchObject({ outcome: 'created', uid: 'u1', newUid: false })
    await world.sync()
    expect(titles(world)).toEqual(['Nextcloud title', 'Nextcloud title'])
    expect(only(world.servers.exchange, 'u1').model.location).toBe('Room 1')
  })

  it('finds the item under its new id after the mailbox was moved', async () => {
    world.servers.nextcloud.reassignIds()
    await world.sync()
    expect((await resolve('restore')).restored).toMatchObject({ outcome: 'updated', uid: 'u1' })
    await world.sync()
    expect(titles(world)).toEqual(['Nextcloud title', 'Nextcloud title'])
  })

  it('done twice, does nothing the second time', async () => {
    await resolve('restore')
    const { version } = only(world.servers.nextcloud, 'u1')
    expect(await resolve('restore')).toMatchObject({ already: true, restored: null })
    expect(only(world.servers.nextcloud, 'u1').version).toBe(version)
  })

  it('asks again when the answer to the write is lost, and does not write twice', async () => {
    world.once('nextcloud', 'answer-lost-applied')
    const writes = world.servers.nextcloud.writes
    expect((await resolve('restore')).restored?.outcome).toBe('updated')
    expect(world.servers.nextcloud.writes).toBe(writes + 1)
  })

  it('leaves the conflict open when the server refuses', async () => {
    world.once('nextcloud', 'write-refused')
    await expect(resolve('restore')).rejects.toMatchObject({ code: 'nextcloud.server-error' })
    expect(await openConflicts()).toHaveLength(1)
    expect((await resolve('restore')).restored?.outcome).toBe('updated')
  })

  it('gives up after some tries against somebody who edits without end, and overwrites nothing', async () => {
    const again = () => {
      edit(world, 'nextcloud', { uid: 'u1', location: `Room ${world.clock.nowMs()}` })
      world.beforeWrite('nextcloud', again)
    }
    world.beforeWrite('nextcloud', again)
    const writes = world.servers.nextcloud.writes
    await expect(resolve('restore')).rejects.toMatchObject({ code: 'item.changed-meanwhile' })
    expect(world.servers.nextcloud.writes).toBe(writes)
    expect(await openConflicts()).toHaveLength(1)
  })

  it('never touches an item that cannot be read', async () => {
    world.once('nextcloud', 'unreadable-item')
    await expect(resolve('restore')).rejects.toMatchObject({ code: 'item.unreadable' })
    expect(await openConflicts()).toHaveLength(1)
  })

  it('refuses another collection in the place of the one that was synced', async () => {
    world.servers.nextcloud.folder++
    await expect(resolve('restore')).rejects.toMatchObject({
      code: 'guard.halted',
      fields: { guard: 'collection-identity' },
    })
  })

  it('waits for the pass that holds the mailbox, then says so', async () => {
    const mailbox = await world.store.mailboxByEmail(EMAIL)
    await world.store.acquireLease(mailbox?.id ?? '', { holder: 'daemon-1', ttlMs: 3_600_000 })
    const before = world.clock.nowMs()
    await expect(resolve('restore')).rejects.toMatchObject({ code: 'lease.held', fields: { holder: 'daemon-1' } })
    expect(world.clock.nowMs() - before).toBeGreaterThanOrEqual(30_000)
  })
})

describe('an edit that met a deletion', () => {
  it('is a conflict in which nothing was lost: it can be accepted, not restored', async () => {
    await resolve('keep')
    const { nextcloud, exchange } = world.servers
    nextcloud.remove(only(nextcloud, 'u1').id)
    exchange.update(only(exchange, 'u1').id, event('u1', { title: 'Edited' }), 0)
    await world.sync()
    const [open] = await openConflicts()
    expect(open?.conflict).toMatchObject({ kind: 'edit-delete', archiveId: null, pairId: PAIR_ID })
    id = open?.conflict.id ?? ''
    await expect(resolve('restore')).rejects.toMatchObject({ code: 'usage.nothing-archived' })
    expect((await resolve('keep')).conflict.resolution).toBe('kept')
  })
})
