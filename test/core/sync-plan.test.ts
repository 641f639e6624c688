/** The plan is a function of its input, whatever the order of the rows (I1), and treats every row once. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ItemId, SideName, Version } from '../../src/ports/side.ts'
import type { BaseSide, Observation, PendingRow } from '../../src/ports/state-store.ts'
import { type PlanEntry, type PlanInput, plan } from '../../src/sync/plan.ts'
import { holds } from './sync-runs.ts'

type Seen = { state: Observation['state'] | 'unseen'; hash: string; version: string }

const seen: fc.Arbitrary<Seen> = fc.record({
  state: fc.constantFrom(
    'unseen' as const,
    'present' as const,
    'present' as const,
    'gone' as const,
    'unreadable' as const,
  ),
  hash: fc.constantFrom('base', 'edited'),
  version: fc.constantFrom('v1', 'v2'),
})
const rowSeed = fc.record({
  isPair: fc.boolean(),
  uid: fc.integer({ min: 0, max: 4 }),
  exchange: seen,
  nextcloud: seen,
})
const uids = fc.subarray(['u0', 'u1', 'u2', 'u3', 'u4'])

const input: fc.Arbitrary<PlanInput> = fc
  .record({
    seeds: fc.array(rowSeed, { maxLength: 12 }),
    paired: uids,
    veil: uids,
    unknown: fc.constantFrom(false, false, true),
  })
  .map(({ seeds, paired, veil, unknown }) => {
    const rows = seeds.flatMap((seed, index) => rowsOf(seed, index))
    return {
      rows,
      pairedUids: new Set([...paired, ...rows.flatMap((row) => row.itemPair?.uid ?? [])]),
      veils: { exchange: { uids: new Set(veil), unknown }, nextcloud: { uids: new Set<string>(), unknown: false } },
      window: { startMs: null, endMs: null },
    }
  })

function rowsOf(seed: { isPair: boolean; uid: number; exchange: Seen; nextcloud: Seen }, index: number): PendingRow[] {
  const uid = `u${seed.uid}`
  const exchange = observation('exchange', uid, index, seed.exchange)
  const nextcloud = observation('nextcloud', uid, index, seed.nextcloud)
  if (!seed.isPair) {
    return [exchange, nextcloud].flatMap((one): PendingRow[] =>
      one ? [{ itemPair: null, exchange: null, nextcloud: null, [one.side]: one }] : [],
    )
  }
  if (!exchange && !nextcloud) return []
  const itemPair = { id: `i${index}`, pairId: 'p', uid, exchange: base(`e${index}`), nextcloud: base(`n${index}`) }
  return [{ itemPair, exchange, nextcloud }]
}

function observation(side: SideName, uid: string, index: number, { state, hash, version }: Seen): Observation | null {
  if (state === 'unseen') return null
  return {
    pairId: 'p',
    side,
    itemId: `${side[0]}${index}` as ItemId,
    state,
    version: version as Version,
    uid,
    hashes: { title: hash },
    spanStartMs: null,
    spanEndMs: null,
    dirty: true,
    attempts: 0,
    retryAtMs: null,
    seenBy: 'listing',
    problem: null,
  }
}

function base(id: string): BaseSide {
  return { id: id as ItemId, version: 'v1' as Version, hashes: { title: 'base' } }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}

describe('a plan', () => {
  it('is the same, byte by byte, for the same rows in any order, and changes nothing that it is given (I1)', () => {
    const shuffled = input.chain((given) =>
      fc.shuffledSubarray([...given.rows], { minLength: given.rows.length }).map((rows) => ({ given, rows })),
    )
    holds(shuffled, ({ given, rows }) => {
      const first = JSON.stringify(plan(deepFreeze(given)))
      expect(JSON.stringify(plan(given))).toBe(first)
      expect(JSON.stringify(plan({ ...given, rows }))).toBe(first)
    })
  })

  it('deals with every observation exactly once', () => {
    holds(input, (given) => {
      const planned = plan(given)
        .entries.flatMap(observationsOf)
        .map((one) => one.side + one.itemId)
      expect(new Set(planned).size).toBe(planned.length)
      const named = new Set(planned)
      for (const row of given.rows) {
        if (row.itemPair) continue
        for (const one of [row.exchange, row.nextcloud]) if (one) expect(named.has(one.side + one.itemId)).toBe(true)
      }
      const pairs = plan(given).entries.flatMap((entry) => pairOf(entry)?.id ?? [])
      expect(pairs.sort()).toEqual(given.rows.flatMap((row) => row.itemPair?.id ?? []).sort())
    })
  })

  it('removes only what the other side positively said is gone and nobody edited here', () => {
    holds(input, (given) => {
      for (const entry of plan(given).entries) {
        if (entry.kind !== 'remove') continue
        expect(entry.gone.state).toBe('gone')
        expect(entry.expect.state).toBe('present')
        expect(entry.expect.hashes).toEqual(entry.itemPair[entry.side].hashes)
      }
    })
  })

  it('makes at most one counterpart for a UID, and none for one that has a pair (I14)', () => {
    holds(input, (given) => {
      const made = plan(given).entries.filter((entry) => entry.kind === 'create' && !entry.replaces)
      const found = made.map((entry) => (entry.kind === 'create' ? entry.source.uid : ''))
      expect(new Set(found).size).toBe(found.length)
      for (const uid of found) expect(given.pairedUids.has(uid)).toBe(false)
    })
  })

  it('creates before it updates and updates before it removes', () => {
    const order = ['quiet', 'adopt', 'create', 'merge', 'remove']
    holds(input, (given) => {
      const ranks = plan(given).entries.map((entry) => Math.max(0, order.indexOf(entry.kind)))
      expect(ranks).toEqual([...ranks].sort())
    })
  })
})

function observationsOf(entry: PlanEntry): Observation[] {
  switch (entry.kind) {
    case 'create':
      return [entry.source]
    case 'merge':
    case 'adopt':
      return [entry.exchange, entry.nextcloud]
    case 'rebind':
      return [entry.found, ...(entry.other ? [entry.other] : [])]
    case 'remove':
      return [entry.expect, entry.gone]
    case 'forget':
      return entry.observations
    case 'settle':
      return [entry.exchange, entry.nextcloud].filter((one) => one !== null)
    case 'skip':
    case 'wait':
      return [entry.observation]
  }
}

function pairOf(entry: PlanEntry) {
  if (entry.kind === 'create') return entry.replaces
  return entry.kind === 'adopt' ? null : entry.itemPair
}
