/** Feeds damaged inputs to a target and says which of them it did not take: an error without a name, or one that took too long. */
import { ConnectorError } from '../../src/ports/errors.ts'
import { Chance } from '../sim/chance.ts'
import { mutate } from './mutate.ts'
import type { Target } from './targets.ts'

/** Of processor time; a damaged input of a few kilobytes takes a millisecond. */
const CPU_TIME_MAX_MS = 2_000

export type Attack = { inputs: number; refused: number; failures: string[] }

export function attack(target: Target, range: { first: number; count: number }): Attack {
  const result: Attack = { inputs: 0, refused: 0, failures: [] }
  for (let number = range.first; number < range.first + range.count; number++) {
    const failure = tryOne(target, number)
    result.inputs++
    if (failure === 'refused') result.refused++
    else if (failure !== null)
      result.failures.push(`npx node test/hostile/replay.ts '${target.name}' ${number}  # ${failure}`)
  }
  return result
}

/** The input of this number: the same one each time. */
export function inputOf({ samples }: Target, number: number): string {
  const chance = new Chance(number)
  return mutate(chance.pick(samples) ?? '', samples, chance)
}

function tryOne(target: Target, number: number): string | null {
  const text = inputOf(target, number)
  const before = process.cpuUsage()
  const verdict = readSafely(target, text)
  const { user, system } = process.cpuUsage(before)
  const tookMs = (user + system) / 1_000
  return tookMs > CPU_TIME_MAX_MS ? `took ${Math.round(tookMs)} ms` : verdict
}

function readSafely(target: Target, text: string): string | null {
  try {
    target.read(text)
    return null
  } catch (error) {
    if (error instanceof ConnectorError && error.code !== 'bug') return 'refused'
    return error instanceof Error ? `${error.name}: ${error.message.slice(0, 120)}` : String(error)
  }
}
