/** What a pass leaves for `status`: account, lag and reasons, over passes that say nothing of them. */
import { describe, expect, it } from 'vitest'
import { PassNotes } from '../../src/engine/last-pass.ts'
import type { ErrorCode } from '../../src/ports/errors.ts'
import { counts, pair, user } from './cli-fake.ts'

const clock = { nowMs: () => 100_000, sleep: async () => {} }

function failing(code: ErrorCode) {
  return pair({ outcome: 'failed', error: { code, fields: { detail: 'canary' } } })
}

describe('the last pass', () => {
  it('adds up its collections, and keeps the longest lag and the account that acted last', () => {
    const notes = new PassNotes(clock, undefined)
    for (const name of ['refused', 'svc']) notes.usedAccount(name)
    for (const atMs of [99_000, 58_000, 120_000, null, undefined]) notes.written('exchange', atMs)
    const pairs = [pair({ counts: counts({ created: 1 }) }), pair({ counts: counts({ created: 2, unchanged: 4 }) })]
    expect(notes.after(user({ pairs }), null)).toEqual({
      counts: counts({ created: 3, unchanged: 4 }),
      tookMs: 12,
      account: 'svc',
      lag: { ms: 42_000, atMs: 100_000 },
      errorCodes: [],
    })
  })

  it('takes a change of the future for one made just now', () => {
    const notes = new PassNotes(clock, undefined)
    notes.written('exchange', 120_000)
    expect(notes.after(user(), null).lag).toEqual({ ms: 0, atMs: 100_000 })
  })

  it('leaves lag and account as they were where it carried nothing and asked nobody', () => {
    const first = new PassNotes(clock, undefined)
    first.usedAccount('svc')
    first.written('nextcloud', 90_000)
    const before = first.after(user(), null)
    const after = new PassNotes({ ...clock, nowMs: () => 500_000 }, undefined).after(user(), before)
    expect([after.account, after.lag]).toEqual(['svc', { ms: 10_000, atMs: 100_000 }])
  })

  it('names each reason of a failure once, by its code alone', () => {
    const pairs = [failing('exchange.throttled'), failing('exchange.throttled'), failing('exchange.timeout')]
    const error = { code: 'nextcloud.sign-in' as const, fields: { detail: 'canary' } }
    const { errorCodes, ...rest } = new PassNotes(clock, undefined).after(user({ pairs, error }), null)
    expect(errorCodes).toEqual(['nextcloud.sign-in', 'exchange.throttled', 'exchange.timeout'])
    expect(JSON.stringify(rest)).not.toContain('canary')
  })
})
