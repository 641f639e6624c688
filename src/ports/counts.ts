/** Sums of the books of passes, for reports and for the state alike. */
import type { PassCounts } from './state-store.ts'

export const NO_COUNTS: PassCounts = {
  seen: 0,
  unchanged: 0,
  created: 0,
  updated: 0,
  removed: 0,
  conflicts: 0,
  skipped: 0,
  failed: 0,
}

export function addCounts(list: readonly PassCounts[]): PassCounts {
  const sum = { ...NO_COUNTS }
  const names = Object.keys(NO_COUNTS) as (keyof PassCounts)[]
  for (const counts of list) for (const name of names) sum[name] += counts[name]
  return sum
}
