/** Each guard at, below and above its limits, released and not (docs/promises.md, guards; I21). */
import { describe, expect, it } from 'vitest'
import type { ItemId, SideName } from '../../src/ports/side.ts'
import { GUARD_DEFAULTS, type GuardInput, guard, type Listing, releasedByNumber } from '../../src/sync/guard.ts'
import type { PlanEntry } from '../../src/sync/plan.ts'

/** Guards look at kinds and sides only. */
function entries(kind: PlanEntry['kind'], count: number, more: object = {}): PlanEntry[] {
  return Array.from({ length: count }, () => ({ kind, ...more }) as unknown as PlanEntry)
}

const removals = (count: number) => entries('remove', count, { side: 'nextcloud' })
const merges = (count: number, changed: SideName | 'both') => entries('merge', count, { changed })

/** Items of Exchange, numbered from `first`, that were found under new ids. */
function rebound(first: number, count: number): PlanEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const itemPair = { exchange: { id: String(first + index) }, nextcloud: { id: String(first + index) } }
    return { kind: 'rebind', side: 'exchange', itemPair } as unknown as PlanEntry
  })
}

function verdict(plan: PlanEntry[], more: Partial<GuardInput> = {}): string {
  const baseCount = more.baseCount ?? 100
  const result = guard({
    plan: { entries: plan },
    baseCount,
    mailboxBaseCount: baseCount,
    removedInPass: 0,
    removedInLastDay: 0,
    listings: [],
    limits: GUARD_DEFAULTS,
    allowDeletes: null,
    halted: null,
    released: [],
    ...more,
  })
  return result.kind === 'pass' ? 'pass' : result.guard
}

describe('I21: deletions in one pass: more than 10 items and more than 25 % of the base', () => {
  it.each([
    [10, 10, 'pass'],
    [10, 11, 'pass'],
    [11, 44, 'pass'],
    [11, 43, 'deletions-in-pass'],
    [25, 100, 'pass'],
    [26, 100, 'deletions-in-pass'],
    [100, 100, 'deletions-in-pass'],
    [0, 0, 'pass'],
  ])('%i of %i: %s', (count, baseCount, expected) => {
    expect(verdict(removals(count), { baseCount })).toBe(expected)
  })

  it('is released by the exact number only', () => {
    expect(verdict(removals(30), { allowDeletes: 30 })).toBe('pass')
    expect(verdict(removals(30), { allowDeletes: 29 })).toBe('deletions-in-pass')
    expect(verdict(removals(30), { allowDeletes: 31 })).toBe('deletions-in-pass')
    const released = [{ guard: 'deletions-in-pass', numbers: { base: 100, deletions: 30 } }]
    expect(verdict(removals(30), { released })).toBe('deletions-in-pass')
  })

  it.each([
    [1, 10, 33, 'deletions-in-pass'],
    [1, 10, 34, 'pass'],
    [1, 9, 11, 'pass'],
    [0, 30, 70, 'pass'],
  ])('%i after %i in earlier rounds of the pass, %i left: %s', (count, removedInPass, baseCount, expected) => {
    expect(verdict(removals(count), { removedInPass, baseCount })).toBe(expected)
  })

  it('does not count creations, updates and adoptions', () => {
    expect(verdict([...entries('create', 90), ...entries('adopt', 90), ...merges(40, 'exchange')])).toBe('pass')
  })
})

describe('I21: deletions of a mailbox in 24 hours: more than 50 % of the base at the start of the window', () => {
  it.each([
    [1, 49, 51, 'pass'],
    [2, 49, 51, 'deletions-per-day'],
    [1, 9, 1, 'pass'],
    [1, 10, 1, 'deletions-per-day'],
    [0, 90, 10, 'pass'],
  ])('%i after %i, %i left: %s', (count, removedInLastDay, mailboxBaseCount, expected) => {
    expect(verdict(removals(count), { removedInLastDay, mailboxBaseCount })).toBe(expected)
  })

  it('is released by the exact number only', () => {
    const more = { removedInLastDay: 60, mailboxBaseCount: 40 }
    expect(verdict(removals(5), more)).toBe('deletions-per-day')
    expect(verdict(removals(5), { ...more, allowDeletes: 5 })).toBe('pass')
    expect(verdict(removals(5), { ...more, allowDeletes: 6 })).toBe('deletions-per-day')
  })
})

describe('I21: a side with a base that lists nothing', () => {
  const empty: Listing = { side: 'exchange', listed: 0, vanished: 1, appeared: 0 }

  it.each([
    [1, 0, 'empty-side'],
    [1, 1, 'pass'],
    [0, 0, 'pass'],
  ])('%i paired, %i listed: %s', (baseCount, listed, expected) => {
    expect(verdict([], { baseCount, listings: [{ ...empty, listed }] })).toBe(expected)
  })

  it('halts as well when it lists something, but nothing of the base', () => {
    expect(verdict([], { baseCount: 3, listings: [{ ...empty, listed: 1, vanished: 3 }] })).toBe('empty-side')
    expect(verdict([], { baseCount: 3, listings: [{ ...empty, listed: 1, vanished: 2 }] })).toBe('pass')
    expect(verdict([], { baseCount: 1, listings: [{ ...empty, listed: 1, vanished: 1 }] })).toBe('pass')
    const moved = rebound(1, 3)
    expect(verdict(moved, { baseCount: 3, listings: [{ ...empty, listed: 3, vanished: 3 }] })).toBe('pass')
  })

  it('halts even when nothing would be written', () => {
    expect(verdict([], { listings: [empty] })).toBe('empty-side')
  })

  it('is released by a person, for this guard only, or by the exact number of deletions', () => {
    const released = (name: string, side: SideName = 'exchange') => [
      { guard: name, side, numbers: { base: 100, listed: 0 } },
    ]
    expect(verdict([], { listings: [empty], released: released('empty-side') })).toBe('pass')
    expect(verdict([], { listings: [empty], released: released('empty-side'), baseCount: 101 })).toBe('empty-side')
    expect(verdict([], { listings: [empty], released: released('empty-side'), baseCount: 99 })).toBe('pass')
    expect(verdict([], { listings: [empty], released: released('mass-change') })).toBe('empty-side')
    expect(verdict([], { listings: [empty], released: released('empty-side', 'nextcloud') })).toBe('empty-side')
    expect(verdict(removals(40), { listings: [empty], allowDeletes: 40 })).toBe('pass')
    expect(verdict(removals(40), { listings: [empty], allowDeletes: 39 })).toBe('empty-side')
    expect(verdict([], { listings: [empty], allowDeletes: 0 })).toBe('empty-side')
  })

  it('is not released by the number that a person gave for what another guard had stopped', () => {
    const halted = { guard: 'deletions-in-pass', numbers: { base: 100, deletions: 40 } }
    expect(verdict(removals(40), { listings: [empty], allowDeletes: 40, halted })).toBe('empty-side')
    const itself = { guard: 'empty-side', side: 'exchange' as const, numbers: { base: 100, listed: 0 } }
    const seen = releasedByNumber(itself)
    expect(verdict(removals(40), { listings: [empty], allowDeletes: 40, halted: seen, released: [itself] })).toBe(
      'pass',
    )
    expect(seen).toEqual({ ...itself, released: true })
    expect(releasedByNumber(halted)).toEqual(halted)
  })
})

describe('I21: nearly everything changed on one side: more than 90 % of more than 20 items', () => {
  it.each<[number, SideName | 'both', number, string]>([
    [20, 'exchange', 20, 'pass'],
    [21, 'exchange', 21, 'mass-change'],
    [90, 'exchange', 100, 'pass'],
    [91, 'exchange', 100, 'mass-change'],
    [91, 'nextcloud', 100, 'mass-change'],
    [91, 'both', 100, 'mass-change'],
  ])('%i changed on %s of %i: %s', (count, changed, baseCount, expected) => {
    expect(verdict(merges(count, changed), { baseCount })).toBe(expected)
  })

  it('counts each side for itself', () => {
    expect(verdict([...merges(50, 'exchange'), ...merges(50, 'nextcloud')])).toBe('pass')
    expect(verdict([...merges(50, 'exchange'), ...merges(41, 'both')])).toBe('mass-change')
  })

  it('is released for no more than what a person saw', () => {
    const released = [{ guard: 'mass-change', side: 'exchange' as const, numbers: { base: 100, changed: 95 } }]
    expect(verdict(merges(95, 'exchange'), { released })).toBe('pass')
    expect(verdict(merges(96, 'exchange'), { released })).toBe('mass-change')
  })
})

describe('I21: a server that was rolled back: known ids vanished, unknown ones appeared, more than 5 %', () => {
  const listing: Listing = { side: 'exchange', listed: 95, vanished: 6, appeared: 1 }

  it.each([
    [6, 1, 100, 'server-rolled-back'],
    [5, 1, 100, 'pass'],
    [6, 0, 100, 'pass'],
    [1, 9, 4, 'pass'],
    [2, 1, 4, 'server-rolled-back'],
  ])('%i vanished, %i appeared of %i: %s', (vanished, appeared, baseCount, expected) => {
    expect(verdict([], { baseCount, listings: [{ ...listing, vanished, appeared }] })).toBe(expected)
  })

  it('does not count items that were found again under a new id', () => {
    const found = rebound(1, 6)
    expect(verdict(found, { listings: [{ ...listing, vanished: 6, appeared: 6 }] })).toBe('pass')
    expect(verdict(found, { listings: [{ ...listing, vanished: 12, appeared: 7 }] })).toBe('server-rolled-back')
    const elsewhere = rebound(1, 6).map((entry) => ({ ...entry, side: 'nextcloud' }) as PlanEntry)
    expect(verdict(elsewhere, { listings: [listing] })).toBe('server-rolled-back')
  })

  it('does not count what the feed itself had told, and nothing twice', () => {
    const toldRemoved = new Set(['1', '2', '3', '4', '5'] as ItemId[])
    expect(verdict([], { listings: [{ ...listing, vanished: 6, toldRemoved }] })).toBe('pass')
    expect(verdict([], { listings: [{ ...listing, vanished: 11, toldRemoved }] })).toBe('server-rolled-back')
    const both = { listings: [{ ...listing, vanished: 11, appeared: 7, toldRemoved }] }
    expect(verdict(rebound(1, 5), both)).toBe('server-rolled-back')
    expect(verdict(rebound(6, 6), both)).toBe('pass')
  })

  it.each([
    [10, 100, 'pass'],
    [11, 100, 'server-rolled-back'],
    [11, 220, 'pass'],
  ])('after a cursor that was only too old: %i of %i vanished: %s', (vanished, baseCount, expected) => {
    expect(verdict([], { baseCount, listings: [{ ...listing, vanished, aged: true }] })).toBe(expected)
  })

  it('sees what an earlier listing found in a pass that did not live to judge it', () => {
    const known = entries('create', 1, { side: 'nextcloud', source: { side: 'exchange' }, replaces: null })
    expect(verdict(known, { listings: [{ ...listing, appeared: 0 }] })).toBe('server-rolled-back')
  })

  it('is released for no more than what a person saw', () => {
    const released = [
      { guard: 'server-rolled-back', side: 'exchange' as const, numbers: { base: 100, vanished: 6, appeared: 1 } },
    ]
    expect(verdict([], { listings: [listing], released })).toBe('pass')
    expect(verdict([], { listings: [{ ...listing, vanished: 7 }], released })).toBe('server-rolled-back')
  })
})

describe('several guards at once', () => {
  it('are all to be released', () => {
    const listings: Listing[] = [{ side: 'exchange', listed: 0, vanished: 100, appeared: 0 }]
    const released = [{ guard: 'empty-side', side: 'exchange' as const, numbers: { base: 100, listed: 0 } }]
    expect(verdict(removals(100), { listings, released })).toBe('deletions-in-pass')
    expect(verdict(removals(100), { listings, allowDeletes: 100 })).toBe('pass')
  })

  it('pass when each was released, in whatever order a person met them', () => {
    const listings: Listing[] = [
      { side: 'exchange', listed: 0, vanished: 0, appeared: 0 },
      { side: 'nextcloud', listed: 90, vanished: 10, appeared: 2 },
    ]
    const empty = { guard: 'empty-side', side: 'exchange' as const, numbers: { base: 100, listed: 0 } }
    const rolledBack = {
      guard: 'server-rolled-back',
      side: 'nextcloud' as const,
      numbers: { base: 100, vanished: 10, appeared: 2 },
    }
    expect(verdict([], { listings, released: [rolledBack] })).toBe('empty-side')
    expect(verdict([], { listings, released: [empty] })).toBe('server-rolled-back')
    expect(verdict([], { listings, released: [rolledBack, empty] })).toBe('pass')
  })

  it('have a limit that can be configured', () => {
    const limits = { ...GUARD_DEFAULTS, deletesMax: 0, deletesMaxPercent: 0 }
    expect(verdict(removals(1), { limits })).toBe('deletions-in-pass')
  })
})
