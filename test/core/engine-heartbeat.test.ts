/** I20: a lease lives as long as its holder works, also while one call waits longer than the lease, and no longer. */
import { describe, expect, it } from 'vitest'
import { type Heart, withHeartbeat } from '../../src/engine/heartbeat.ts'
import { checkpointOf, LEASE_TTL_MS } from '../../src/engine/user.ts'
import { LEASE_BEAT_MS, LEASE_BEATS_ALONE_MAX, LEASE_BEATS_MISSED_MAX } from '../../src/limits.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import { Chance, SimClock } from '../sim/chance.ts'
import { MemoryStore } from '../sim/memory-store.ts'
import { quietLog } from '../sim/process.ts'
import { adminWorld, EMAIL, event } from './admin-world.ts'

/** Beats when the test says so. */
function drum() {
  const beats: (() => void)[] = []
  const every = (ms: number, act: () => void) => {
    expect(ms).toBe(LEASE_BEAT_MS)
    beats.push(act)
    return () => void beats.splice(beats.indexOf(act), 1)
  }
  const beat = async () => {
    for (const act of beats) act()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { beats, every, beat }
}

async function held() {
  const clock = new SimClock()
  const store = new MemoryStore(clock, new Chance(1))
  const mailbox = await store.ensureMailbox(EMAIL)
  const take = (holder: string) => store.acquireLease(mailbox.id, { holder, ttlMs: LEASE_TTL_MS })
  const attempt = await take('one')
  if (attempt.kind !== 'held') throw new Error('busy')
  const { beats, every, beat } = drum()
  const caller = new AbortController()
  const beating = { store, lease: attempt.lease, every, log: quietLog, signal: caller.signal }
  const checkpoint = ({ signal, alive }: Heart) => checkpointOf({ ...beating, clock, signal, alive })
  return { clock, store, take, beats, beat, caller, beating, checkpoint, lease: attempt.lease }
}

/** A call of many minutes, with the beats of its time. */
async function wait(beats: number, { clock, beat }: Pick<Awaited<ReturnType<typeof held>>, 'clock' | 'beat'>) {
  for (let passed = 0; passed < beats; passed++) {
    clock.advance(LEASE_BEAT_MS)
    await beat()
  }
}

describe('I20: a heartbeat', () => {
  it('keeps the lease through a call that lasts longer, and ends with the work', async () => {
    const one = await held()
    await withHeartbeat(one.beating, async (heart) => {
      await wait(30, one)
      expect(await one.take('two')).toMatchObject({ kind: 'busy' })
      await one.checkpoint(heart)()
      await one.store.commit(one.lease, [])
    })
    expect(one.beats).toEqual([])
    one.clock.advance(LEASE_TTL_MS + 1)
    expect(await one.take('two')).toMatchObject({ kind: 'held' })
  })

  it('stops the work before its next write when the lease was lost all the same', async () => {
    const one = await held()
    await withHeartbeat(one.beating, async (heart) => {
      one.clock.advance(LEASE_TTL_MS + 1)
      expect(await one.take('two')).toMatchObject({ kind: 'held' })
      expect(heart.signal.aborted).toBe(false)
      await one.beat()
      expect(heart.signal.aborted).toBe(true)
      await expect(one.checkpoint(heart)()).rejects.toMatchObject({ code: 'lease.lost' })
    })
  })

  it('gives up before the lease runs out when the state cannot be reached, and not earlier', async () => {
    const one = await held()
    const store = Object.create(one.store) as MemoryStore
    let isDown = true
    store.renewLease = async (...args) => {
      if (isDown) throw new ConnectorError('state.unreachable')
      return one.store.renewLease(...args)
    }
    await withHeartbeat({ ...one.beating, store }, async ({ signal }) => {
      await wait(LEASE_BEATS_MISSED_MAX - 1, one)
      isDown = false
      await wait(1, one)
      isDown = true
      await wait(LEASE_BEATS_MISSED_MAX - 1, one)
      expect(signal.aborted).toBe(false)
      await wait(1, one)
      expect(signal.reason).toMatchObject({ code: 'lease.lost' })
      expect(await one.take('two')).toMatchObject({ kind: 'busy' })
    })
  })

  it('counts a renewal that never comes back as a missed one', async () => {
    const one = await held()
    const store = Object.create(one.store) as MemoryStore
    store.renewLease = () => new Promise(() => {})
    await withHeartbeat({ ...one.beating, store }, async ({ signal }) => {
      await wait(LEASE_BEATS_MISSED_MAX, one)
      expect(signal.reason).toMatchObject({ code: 'lease.lost' })
    })
  })

  it('lets go of work that takes no step any more', async () => {
    const one = await held()
    await withHeartbeat(one.beating, async (heart) => {
      await wait(LEASE_BEATS_ALONE_MAX - 1, one)
      await one.checkpoint(heart)()
      await wait(LEASE_BEATS_ALONE_MAX, one)
      expect(await one.take('two')).toMatchObject({ kind: 'busy' })
      await wait(LEASE_TTL_MS / LEASE_BEAT_MS, one)
      expect(await one.take('two')).toMatchObject({ kind: 'held' })
    })
  })

  it('hands a stop of the caller on as a stop', async () => {
    const one = await held()
    await withHeartbeat(one.beating, async (heart) => {
      one.caller.abort()
      await expect(one.checkpoint(heart)()).rejects.toMatchObject({ code: 'stopped' })
    })
  })
})

describe('I20: a pass with a write that waits for ten minutes', () => {
  it.each([
    ['beats', 'in-step', null],
    ['does not beat', 'failed', 'lease.lost'],
  ] as const)('%s: %s %s', async (how, outcome, code) => {
    const { every, beat } = drum()
    const world = await adminWorld({ every })
    world.servers.exchange.create(event('one'), null, 0)
    world.beforeWrite('nextcloud', async () => {
      if (how === 'beats') await wait(10, { clock: world.clock, beat })
      else world.clock.advance(600_000)
    })
    const options = { dryRun: false, allowDeletes: null, signal: new AbortController().signal }
    const report = await world.connector.syncUser(EMAIL, options)
    expect(report.outcome).toBe(outcome)
    expect(report.error?.code ?? null).toBe(code)
  })
})
