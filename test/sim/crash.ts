/**
 * Crash at every step: a scenario is played once to count the steps of its pass, then once for each step and each way of being
 * interrupted there. After each the next passes must bring everything to rest with nothing lost, doubled or overwritten.
 */
import { comeToRest } from './history.ts'
import { violationsOf } from './oracle.ts'
import type { Interruption, Point, StepKind } from './process.ts'
import { quietWorld } from './quiet.ts'
import type { Simulation } from './simulate.ts'

export type Scenario = {
  name: string
  /** Items on each side when it came to rest. */
  left: number
  /** Brings the world to the moment before the pass that is interrupted. */
  before: (world: Simulation) => Promise<void>
}

export type CrashReport = { scenario: string; points: number; failures: string[] }

/** A killed process leaves a read as it was; only a write or a commit can have happened without its answer. */
const WAYS: Record<StepKind, readonly Interruption[]> = {
  read: ['before', 'no-answer-not-applied'],
  write: ['before', 'after', 'no-answer-applied', 'no-answer-not-applied'],
  commit: ['before', 'after', 'no-answer-applied', 'no-answer-not-applied'],
}

export async function crashEverywhere(scenario: Scenario, options: { twice: boolean }): Promise<CrashReport> {
  const report: CrashReport = { scenario: scenario.name, points: 0, failures: [] }
  for (const first of pointsOf(await stepsAfter(scenario, []))) {
    await judge(scenario, [first], report)
    if (!options.twice) continue
    for (const second of pointsOf(await stepsAfter(scenario, [first]))) await judge(scenario, [first, second], report)
  }
  return report
}

/** Steps of the pass that follows these interrupted ones. */
async function stepsAfter(scenario: Scenario, points: readonly Point[]): Promise<readonly StepKind[]> {
  const world = await played(scenario, points)
  await world.pass()
  return world.last.steps
}

function pointsOf(steps: readonly StepKind[]): Point[] {
  return steps.flatMap((kind, step) => WAYS[kind].map((how) => ({ step, how })))
}

async function played(scenario: Scenario, points: readonly Point[]): Promise<Simulation> {
  const world = quietWorld()
  await scenario.before(world)
  for (const point of points) await world.pass({ point })
  return world
}

async function judge(scenario: Scenario, points: readonly Point[], report: CrashReport): Promise<void> {
  report.points++
  const world = await played(scenario, points)
  await comeToRest(world)
  const found = [...world.violations, ...violationsOf(world)]
  for (const { name, items } of world.servers)
    if (items.size !== scenario.left) found.push(`${items.size} items left on ${name} instead of ${scenario.left}`)
  const where = points.map(({ step, how }) => `step ${step} ${how}`).join(', then ')
  if (found.length > 0) report.failures.push(`${scenario.name}: ${where}: ${found.join('; ')}`)
}
