/** Invariants that the program itself checks: a broken plan is not executed. */
import { describe, expect, it } from 'vitest'
import { addsUp, assertPlan } from '../../src/engine/assert.ts'
import type { ItemId, SideName, Version } from '../../src/ports/side.ts'
import type { ItemPair, Observation } from '../../src/ports/state-store.ts'

const base = (id: string) => ({ id: id as ItemId, version: 'v1' as Version, hashes: {} })
const itemPair: ItemPair = { id: 'i', pairId: 'p', uid: 'u', exchange: base('e1'), nextcloud: base('n1') }

function seen(side: SideName, itemId: string, more: Partial<Observation> = {}): Observation {
  return {
    ...{
      pairId: 'p',
      side,
      itemId: itemId as ItemId,
      state: 'present',
      version: 'v1' as Version,
      uid: 'u',
      hashes: {},
    },
    ...{
      spanStartMs: null,
      spanEndMs: null,
      dirty: true,
      seenBy: 'listing' as const,
      attempts: 0,
      retryAtMs: null,
      problem: null,
    },
    ...more,
  }
}

describe('a plan', () => {
  const gone = seen('exchange', 'e1', { state: 'gone' })
  const removal = {
    kind: 'remove' as const,
    side: 'nextcloud' as const,
    itemPair,
    expect: seen('nextcloud', 'n1'),
    gone,
  }

  it('may remove what the other side said is gone', () => {
    expect(() => assertPlan({ entries: [removal] })).not.toThrow()
  })

  it.each([
    ['the other side still has the item', { ...removal, gone: seen('exchange', 'e1') }],
    ['the other side could not be read', { ...removal, gone: seen('exchange', 'e1', { state: 'unreadable' }) }],
    ['its own side says it is gone', { ...removal, gone: seen('nextcloud', 'n2', { state: 'gone' }) }],
    ['its version is not known', { ...removal, expect: seen('nextcloud', 'n1', { version: null }) }],
  ])('is refused when it removes although %s', (_name, entry) => {
    expect(() => assertPlan({ entries: [entry] })).toThrow('bug')
  })

  it('is refused when it deals with an item or a pair twice', () => {
    const create = {
      kind: 'create' as const,
      side: 'nextcloud' as const,
      source: seen('exchange', 'e9'),
      replaces: null,
    }
    const twice = [create, create].map((entry) => ({ ...entry, reason: 'new-on-exchange' as const }))
    expect(() => assertPlan({ entries: twice })).toThrow('bug')
    const settle = { kind: 'settle' as const, itemPair, exchange: null, nextcloud: null }
    expect(() => assertPlan({ entries: [settle, settle] })).toThrow('bug')
  })
})

describe('the books', () => {
  const counts = { seen: 3, unchanged: 1, created: 1, updated: 1, removed: 0, conflicts: 0, skipped: 0, failed: 0 }
  it('add up, or it is noticed', () => {
    expect(addsUp(counts)).toBe(true)
    expect(addsUp({ ...counts, seen: 4 })).toBe(false)
    expect(addsUp({ ...counts, unchanged: -1, skipped: 2 })).toBe(false)
  })
})
