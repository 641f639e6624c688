/** Hunts one mutant in a process of its own, so that its patched modules meet no others. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Mutant } from './mutants.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..')

export type Hunt = {
  found: { seed: number; mask: string; violation: string } | null
  histories: number
  tookMs: number
}

export async function hunt(mutant: Mutant, budget: { histories: number; seconds: number }): Promise<Hunt> {
  const args = ['--import', './test/mutants/patch-hook.ts', 'test/mutants/hunt.ts', budget.histories, budget.seconds]
  const { stdout } = await run(process.execPath, args.map(String), {
    cwd: root,
    env: { ...process.env, MUTANT: mutant.name, NODE_OPTIONS: '' },
  })
  return JSON.parse(stdout) as Hunt
}
