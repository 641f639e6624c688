/** The throttle of service accounts: bounds, adaptation, turns and shared pauses, on a clock that takes no time. */
import { describe, expect, it } from 'vitest'
import { memoryAccountBook } from '../../src/exchange/pool/memory-book.ts'
import { backOffFor } from '../../src/exchange/throttle/sleep.ts'
import { createServerThrottle, type Throttle, type Turn } from '../../src/exchange/throttle/throttle.ts'
import { Width } from '../../src/exchange/throttle/width.ts'
import {
  EWS_CEILING_ROUNDS,
  EWS_CONCURRENCY_START,
  EWS_PAUSE_MAX_MS,
  EWS_SYNC_CONCURRENCY_START,
} from '../../src/limits.ts'
import type { AccountBook } from '../../src/ports/account-book.ts'
import { ConnectorError, type ErrorFields } from '../../src/ports/errors.ts'
import { instantClock, silentLog } from './ews-script-server.ts'

function fixture(book: AccountBook | null = null, clock = instantClock()) {
  const server = createServerThrottle({ clock, log: silentLog, server: 'mail', book, concurrencyMax: 40 })
  return { clock, server, throttle: server.account('svc') }
}

const OTHER: Turn = { lane: 'other', mailbox: 'a' }
const SYNC: Turn = { lane: 'sync', mailbox: 'a' }

function busy(fields: ErrorFields = { responseCode: 'ErrorServerBusy', retryAfterMs: 5000 }): ConnectorError {
  return new ConnectorError('exchange.throttled', { ...fields, sent: 'no' })
}

const answer = (throttle: Throttle, turn = OTHER) =>
  throttle.run(
    turn,
    async () => 'ok',
    () => [],
  )
const refuse = (throttle: Throttle, turn = OTHER, error = busy()) =>
  throttle.run(
    turn,
    async () => [error],
    (errors) => errors,
  )

/** Tasks that end when they are told to, in the order in which they began. */
function holding(throttle: Throttle) {
  const begun: string[] = []
  const release: (() => void)[] = []
  const start = (name: string, turn: Turn = OTHER, errors: readonly unknown[] = []): Promise<unknown> =>
    throttle.run(
      turn,
      () => {
        begun.push(name)
        return new Promise<void>((done) => release.push(done))
      },
      () => errors,
    )
  return { begun, release, start }
}

const settled = () => new Promise((done) => setTimeout(done, 5))

describe('the throttle', () => {
  it('makes everyone wait for the pause that the server asked for', async () => {
    const { clock, throttle } = fixture()
    await refuse(throttle)
    await answer(throttle)
    await answer(throttle, SYNC)
    expect(clock.slept).toEqual([5000])
  })

  it('begins with few at once, and lets them grow while the server answers', async () => {
    const { throttle } = fixture()
    const { begun, release, start } = holding(throttle)
    const first = Array.from({ length: 15 }, (_, at) => start(`${at}`))
    await settled()
    expect(begun).toHaveLength(EWS_CONCURRENCY_START)
    for (const done of release.splice(0)) done()
    await settled()
    for (const done of release) done()
    await Promise.all(first)
    expect(throttle.pressure().width).toBe(EWS_CONCURRENCY_START + 3)
    for (let at = 0; at < 2000; at++) await answer(throttle)
    expect(throttle.pressure()).toEqual({ width: 40, syncWidth: EWS_SYNC_CONCURRENCY_START, refusals: 0, pausedMs: 0 })
  })

  it('takes requests that are refused together for one reason to press less', async () => {
    const { throttle } = fixture()
    const { release, start } = holding(throttle)
    const all = Array.from({ length: 8 }, (_, at) => start(`${at}`, OTHER, [busy()]))
    await settled()
    for (const done of release) done()
    await Promise.all(all)
    expect(throttle.pressure()).toMatchObject({ width: 5, refusals: 8, pausedMs: 5000 })
  })

  it('does not pause when one request was too many, but begins fewer', async () => {
    const { clock, throttle } = fixture()
    await refuse(throttle, OTHER, busy({ responseCode: 'ErrorExceededConnectionCount' }))
    await answer(throttle)
    expect(clock.slept).toEqual([])
    expect(throttle.pressure().width).toBe(1)
  })

  it('shrinks folder synchronisation alone when that is what was too much', async () => {
    const { throttle } = fixture()
    await refuse(throttle, SYNC, busy({ responseCode: 'ErrorServerBusy', policy: 'ConcurrentSyncCalls' }))
    expect(throttle.pressure()).toMatchObject({ width: EWS_CONCURRENCY_START, syncWidth: 1 })
  })

  it('holds back every account of a server that answers 503, and one account only otherwise', async () => {
    const { server, throttle, clock } = fixture()
    const other = server.account('other')
    await refuse(throttle)
    expect(other.pressure()).toMatchObject({ width: EWS_CONCURRENCY_START, pausedMs: 0 })
    await clock.sleep(6000)
    await refuse(throttle, OTHER, busy({ status: 503, retryAfterMs: 3000 }))
    expect(other.pressure().pausedMs).toBe(3000)
  })

  it('lets other work pass while folder synchronisation waits for its own places', async () => {
    const { throttle } = fixture()
    const { begun, release, start } = holding(throttle)
    const syncs = Array.from({ length: EWS_SYNC_CONCURRENCY_START + 1 }, (_, at) => start(`sync ${at}`, SYNC))
    const other = start('other')
    await settled()
    expect([...begun].sort()).toEqual(['other', 'sync 0', 'sync 1', 'sync 2', 'sync 3'])
    release[begun.indexOf('sync 0')]?.()
    await settled()
    expect(begun.at(-1)).toBe('sync 4')
    for (const done of release) done()
    await Promise.all([...syncs, other])
  })

  it('gives a place back when its task fails, and forgets who stopped waiting', async () => {
    const { throttle } = fixture()
    const stop = new AbortController()
    const { release, start } = holding(throttle)
    await expect(
      throttle.run(
        SYNC,
        () => Promise.reject(new Error('broken')),
        () => [],
      ),
    ).rejects.toThrow('broken')
    const running = Array.from({ length: EWS_SYNC_CONCURRENCY_START }, (_, at) => start(`${at}`, SYNC))
    const waiting = start('stopped', { ...SYNC, signal: stop.signal })
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'stopped', fields: { sent: 'no' } })
    expect(release).toHaveLength(EWS_SYNC_CONCURRENCY_START)
    for (const done of release) done()
    await Promise.all(running)
  })

  it('waits as long as asked, else ever longer up to a bound', () => {
    expect([0, 1, 2, 9].map((attempt) => backOffFor(attempt, 0))).toEqual([1000, 2000, 4000, 60_000])
    expect(backOffFor(0, 90_000)).toBe(90_000)
  })
})

describe('mailboxes', () => {
  it('take turns: none waits more than three rounds behind one with a thousand requests', async () => {
    const { throttle } = fixture()
    const { begun, release, start } = holding(throttle)
    const all = Array.from({ length: 200 }, () => start('greedy', { lane: 'other', mailbox: 'greedy' }))
    const others = Array.from({ length: 20 }, (_, at) => start(`m${at}`, { lane: 'other', mailbox: `m${at}` }))
    await settled()
    for (const done of release.splice(0)) done()
    await settled()
    // Two rounds of at most eleven: every mailbox had a turn, the greedy one its own.
    for (const done of release.splice(0)) done()
    await settled()
    const first = begun.slice(EWS_CONCURRENCY_START, EWS_CONCURRENCY_START + 22)
    expect(first.filter((name) => name === 'greedy').length).toBeLessThanOrEqual(3)
    expect(new Set(first).size).toBeGreaterThan(18)
    while (release.length > 0) {
      for (const done of release.splice(0)) done()
      await settled()
    }
    await Promise.all([...all, ...others])
  })

  it('that were refused when their turn came are the next ones, and not the last of a round', async () => {
    const { throttle } = fixture()
    const { begun, release, start } = holding(throttle)
    const places = Array.from({ length: EWS_CONCURRENCY_START }, (_, at) => start(`at work ${at}`))
    await settled()
    const waiting = ['b', 'c', 'd'].map((mailbox) => start(mailbox, { lane: 'other', mailbox }))
    const again = start('refused before', { lane: 'other', mailbox: 'e', again: true })
    begun.length = 0
    while (begun.length < 4) {
      release.shift()?.()
      await settled()
    }
    expect(begun).toEqual(['refused before', 'b', 'c', 'd'])
    for (const done of release) done()
    await Promise.all([...places, ...waiting, again])
  })
})

describe('the width', () => {
  it('finds the number that a server allows, stays just below it, and seldom tries it', () => {
    const width = new Width(10, 100)
    let used = 0
    let refusals = 0
    const rounds = 400
    for (let round = 0; round < rounds; round++) {
      const now = width.now
      used += Math.min(now, 27)
      if (now > 27) {
        refusals++
        width.refused(now, false)
      }
      for (let answers = 0; answers < Math.min(now, 27); answers++) width.answered()
    }
    expect(used / (27 * rounds)).toBeGreaterThan(0.93)
    expect(refusals).toBeLessThan(rounds / (EWS_CEILING_ROUNDS / 2))
  })

  it('grows again when the server allows more than it once did', () => {
    const width = new Width(10, 100)
    width.refused(5, false)
    expect(width.now).toBe(3)
    for (let answers = 0; answers < 20_000; answers++) width.answered()
    expect(width.now).toBe(100)
  })

  it('is never less than one', () => {
    const width = new Width(3, 3)
    for (let at = 0; at < 5; at++) width.refused(1, false)
    expect(width.now).toBe(1)
  })
})

describe('replicas that share a book', () => {
  it('wait together, and a run that begins goes on where the last one was', async () => {
    const book = memoryAccountBook()
    const one = fixture(book)
    await refuse(one.throttle)
    const other = fixture(book, one.clock)
    await answer(other.throttle)
    expect(one.clock.slept).toEqual([5000])
    // It began with one, and its own answer made it two.
    expect([one.throttle.pressure().width, other.throttle.pressure().width]).toEqual([1, 2])
    await one.clock.sleep(3000)
    await refuse(one.throttle)
    await one.clock.sleep(1100)
    await answer(other.throttle)
    expect(one.clock.slept.at(-1)).toBeGreaterThan(3000)
  })

  it('ask again after a quarter of an hour, whatever a server or a proxy asked for', async () => {
    const book = memoryAccountBook()
    const one = fixture(book)
    await refuse(one.throttle, OTHER, busy({ responseCode: 'ErrorServerBusy', retryAfterMs: 11 * 86_400_000 }))
    await expect(answer(one.throttle)).rejects.toMatchObject({ fields: { retryAfterMs: EWS_PAUSE_MAX_MS } })
    await one.clock.sleep(EWS_PAUSE_MAX_MS + 1)
    await expect(answer(one.throttle)).resolves.toBe('ok')
    await expect(answer(fixture(book, one.clock).throttle)).resolves.toBe('ok')
  })

  it('go on without the book when it cannot be written', async () => {
    const book: AccountBook = { ...memoryAccountBook(), noteBackOff: () => Promise.reject(new Error('no database')) }
    const { throttle, clock } = fixture(book)
    await refuse(throttle)
    await answer(throttle)
    expect(clock.slept).toEqual([5000])
  })
})
