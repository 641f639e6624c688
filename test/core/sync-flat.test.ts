/** The flat form of whole events, and back. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/model/event.ts'
import { applyPatch, canonicalJson, differingPaths, flatten, unflatten } from '../../src/model/flat.ts'
import { eventOf } from '../../src/model/kinds.ts'
import { event } from './arbitrary-event.ts'
import { holds } from './sync-runs.ts'

describe('the flat form of an event', () => {
  it('gives the event back, but for exceptions that are as the rule says', () => {
    holds(event, (given) => {
      const back = eventOf(unflatten(flatten(given), given.uid, [given]))
      const { occurrences, ...fields } = given
      const { occurrences: backOccurrences, ...backFields } = back
      expect(backFields).toEqual(fields)
      const flat = flatten(given)
      const told = Object.keys(occurrences).filter((key) => flat.has(`occurrence:${key}`))
      expect(backOccurrences).toEqual(Object.fromEntries(told.map((key) => [key, occurrences[key]])))
    })
  })

  it('is the same again after going there and back', () => {
    holds(event, (given) => {
      const flat = flatten(given)
      expect([...flatten(unflatten(flat, given.uid))].sort()).toEqual([...flat].sort())
    })
  })

  it('names exactly the paths that a patch changed', () => {
    holds(fc.tuple(event, event), ([one, other]) => {
      const [before, after] = [flatten(one), flatten({ ...other, occurrences: {} } as Event)]
      const paths = differingPaths(before, after)
      const patch = new Map(paths.map((path) => [path, after.get(path)]))
      expect(differingPaths(applyPatch(before, patch), after)).toEqual([])
    })
  })

  it('writes equal values as equal text, whatever the order of their keys', () => {
    holds(fc.jsonValue(), (given) => {
      const value = JSON.parse(JSON.stringify(given))
      expect(canonicalJson(reversed(value))).toBe(canonicalJson(value))
    })
  })
})

type Value = Parameters<typeof canonicalJson>[0]

function reversed(value: Value): Value {
  if (Array.isArray(value)) return value.map(reversed)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  )
}
