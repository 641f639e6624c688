/** Restoring from the archive, to either side: never doubled, never over something unseen, and kept as long as promised. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { Token } from '../../src/ports/side.ts'
import { type AdminWorld, adminWorld, conflicted, EMAIL, edit, event, only, PAIR_ID, titles } from './admin-world.ts'

const DAY_MS = 86_400_000
let world: AdminWorld

const entries = () => world.connector.admin.archive({ email: EMAIL })
const restore = (id: string, to: 'exchange' | 'nextcloud' | null = null) =>
  world.connector.admin.restoreArchived(id, { to, ...world.call })

function count(uid: string): [number, number] {
  const on = (side: 'exchange' | 'nextcloud') =>
    [...world.servers[side].items.values()].filter((item) => item.model.uid === uid).length
  return [on('exchange'), on('nextcloud')]
}

function items(): [number, number] {
  return [world.servers.exchange.items.size, world.servers.nextcloud.items.size]
}

/** Deleted by a person on Exchange, so removed from Nextcloud by the pass, and archived. Gives the archive id. */
async function removed(): Promise<string> {
  world.servers.exchange.create(event('u1', { title: 'Precious', location: 'Here' }), null, 0)
  await world.sync()
  world.servers.exchange.remove(only(world.servers.exchange, 'u1').id)
  await world.sync()
  const [entry] = await entries()
  if (entry?.entry.reason !== 'remove') throw new Error('not archived')
  return entry.entry.id
}

beforeEach(async () => {
  world = await adminWorld()
})

describe('looking into the archive', () => {
  it('lists by time and shows the document', async () => {
    const id = await removed()
    expect(await entries()).toMatchObject([{ email: EMAIL, collection: 'Calendar', entry: { side: 'nextcloud' } }])
    expect((await entries())[0]?.entry).not.toHaveProperty('document')
    expect(await world.connector.admin.archive({ sinceMs: world.clock.nowMs() + 1 })).toEqual([])
    expect(await world.connector.admin.archived(id)).toMatchObject({
      version: { side: 'nextcloud', item: { title: 'Precious' }, when: '2030-02-01T10:00:00Z' },
    })
  })

  it('does not know strangers', async () => {
    await expect(world.connector.admin.archive({ email: 'eve@corp.test' })).rejects.toMatchObject({
      code: 'usage.unknown-user',
    })
    expect(await world.connector.admin.archive({ email: EMAIL })).toEqual([])
  })
})

describe('an item that is gone', () => {
  it.each(['nextcloud', 'exchange'] as const)('comes back on %s as a new item, and then on the other', async (to) => {
    const id = await removed()
    expect(await restore(id, to)).toMatchObject({ side: to, outcome: 'created', uid: 'u1', newUid: false })
    await world.sync()
    expect(titles(world)).toEqual(['Precious', 'Precious'])
    await world.sync()
    expect(items()).toEqual([1, 1])
  })

  it('is journalled before it is created', async () => {
    const id = await removed()
    world.commits.length = 0
    await restore(id)
    const [open, write] = [world.commits.indexOf('open-intent'), world.commits.indexOf('write:nextcloud')]
    expect(open).toBeGreaterThanOrEqual(0)
    expect(open).toBeLessThan(write)
    expect(write).toBeLessThan(world.commits.indexOf('close-intent'))
    expect(await world.store.openIntents(PAIR_ID)).toEqual([])
  })

  it('restored twice is there once', async () => {
    const id = await removed()
    await restore(id)
    expect(await restore(id)).toMatchObject({ outcome: 'already-there' })
    await world.sync()
    expect(await restore(id)).toMatchObject({ outcome: 'already-there' })
    expect(await restore(id, 'exchange')).toMatchObject({ outcome: 'already-there' })
    await world.sync()
    expect(items()).toEqual([1, 1])
  })

  it('restored to both sides before a pass is one item', async () => {
    const id = await removed()
    await restore(id, 'nextcloud')
    await restore(id, 'exchange')
    await world.sync()
    await world.sync()
    expect(count('u1')).toEqual([1, 1])
    expect(items()).toEqual([1, 1])
  })

  it.each(['answer-lost-applied', 'answer-lost-not-applied'] as const)('is there once after %s', async (fault) => {
    const id = await removed()
    world.servers.nextcloud.trash.clear()
    world.once('nextcloud', fault)
    await expect(restore(id)).rejects.toMatchObject({ code: 'nextcloud.server-error' })
    expect(await world.store.openIntents(PAIR_ID)).toHaveLength(1)
    const outcome = fault === 'answer-lost-applied' ? 'already-there' : 'created'
    expect(await restore(id)).toMatchObject({ outcome })
    expect(await world.store.openIntents(PAIR_ID)).toEqual([])
    await world.sync()
    expect(items()).toEqual([1, 1])
  })

  it('travels with the next pass although the command never learned that it was made', async () => {
    const id = await removed()
    world.servers.nextcloud.trash.clear()
    world.once('nextcloud', 'answer-lost-applied')
    await expect(restore(id)).rejects.toMatchObject({ code: 'nextcloud.server-error' })
    await world.sync()
    expect(items()).toEqual([1, 1])
    expect(await world.store.openIntents(PAIR_ID)).toEqual([])
  })

  it('can be restored again after it was deleted again', async () => {
    const id = await removed()
    await restore(id)
    await world.sync()
    world.servers.exchange.remove(only(world.servers.exchange, 'u1').id)
    await world.sync()
    expect(items()).toEqual([0, 0])
    expect(await restore(id)).toMatchObject({ outcome: 'created', uid: 'u1' })
    await world.sync()
    expect(items()).toEqual([1, 1])
  })

  it.each(['exchange', 'nextcloud'] as const)(
    'gets a new UID on %s when another item uses the old one, once',
    async (to) => {
      const id = await removed()
      world.servers.exchange.create(event('u1', { title: 'Sent again' }), null, 0)
      await world.sync()
      const restored = await restore(id, to)
      expect(restored).toMatchObject({ outcome: 'created', newUid: true, title: 'Precious' })
      await world.sync()
      expect(titles(world)).toEqual(['Sent again', 'Sent again'])
      expect(titles(world, restored.uid)).toEqual(['Precious', 'Precious'])
      expect(await restore(id, to)).toMatchObject({ outcome: 'already-there' })
      expect(await restore(id)).toMatchObject({ outcome: 'already-there' })
      await world.sync()
      expect(items()).toEqual([2, 2])
    },
  )

  it('gets a new UID when the server knows of one that the state does not', async () => {
    const id = await removed()
    world.servers.nextcloud.create(event('u1', { title: 'Not seen yet' }), null, 0)
    expect(await restore(id)).toMatchObject({ outcome: 'created', newUid: true })
    await world.sync()
    expect(items()).toEqual([2, 2])
  })
})

describe('an item that is still there', () => {
  it('gets the archived version in place, and what it overwrites is archived first', async () => {
    await conflicted(world)
    const [lost] = await entries()
    world.commits.length = 0
    expect(await restore(lost?.entry.id ?? '')).toMatchObject({ outcome: 'updated', uid: 'u1', newUid: false })
    expect(world.commits.indexOf('put-archive')).toBeLessThan(world.commits.indexOf('write:nextcloud'))
    await world.sync()
    expect(titles(world)).toEqual(['Nextcloud title', 'Nextcloud title'])
    const overwritten = (await entries()).find(({ entry }) => entry.reason === 'restore')
    expect(overwritten?.entry.title).toBe('Exchange title')
    expect(await restore(overwritten?.entry.id ?? '')).toMatchObject({ outcome: 'updated' })
    await world.sync()
    expect(titles(world)).toEqual(['Exchange title', 'Exchange title'])
  })

  it('on the other side keeps what the archived side could never hold', async () => {
    world.servers.exchange.create(event('u1', { showAs: 'workingElsewhere' }), null, 0)
    await world.sync()
    edit(world, 'exchange', { uid: 'u1', title: 'Exchange title' })
    edit(world, 'nextcloud', { uid: 'u1', title: 'Nextcloud title' })
    await world.sync()
    const [lost] = await entries()
    expect(await restore(lost?.entry.id ?? '', 'exchange')).toMatchObject({ side: 'exchange', outcome: 'updated' })
    const now = only(world.servers.exchange, 'u1').model
    expect(now).toMatchObject({ title: 'Nextcloud title', showAs: 'workingElsewhere' })
  })

  it('is left alone when it is the archived version already', async () => {
    await conflicted(world)
    const [lost] = await entries()
    edit(world, 'nextcloud', { uid: 'u1', title: 'Nextcloud title' })
    const { version } = only(world.servers.nextcloud, 'u1')
    expect(await restore(lost?.entry.id ?? '')).toMatchObject({ outcome: 'already-there' })
    expect(only(world.servers.nextcloud, 'u1').version).toBe(version)
  })

  it('does not take the item of a token for another entry', async () => {
    const id = await removed()
    world.servers.nextcloud.create(event('stranger'), 'some-token' as Token, 0)
    await restore(id)
    expect(only(world.servers.nextcloud, 'stranger').model.title).toBe('Meeting')
  })
})

describe('keeping the archive bounded', () => {
  it('removes what expired at the end of a run, never what an open conflict needs', async () => {
    const conflict = await conflicted(world)
    world.servers.exchange.create(event('u2', { title: 'Removed' }), null, 0)
    await world.sync()
    world.servers.exchange.remove(only(world.servers.exchange, 'u2').id)
    await world.sync()
    expect(await entries()).toHaveLength(2)
    world.clock.advance(91 * DAY_MS)
    await world.sync()
    expect((await entries()).map(({ entry }) => entry.reason)).toEqual(['conflict'])
    await world.connector.admin.resolveConflict(conflict, 'keep', world.call)
    world.clock.advance(DAY_MS)
    await world.sync()
    expect(await entries()).toEqual([])
  })

  it('prunes at most once an hour, and not in a dry run', async () => {
    let pruned = 0
    const store = world.store
    const prune = store.pruneArchive.bind(store)
    const countedPrune = (nowMs: number) => {
      pruned++
      return prune(nowMs)
    }
    Object.assign(store, { pruneArchive: countedPrune })
    const run = (dryRun: boolean) => world.connector.syncUser(EMAIL, { dryRun, allowDeletes: null, ...world.call })
    await run(true)
    expect(pruned).toBe(0)
    await run(false)
    await run(false)
    expect(pruned).toBe(1)
    world.clock.advance(3_600_000)
    await world.connector.syncRun({ dryRun: false, allowDeletes: null, ...world.call })
    expect(pruned).toBe(2)
  })
})
