/** Pausing, resuming, and a guard from its halt to its release, as an administrator goes through it. */
import { beforeEach, describe, expect, it } from 'vitest'
import { exitOfUser } from '../../src/cli/exit-of-report.ts'
import { type AdminWorld, adminWorld, EMAIL, edit, event, only } from './admin-world.ts'

let world: AdminWorld

const run = (parts: { dryRun?: boolean; allowDeletes?: number | null; force?: boolean } = {}) =>
  world.connector.syncUser(EMAIL, { dryRun: false, allowDeletes: null, ...world.call, ...parts })
const pause = (reason: string | null = null) => world.connector.admin.pause(EMAIL, { reason, ...world.call })
const resume = () => world.connector.admin.resume(EMAIL, world.call)
const writes = () => world.servers.exchange.writes + world.servers.nextcloud.writes

beforeEach(async () => {
  world = await adminWorld({ guards: { deletesMax: 2 } })
})

describe('a paused user', () => {
  it('is not synced, but may be looked at, and forced once', async () => {
    expect(await pause('mailbox move')).toEqual({ email: EMAIL, before: 'active', reason: 'mailbox move' })
    world.servers.exchange.create(event('u1'), null, 0)
    await expect(run()).rejects.toMatchObject({ code: 'usage.paused', fields: { reason: 'mailbox move' } })
    expect((await world.connector.syncRun({ dryRun: false, allowDeletes: null, ...world.call })).users).toEqual([])
    expect(writes()).toBe(0)
    expect((await run({ dryRun: true })).pairs[0]?.counts.created).toBe(1)
    expect(writes()).toBe(0)
    expect((await run({ force: true })).outcome).toBe('in-step')
    const [status] = await world.connector.status(EMAIL)
    expect(status?.mailbox).toMatchObject({ status: 'paused', statusReason: 'mailbox move' })
  })

  it('goes on where it was when resumed, at once', async () => {
    await pause()
    world.servers.exchange.create(event('u1'), null, 0)
    expect(await resume()).toMatchObject({ before: 'paused', released: [], waiting: [] })
    const report = await world.connector.syncRun({ dryRun: false, allowDeletes: null, ...world.call })
    expect(report.users.map((user) => user.outcome)).toEqual(['in-step'])
    expect(only(world.servers.nextcloud, 'u1').model.title).toBe('Meeting')
    expect((await world.store.mailboxByEmail(EMAIL))?.statusReason ?? null).toBeNull()
  })

  it('is not paused behind the back of a pass that is at work', async () => {
    const mailbox = await world.store.ensureMailbox(EMAIL)
    await world.store.acquireLease(mailbox.id, { holder: 'daemon-1', ttlMs: 10_000 })
    await pause()
    expect((await world.store.mailboxByEmail(EMAIL))?.status).toBe('paused')
    await world.store.acquireLease(mailbox.id, { holder: 'daemon-1', ttlMs: 3_600_000 })
    await expect(resume()).rejects.toMatchObject({ code: 'lease.held' })
  })

  it('must be somebody who is known', async () => {
    await expect(world.connector.admin.pause('eve@corp.test', { reason: null, ...world.call })).rejects.toMatchObject({
      code: 'usage.unknown-user',
    })
  })
})

describe('a guard over deletions', () => {
  beforeEach(async () => {
    for (let index = 1; index <= 6; index++) world.servers.exchange.create(event(`u${index}`), null, 0)
    await world.sync()
    for (let index = 1; index <= 4; index++) world.servers.exchange.remove(only(world.servers.exchange, `u${index}`).id)
  })

  it('halts, shows its plan in a dry run, refuses a wrong number and passes the right one', async () => {
    const before = writes()
    const halted = await run()
    expect(halted.pairs[0]?.halt).toMatchObject({ guard: 'deletions-in-pass', numbers: { deletions: 4, base: 6 } })
    expect(exitOfUser(halted)).toBe(7)
    const plan = await run({ dryRun: true })
    expect(exitOfUser(plan)).toBe(7)
    expect(plan.pairs[0]?.actions.map(({ action, uid, outcome }) => [action, uid, outcome])).toEqual(
      [1, 2, 3, 4].map((index) => ['remove', `u${index}`, 'planned']),
    )
    const wrong = await run({ allowDeletes: 3 })
    expect(exitOfUser(wrong)).toBe(7)
    expect(writes()).toBe(before)
    const right = await run({ allowDeletes: 4 })
    expect(right.outcome).toBe('in-step')
    expect(right.pairs[0]?.counts.removed).toBe(4)
    expect(world.servers.nextcloud.items.size).toBe(2)
  })

  it('is visible in the status until then, and not released by resuming', async () => {
    await run()
    const [status] = await world.connector.status(EMAIL)
    expect(status?.pairs[0]).toMatchObject({ status: 'halted', halt: { guard: 'deletions-in-pass' } })
    expect(await resume()).toMatchObject({
      released: [],
      waiting: [{ name: 'Calendar', halt: { guard: 'deletions-in-pass', numbers: { deletions: 4 } } }],
    })
    expect((await run()).outcome).toBe('halted')
    expect(world.servers.nextcloud.items.size).toBe(6)
  })
})

describe('a guard over changes', () => {
  const editAll = (title: string, uids: number) => {
    for (let index = 1; index <= uids; index++) edit(world, 'exchange', { uid: `u${index}`, title })
  }

  beforeEach(async () => {
    world = await adminWorld({ guards: { changesMinItems: 3, changesMaxPercent: 50 } })
    for (let index = 1; index <= 6; index++) world.servers.exchange.create(event(`u${index}`), null, 0)
    await world.sync()
  })

  it('is released by resuming, which says what it saw, and lets that pass', async () => {
    editAll('Changed', 5)
    expect(exitOfUser(await run())).toBe(7)
    expect(await resume()).toMatchObject({
      released: [{ name: 'Calendar', halt: { guard: 'mass-change', numbers: { changed: 5, base: 6 } } }],
      waiting: [],
    })
    expect((await run()).outcome).toBe('in-step')
    expect(only(world.servers.nextcloud, 'u5').model.title).toBe('Changed')
    expect((await world.connector.status(EMAIL))[0]?.pairs[0]).toMatchObject({ status: 'active', halt: null })
  })

  it('halts again when more changed than it was released for', async () => {
    editAll('Changed', 4)
    await run()
    await resume()
    editAll('Changed again', 6)
    expect((await run()).pairs[0]?.halt).toMatchObject({ guard: 'mass-change', numbers: { changed: 6 } })
    expect(only(world.servers.nextcloud, 'u1').model.title).toBe('Meeting')
  })
})
