/** Hostile input in slices, each target in turn, so that a stop repeats little. */
import { setImmediate } from 'node:timers/promises'
import { attack } from '../hostile/attack.ts'
import { TARGETS } from '../hostile/targets.ts'
import type { Progress } from './progress.ts'

/** Inputs of one target in a row: seconds of work. */
const SLICE_INPUTS = 2_000
const FAILURES_MAX = 50

export type HostileOptions = { inputsMax: number; shouldStop: () => boolean; save: () => void }

export async function runHostile({ hostile }: Progress, options: HostileOptions): Promise<void> {
  const { inputsMax, shouldStop, save } = options
  while (hostile.done < inputsMax && !shouldStop() && hostile.failures.length < FAILURES_MAX) {
    const startedAtMs = Date.now()
    const first = hostile.nextNumber
    for (const target of TARGETS) {
      const { inputs, refused, failures } = attack(target, { first, count: SLICE_INPUTS })
      hostile.done += inputs
      hostile.refused += refused
      hostile.failures.push(...failures)
    }
    hostile.nextNumber += SLICE_INPUTS
    hostile.tookMs += Date.now() - startedAtMs
    save()
    // Lets a request to stop be heard.
    await setImmediate()
    console.log(`${hostile.done} damaged inputs, ${hostile.refused} refused, ${hostile.failures.length} failed`)
  }
}
