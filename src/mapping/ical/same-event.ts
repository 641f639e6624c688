/** Compares events as values: whoever built them, in whatever order of keys. */
import type { Event } from '../../model/event.ts'
import { isRegularException } from '../ews/occurrence.ts'

export function sameEvent(one: Event, other: Event): boolean {
  return JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other))
}

/** Without overrides that differ in nothing from what the rule says: the same event with fewer words. */
export function withoutRegular(event: Event): Event {
  const own = Object.entries(event.occurrences).filter(([key, one]) => !isRegularException(event, key, one))
  return { ...event, occurrences: Object.fromEntries(own) }
}

/** Keys in one order, whoever built the object. */
export function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).filter(([, field]) => field !== undefined)
  return Object.fromEntries(
    entries.sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, field]) => [key, inOrder(field)]),
  )
}
