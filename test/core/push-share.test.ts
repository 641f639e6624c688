/** Several replicas share the listening: every mailbox is listened to once, and when a replica goes the others take its share over. */
import { afterEach, describe, expect, it } from 'vitest'
import { listenerOf, listenerShare } from '../../src/exchange/push/share.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import { openStateStore } from '../../src/state/open.ts'
import { change, closeListeners, isListening, listen, listenToo, said } from './push-listener.ts'

const ACCOUNTS = Array.from({ length: 6 }, (_, at) => `svc${at}`)
const stores: { close(): Promise<void> }[] = []
afterEach(async () => {
  await closeListeners()
  for (const store of stores.splice(0)) await store.close()
})

async function roll() {
  const store = await openStateStore({ connectionString: 'sqlite::memory:', archiveKey: new Uint8Array(32) })
  await store.migrate()
  stores.push(store)
  return store
}

/** Two replicas, each with its share of the mailboxes of `ACCOUNTS`. */
async function sharing() {
  const shared = await roll()
  const one = await listen(30, {}, ACCOUNTS, listenerShare(shared, 'one'))
  await isListening(one, 30, ACCOUNTS.length)
  const other = listenToo(one, listenerShare(shared, 'other'))
  await expect.poll(() => one.server.streams.open).toBeGreaterThan(ACCOUNTS.length)
  one.refresh()
  await expect.poll(() => one.server.streams.open).toBe(ACCOUNTS.length)
  return { shared, one, other }
}

describe('replicas that share the listening', () => {
  it('subscribe each mailbox once, and each hears what is its own', async () => {
    const { one, other } = await sharing()
    // What the first one gave up ends by itself at the server; nobody hangs on it.
    for (const email of one.people) change(one, email)
    await expect.poll(() => [...one.changed, ...other.changed].sort()).toEqual([...one.people].sort())
    expect(one.changed.length).toBeGreaterThan(0)
    expect(other.changed.length).toBeGreaterThan(0)
    expect([one.listening(), other.listening()]).toEqual([one.changed.length, other.changed.length])
  })

  it('take over what another one listened to, and check what it may have missed', async () => {
    const { shared, one, other } = await sharing()
    await other.stop()
    expect(await shared.present('one', 1000)).toEqual(['one'])
    await expect.poll(() => one.server.streams.open).toBeLessThan(ACCOUNTS.length)
    for (const email of one.people) change(one, email)
    await expect.poll(() => one.changed.length).toBeGreaterThan(0)
    expect(other.changed).toEqual([])
    const alone = one.changed.length
    expect(alone).toBeLessThan(one.people.length)
    one.refresh()
    await said(one).toEqual([...one.people].sort())
    await expect.poll(() => one.listening()).toBe(one.people.length)
    expect(other.listening()).toBe(0)
  })

  it('go on as they are while the database is away', async () => {
    const shared = await roll()
    const away = { isAway: false }
    const share = listenerShare(
      {
        present: async (replica, ttlMs) => {
          if (away.isAway) throw new ConnectorError('state.unreachable', {})
          return await shared.present(replica, ttlMs)
        },
        absent: (replica) => shared.absent(replica),
      },
      'one',
    )
    const world = await listen(3, {}, ['svc'], share)
    await isListening(world, 3)
    away.isAway = true
    world.refresh()
    await new Promise((done) => setTimeout(done, 50))
    change(world, 'person1@example.org')
    await said(world).toEqual(['person1@example.org'])
  })
})

describe('who listens with an account', () => {
  const names = (count: number, word: string) => Array.from({ length: count }, (_, at) => `${word}-${at}`)
  const accounts = names(400, 'account')

  it('does not depend on who asks, and is spread', () => {
    const replicas = names(4, 'replica')
    const counts = replicas.map((replica) => accounts.filter((name) => listenerOf(name, replicas) === replica).length)
    expect(Math.min(...counts)).toBeGreaterThan(60)
    expect(listenerOf('account-1', [...replicas].reverse())).toBe(listenerOf('account-1', replicas))
  })

  it('changes for the share of a replica that goes, and for no other', () => {
    const replicas = names(4, 'replica')
    const left = replicas.slice(1)
    const moved = accounts.filter((name) => listenerOf(name, replicas) !== listenerOf(name, left))
    expect(moved).toEqual(accounts.filter((name) => listenerOf(name, replicas) === 'replica-0'))
  })
})
