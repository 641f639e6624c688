/** The throttle of a service account: bounds, pauses and recovery, on a clock that takes no time. */
import { describe, expect, it } from 'vitest'
import { backOffFor, createThrottle } from '../../src/exchange/throttle.ts'
import { EWS_CONCURRENCY_RECOVERY_ANSWERS } from '../../src/limits.ts'
import { instantClock } from './ews-script-server.ts'

function fixture() {
  const clock = instantClock()
  return { clock, throttle: createThrottle({ clock, concurrencyMax: 8, syncConcurrencyMax: 2 }) }
}

describe('the throttle', () => {
  it('makes everyone wait for the pause that the server asked for', async () => {
    const { clock, throttle } = fixture()
    throttle.refused(5000)
    await throttle.run('other', async () => {})
    await throttle.run('sync', async () => {})
    expect(clock.slept).toEqual([5000])
  })

  it('presses half as hard once per pause, never less than one at a time, and recovers slowly', async () => {
    const { clock, throttle } = fixture()
    throttle.refused(1000)
    throttle.refused(1000)
    expect(throttle.width()).toBe(4)
    for (const expected of [2, 1, 1]) {
      await clock.sleep(2000)
      throttle.refused(1000)
      expect(throttle.width()).toBe(expected)
    }
    for (let i = 0; i < EWS_CONCURRENCY_RECOVERY_ANSWERS; i++) throttle.answered()
    expect(throttle.width()).toBe(2)
    for (let i = 0; i < 20 * EWS_CONCURRENCY_RECOVERY_ANSWERS; i++) throttle.answered()
    expect(throttle.width()).toBe(8)
  })

  it('lets other work pass while folder synchronisation waits for its own places', async () => {
    const { throttle } = fixture()
    const order: string[] = []
    const release: (() => void)[] = []
    const held = (name: string) => () => {
      order.push(name)
      return new Promise<void>((done) => release.push(done))
    }
    const all = [
      throttle.run('sync', held('sync 1')),
      throttle.run('sync', held('sync 2')),
      throttle.run('sync', held('sync 3')),
      throttle.run('other', held('other')),
    ]
    await new Promise((done) => setTimeout(done, 5))
    expect(order).toEqual(['sync 1', 'sync 2', 'other'])
    release.shift()?.()
    await new Promise((done) => setTimeout(done, 5))
    expect(order.at(-1)).toBe('sync 3')
    for (const done of release) done()
    await Promise.all(all)
  })

  it('gives a place back when its task fails, and forgets who stopped waiting', async () => {
    const { throttle } = fixture()
    const stop = new AbortController()
    const release: (() => void)[] = []
    const held = () => new Promise<void>((done) => release.push(done))
    const running = [
      throttle.run('sync', held),
      throttle.run('sync', () => Promise.reject(new Error('broken'))).catch(() => {}),
    ]
    await running[1]
    const second = throttle.run('sync', held)
    const waiting = throttle.run('sync', held, stop.signal)
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'stopped', fields: { sent: 'no' } })
    expect(release).toHaveLength(2)
    for (const done of release) done()
    await Promise.all([...running, second])
  })

  it('waits as long as asked, else ever longer up to a bound', () => {
    expect([0, 1, 2, 9].map((attempt) => backOffFor(attempt, 0))).toEqual([1000, 2000, 4000, 60_000])
    expect(backOffFor(0, 90_000)).toBe(90_000)
  })
})
