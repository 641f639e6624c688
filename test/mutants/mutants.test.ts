/** The simulation notices when a rule of the engine is missing: four mutants in each test run, all of them in the long run. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MUTANTS } from './mutants.ts'
import { hunt } from './run-mutant.ts'

const root = join(import.meta.dirname, '..', '..')
const AT_ONCE = 4
const BUDGET = { histories: 20_000, seconds: 240 }

/** Which four: by the day, or by MUTANT_TURN. */
const turn = Number(process.env.MUTANT_TURN ?? Math.floor(Date.now() / 86_400_000))
const chosen = Array.from({ length: AT_ONCE }, (_, index) => MUTANTS[(turn * AT_ONCE + index) % MUTANTS.length]).filter(
  (mutant) => mutant !== undefined,
)

describe('a missing rule', () => {
  it.each(MUTANTS.flatMap(({ name, rule, patches }) => patches.map((patch) => ({ name, rule, ...patch }))))(
    'still has its place in the code: $name in $file ($rule)',
    ({ file, find }) => {
      expect(readFileSync(join(root, file), 'utf8').split(find)).toHaveLength(2)
    },
  )

  it('has a name of its own', () => {
    expect(new Set(MUTANTS.map((mutant) => mutant.name)).size).toBe(MUTANTS.length)
    expect(MUTANTS.length).toBeGreaterThanOrEqual(12)
  })

  it.each(chosen)(
    `is noticed (MUTANT_TURN=${turn}): $name ($rule)`,
    async (mutant) => {
      const { found, histories, tookMs } = await hunt(mutant, BUDGET)
      console.log(
        `${mutant.name}: ${found ? `seed ${found.seed} ${found.mask}: ${found.violation}` : 'survived'}, ${histories} histories, ${tookMs} ms`,
      )
      expect(found, mutant.rule).not.toBeNull()
    },
    BUDGET.seconds * 2_000,
  )
})
