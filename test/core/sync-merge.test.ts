/** What a merge may and may not do, over any base, any edits on both sides and any field that a side cannot hold. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyPatch, isSchedulePath, sameValue } from '../../src/model/flat.ts'
import type { FieldPath, FlatItem, Json } from '../../src/model/item.ts'
import type { SideName } from '../../src/ports/side.ts'
import { changedSince, fingerprint, hashedPath } from '../../src/sync/fingerprint.ts'
import { type MergeInput, merge } from '../../src/sync/merge.ts'
import { holds } from './sync-runs.ts'

const PATHS: readonly FieldPath[] = [
  'title',
  'body',
  'location',
  'showAs',
  'category:red',
  'category:blue',
  'attendee:ann@example.org',
  'schedule',
  'occurrence:2027-01-02',
  'occurrence:2027-01-03',
]
const hash = (text: string) => `#${text}`

/** How one side stores a value of a path: as it is, not at all, or rounded to even (it cannot tell 2 from 3). */
type Habit = 'keeps' | 'drops' | 'rounds'
type Habits = Record<FieldPath, Habit>

const value = fc.integer({ min: 0, max: 5 })
const content = fc.record(Object.fromEntries(PATHS.map((path) => [path, fc.option(value, { nil: undefined })])))
const habit = fc.constantFrom<Habit>('keeps', 'keeps', 'keeps', 'drops', 'rounds')
const habits = fc.record(Object.fromEntries(PATHS.map((path) => [path, habit])))
/** New values of some paths; null takes the path away. */
const edit = fc.dictionary(fc.constantFrom(...PATHS), fc.option(value), { maxKeys: 4 })

type Setting = {
  origin: Record<string, number | undefined>
  habits: Record<SideName, Habits>
  edits: Record<SideName, Record<string, number | null>>
  winner: SideName
  hasBase: boolean
}

const setting: fc.Arbitrary<Setting> = fc.record({
  origin: content,
  habits: fc.record({ exchange: habits, nextcloud: habits }),
  edits: fc.record({ exchange: edit, nextcloud: edit }),
  winner: fc.constantFrom<SideName>('exchange', 'nextcloud'),
  hasBase: fc.boolean(),
})

function flat(content: Record<string, number | null | undefined>): FlatItem {
  const entries = Object.entries(content).filter((entry): entry is [string, number] => entry[1] != null)
  return new Map([...entries, ...('schedule' in content && content.schedule != null ? [] : [['schedule', 9] as const])])
}

/** The item as a side with these habits would hold it. */
function held(item: FlatItem, habits: Habits): FlatItem {
  const kept = [...item].filter(([path]) => path === 'schedule' || habits[path] !== 'drops')
  return new Map(
    kept.map(([path, value]): [string, Json] => {
      return [path, habits[path] === 'rounds' ? Math.floor((value as number) / 2) * 2 : value]
    }),
  )
}

function edited(item: FlatItem, changes: Record<string, number | null>): FlatItem {
  const patch = new Map(Object.entries(changes).map(([path, to]) => [path, to ?? undefined] as const))
  if (patch.get('schedule') === undefined) patch.delete('schedule')
  return applyPatch(item, patch)
}

/** Two servers that were in step once (the base), and were edited since. */
function situation({ origin, habits, edits, winner, hasBase }: Setting) {
  const sides = { exchange: held(flat(origin), habits.exchange), nextcloud: held(flat(origin), habits.nextcloud) }
  const now = {
    exchange: held(edited(sides.exchange, edits.exchange), habits.exchange),
    nextcloud: held(edited(sides.nextcloud, edits.nextcloud), habits.nextcloud),
  }
  return { base: hasBase ? sides : null, now, habits, winner }
}

type Situation = ReturnType<typeof situation>

function inputOf({ base, now, habits, winner }: Situation): MergeInput {
  return {
    base: base && { exchange: fingerprint(base.exchange, hash), nextcloud: fingerprint(base.nextcloud, hash) },
    ...now,
    nextcloudOnExchange: held(now.nextcloud, habits.exchange),
    exchangeOnNextcloud: held(now.exchange, habits.nextcloud),
    winner,
    hash,
  }
}

/** What a person would say changed: without a base, all that is there. */
function changed({ base, now }: Situation, side: SideName, path: FieldPath): boolean {
  return base ? !sameValue(base[side].get(path), now[side].get(path)) : now[side].has(path)
}

function equalAsFarAsHeld({ now, habits }: Situation, path: FieldPath): boolean {
  const [exchange, nextcloud] = [now.exchange.get(path), now.nextcloud.get(path)]
  return (
    sameValue(exchange, nextcloud) ||
    sameValue(exchange, held(now.nextcloud, habits.exchange).get(path)) ||
    sameValue(nextcloud, held(now.exchange, habits.nextcloud).get(path))
  )
}

/** One side moved the series and the other moved it, too, or changed an occurrence of it. */
function scheduleClash(world: Situation): boolean {
  const open = PATHS.filter((path) => isSchedulePath(path) && !equalAsFarAsHeld(world, path))
  const touches = (side: SideName) => open.some((path) => changed(world, side, path))
  const moves = (side: SideName) => open.includes('schedule') && changed(world, side, 'schedule')
  return (moves('exchange') && touches('nextcloud')) || (moves('nextcloud') && touches('exchange'))
}

describe('a merge', () => {
  it('invents no value: what a side gets is what the other side has', () => {
    holds(setting, (given) => {
      const input = inputOf(situation(given))
      const { toExchange, toNextcloud } = merge(input)
      for (const [path, to] of toExchange) expect(to).toEqual(input.nextcloud.get(path))
      for (const [path, to] of toNextcloud) expect(to).toEqual(input.exchange.get(path))
    })
  })

  it('never gives a side its own fields, and never both sides the same field', () => {
    holds(setting, (given) => {
      const input = inputOf(situation(given))
      const { toExchange, toNextcloud } = merge(input)
      for (const [path, to] of toExchange) expect(sameValue(to, input.exchange.get(path))).toBe(false)
      for (const [path, to] of toNextcloud) expect(sameValue(to, input.nextcloud.get(path))).toBe(false)
      expect([...toExchange.keys()].filter((path) => toNextcloud.has(path))).toEqual([])
    })
  })

  it('leaves fields alone that no side changed', () => {
    holds(setting, (given) => {
      const world = situation(given)
      const { toExchange, toNextcloud } = merge(inputOf(world))
      const clash = scheduleClash(world)
      for (const path of toNextcloud.keys())
        expect(changed(world, 'exchange', path) || (clash && isSchedulePath(path))).toBe(true)
      for (const path of toExchange.keys())
        expect(changed(world, 'nextcloud', path) || (clash && isSchedulePath(path))).toBe(true)
    })
  })

  it('is in conflict exactly where both changed the same unit to different values', () => {
    holds(setting, (given) => {
      const world = situation(given)
      const clash = scheduleClash(world)
      const expected = PATHS.filter((path) => {
        if (equalAsFarAsHeld(world, path)) return false
        if (clash && isSchedulePath(path)) return true
        return changed(world, 'exchange', path) && changed(world, 'nextcloud', path)
      })
      expect([...merge(inputOf(world)).conflicts].sort()).toEqual(expected.sort())
    })
  })

  it('resolves every conflict for the winner', () => {
    holds(setting, (given) => {
      const input = inputOf(situation(given))
      const { toExchange, toNextcloud, conflicts } = merge(input)
      for (const path of conflicts)
        expect((input.winner === 'exchange' ? toNextcloud : toExchange).has(path)).toBe(true)
    })
  })

  it('carries a change of one side that the other side did not touch', () => {
    holds(setting, (given) => {
      const world = situation(given)
      const { toExchange, toNextcloud } = merge(inputOf(world))
      for (const path of PATHS) {
        if (equalAsFarAsHeld(world, path) || (scheduleClash(world) && isSchedulePath(path))) continue
        const [exchange, nextcloud] = [changed(world, 'exchange', path), changed(world, 'nextcloud', path)]
        if (exchange && !nextcloud) expect(toNextcloud.has(path)).toBe(true)
        if (nextcloud && !exchange) expect(toExchange.has(path)).toBe(true)
      }
    })
  })

  it('keeps a series together: after a clash the schedule and its occurrences are those of the winner', () => {
    holds(setting, (given) => {
      const world = situation(given)
      fc.pre(scheduleClash(world))
      const input = inputOf(world)
      const { toExchange, toNextcloud } = merge(input)
      const loser = input.winner === 'exchange' ? 'nextcloud' : 'exchange'
      const result = applyPatch(world.now[loser], loser === 'exchange' ? toExchange : toNextcloud)
      const after = { ...world, now: { ...world.now, [loser]: result } }
      for (const path of PATHS.filter(isSchedulePath)) expect(equalAsFarAsHeld(after, path)).toBe(true)
      expect([...(loser === 'exchange' ? toNextcloud : toExchange).keys()].filter(isSchedulePath)).toEqual([])
    })
  })

  it('says the same with the sides and the policy swapped', () => {
    holds(setting, (given) => {
      const straight = merge(inputOf(situation(given)))
      const other: SideName = given.winner === 'exchange' ? 'nextcloud' : 'exchange'
      const swapped = merge(inputOf(situation({ ...given, winner: other, ...swappedSides(given) })))
      expect([...swapped.toExchange]).toEqual([...straight.toNextcloud])
      expect([...swapped.toNextcloud]).toEqual([...straight.toExchange])
      expect(swapped.conflicts).toEqual(straight.conflicts)
    })
  })

  it('brings both sides together, as far as they can hold it, and has nothing to do then', () => {
    holds(setting, (given) => {
      const world = situation(given)
      const after = settled(world)
      for (const path of PATHS) expect([path, equalAsFarAsHeld(after, path)]).toEqual([path, true])
      const again = merge(inputOf(after))
      expect([again.toExchange.size, again.toNextcloud.size, again.conflicts]).toEqual([0, 0, []])
    })
  })

  it('does not depend on the order of the fields', () => {
    holds(setting, (given) => {
      const world = situation(given)
      const reversed = (item: FlatItem) => new Map([...item].reverse())
      const now = { exchange: reversed(world.now.exchange), nextcloud: reversed(world.now.nextcloud) }
      expect(merge(inputOf({ ...world, now }))).toEqual(merge(inputOf(world)))
    })
  })
})

/** Both servers after the patches were written, with the base that is recorded then. */
function settled(world: Situation): Situation {
  const { toExchange, toNextcloud } = merge(inputOf(world))
  const now = {
    exchange: held(applyPatch(world.now.exchange, toExchange), world.habits.exchange),
    nextcloud: held(applyPatch(world.now.nextcloud, toNextcloud), world.habits.nextcloud),
  }
  return { ...world, now, base: now }
}

function swappedSides({ habits, edits }: Setting) {
  return {
    habits: { exchange: habits.nextcloud, nextcloud: habits.exchange },
    edits: { exchange: edits.nextcloud, nextcloud: edits.exchange },
  }
}

describe('a fingerprint', () => {
  const flats = content.map(flat)

  it('depends on the values and not on the order of the fields', () => {
    holds(flats, (item) => {
      expect(fingerprint(new Map([...item].reverse()), hash)).toEqual(fingerprint(item, hash))
    })
  })

  it('tells exactly which fields differ', () => {
    holds(fc.tuple(flats, flats), ([one, other]) => {
      const expected = PATHS.filter((path) => !sameValue(one.get(path), other.get(path)))
      const found = changedSince(fingerprint(one, hash), fingerprint(other, hash))
      expect([...found].sort()).toEqual(expected.map((path) => hashedPath(path, hash)).sort())
    })
  })

  it('gives equal values of two fields different hashes, and shows no name of a category or person', () => {
    const digest = (text: string) => String([...text].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 1e9, 7))
    const hashes = fingerprint(
      new Map<string, Json>([
        ['title', 1],
        ['location', 1],
        ['category:secret', true],
      ]),
      digest,
    )
    expect(hashes.title).not.toBe(hashes.location)
    expect(JSON.stringify(hashes)).not.toContain('secret')
  })
})

/** Exchange can say "working elsewhere"; on Nextcloud that is "busy", and what is busy there needs no exception from it. */
describe('an occurrence that differs from its series on the side alone that can say so', () => {
  const occurrence = 'occurrence:2027-01-02'
  const exception = (changes: Record<FieldPath, Json>): Json => ({ start: 1, end: 2, changes })
  const series = (showAs: string, changes: Record<FieldPath, Json>): FlatItem =>
    new Map<FieldPath, Json>([
      ['schedule', 9],
      ['showAs', showAs],
      [occurrence, exception(changes)],
    ])
  const before = { exchange: series('workingElsewhere', { showAs: 'busy' }), nextcloud: series('busy', {}) }
  const mergeOf = (now: Record<SideName, FlatItem>, base: Record<SideName, FlatItem> = before) =>
    merge({
      base: { exchange: fingerprint(base.exchange, hash), nextcloud: fingerprint(base.nextcloud, hash) },
      ...now,
      nextcloudOnExchange: now.nextcloud,
      exchangeOnNextcloud: before.nextcloud,
      winner: 'nextcloud',
      hash,
    })

  it('is in step as long as the series stays', () => {
    const { toExchange, toNextcloud, conflicts } = mergeOf(before)
    expect([toExchange.size, toNextcloud.size, conflicts]).toEqual([0, 0, []])
  })

  it('keeps its own value when the series is changed on the other side', () => {
    const { toExchange, toNextcloud, conflicts } = mergeOf({ ...before, nextcloud: series('free', {}) })
    expect([...toExchange]).toEqual([['showAs', 'free']])
    expect([...toNextcloud]).toEqual([[occurrence, exception({ showAs: 'busy' })]])
    expect(conflicts).toEqual([])
  })

  it('travels when it was edited while the series was changed on both sides', () => {
    const base = { exchange: series('busy', {}), nextcloud: series('busy', {}) }
    const { toExchange, toNextcloud, conflicts } = mergeOf({ ...before, nextcloud: series('free', {}) }, base)
    expect([...toExchange]).toEqual([['showAs', 'free']])
    expect([...toNextcloud]).toEqual([[occurrence, exception({ showAs: 'busy' })]])
    expect(conflicts).toEqual(['showAs'])
  })

  it('follows the series when somebody took its own value away on one side, and nobody touched it on the other', () => {
    const own = series('tentative', { showAs: 'busy' })
    const now = { ...before, nextcloud: series('free', {}) }
    const { toExchange, toNextcloud } = mergeOf(now, { exchange: own, nextcloud: own })
    expect([...toExchange]).toEqual([
      ['showAs', 'free'],
      [occurrence, exception({})],
    ])
    expect(toNextcloud.size).toBe(0)
  })
})
