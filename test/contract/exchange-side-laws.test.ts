/** The lens laws on a server that we did not write the lens for: what is created and updated on the simulated Exchange reads as fit promised (I19). */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Event } from '../../src/model/event.ts'
import { differingPaths, flatten } from '../../src/model/flat.ts'
import type { Item } from '../../src/model/item.ts'
import { localOf } from '../../src/model/zone-time.ts'
import { event as anyEvent, FILE_CONTENTS } from '../core/arbitrary-event.ts'
import {
  describeOutcome,
  type ExchangeFixture,
  exchangeFixture,
  newToken,
  presentItem,
} from './exchange-side-fixture.ts'

const RUNS = Number(process.env.LENS_RUNS ?? 150)
const TIMEOUT_MS = 60_000 + RUNS * 200
let fixture: ExchangeFixture
let counter = 0
const files = async (hash: string) => FILE_CONTENTS.get(hash) ?? null

beforeAll(async () => {
  fixture = await exchangeFixture()
})
afterAll(async () => {
  expect(fixture.simulator.outbox.mails).toEqual([])
  await fixture.close()
})

/** The simulator's zones begin in 1970: before it, Exchange's rules and the zone database are at odds, as on a real server. */
const FIRST_YEAR = '1971'
const knownYears = anyEvent.filter(({ start }) => localOf(start) > FIRST_YEAR)
const withUid = (event: Event): Event => ({ ...event, uid: `law-${++counter}@example.test` })

function expectSame(actual: Item, expected: Item): void {
  const [one, other] = [flatten(actual), flatten(expected)]
  const paths = differingPaths(one, other)
  const difference = paths.map((path) => ({ path, actual: one.get(path), expected: other.get(path) }))
  expect(difference).toEqual([])
}

async function create(event: Event) {
  const [outcome] = await fixture.side.create([{ token: newToken(), desired: event, files }])
  if (outcome?.kind !== 'created') throw new Error(describeOutcome(outcome))
  return outcome.item
}

describe('the Exchange lens on the simulated server', () => {
  it(
    'gives back what fit promised of a created event',
    async () => {
      await fc.assert(
        fc.asyncProperty(knownYears.map(withUid), async (event) => {
          const fit = fixture.side.fit(event)
          if (fit.kind === 'unrepresentable') {
            const [outcome] = await fixture.side.create([{ token: newToken(), desired: event, files }])
            expect(outcome).toMatchObject({ kind: 'refused', error: { code: 'item.not-representable' } })
            return
          }
          const item = await create(event)
          expectSame(item.model, fit.item)
          expectSame((await presentItem(fixture.side, item.id)).model, fit.item)
        }),
        { numRuns: RUNS },
      )
    },
    TIMEOUT_MS,
  )

  it(
    'gives back what fit promised of an update, and a second update with the same has nothing to write',
    async () => {
      await fc.assert(
        fc.asyncProperty(knownYears.map(withUid), knownYears, async (first, second) => {
          if (fixture.side.fit(first).kind === 'unrepresentable') return
          const current = await create(first)
          const desired = { ...second, uid: first.uid }
          const fit = fixture.side.fit(desired, current.model)
          const changed = differingPaths(flatten(current.model), flatten(desired))
          const [outcome] = await fixture.side.update([{ current, desired, changed, files }])
          if (fit.kind === 'unrepresentable') {
            expect(outcome).toMatchObject({ kind: 'refused', error: { code: 'item.not-representable' } })
            return
          }
          if (outcome?.kind !== 'updated') throw new Error(describeOutcome(outcome))
          expectSame(outcome.item.model, fit.item)
          const writes = fixture.simulator.requests.count('UpdateItem')
          const [again] = await fixture.side.update([{ current: outcome.item, desired, changed, files }])
          expect(again?.kind).toBe('updated')
          expect(fixture.simulator.requests.count('UpdateItem')).toBe(writes)
        }),
        { numRuns: RUNS },
      )
    },
    TIMEOUT_MS,
  )
})
