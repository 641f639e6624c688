/** Seeds that once failed, each with what it found. They run first in every campaign; a seed that fails joins with its fix. */
import type { Mask } from './faults.ts'

export type Regression = { seed: number; mask: Mask; found: string }

/**
 * A seed is a history only for the simulation of its time: what is drawn by chance shifts when the simulation learns something new.
 * So each finding has a directed test or a mutant as well, and the seed given here is one that fails with today's simulation
 * when the fix is taken away.
 */
export const REGRESSIONS: readonly Regression[] = []
