/** The phases of the long run besides the histories: each is done once. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { MUTANTS } from '../mutants/mutants.ts'
import { hunt } from '../mutants/run-mutant.ts'
import { crashEverywhere } from '../sim/crash.ts'
import { SCENARIOS } from '../sim/crash-scenarios.ts'
import type { PhaseResult } from './progress.ts'

export type Phase = { name: string; run: () => Promise<Omit<PhaseResult, 'tookMs'>> }

const root = join(import.meta.dirname, '..', '..')
const MUTANT_BUDGET = { histories: 200_000, seconds: 1_800 }
/** Of the core, and of the lenses. */
const PROPERTIES = { PROPERTY_RUNS: '50000', LENS_RUNS: '50000' }
const PROPERTY_FILES = [
  'core/sync-',
  'core/ical-laws',
  'core/todo-laws',
  'core/vcard-laws',
  'core/ews-lens-laws',
  'core/ews-task-contact-laws',
  'core/flat-kinds',
  'core/span',
  'core/expand',
]
/** Half of them on SQLite, half on PostgreSQL. */
const KILLS = '400'
const KILL_ITEMS = '300'
const LINES_KEPT = 40

export const PHASES: readonly Phase[] = [
  { name: 'mutants', run: allMutants },
  { name: 'crash-during-recovery', run: crashesDuringRecovery },
  { name: 'properties', run: () => vitest(PROPERTY_FILES, PROPERTIES) },
  { name: 'kills', run: () => vitest(['test/scenario/kill.test.ts'], { KILLS, KILL_ITEMS }) },
]

async function allMutants() {
  const lines: string[] = []
  let ok = true
  for (const mutant of MUTANTS) {
    const { found, histories, tookMs } = await hunt(mutant, MUTANT_BUDGET)
    const words = found ? `seed ${found.seed} ${found.mask}: ${found.violation}` : 'SURVIVED'
    lines.push(`${mutant.name}: ${words} (${histories} histories, ${tookMs} ms)`)
    if (!found) ok = false
  }
  return { ok, lines }
}

/** Interrupted at every step, and at every step of the pass that recovers from that. */
async function crashesDuringRecovery() {
  const reports = []
  for (const scenario of SCENARIOS) reports.push(await crashEverywhere(scenario, { twice: true }))
  const lines = reports.flatMap(({ scenario, points, failures }) => [
    `${scenario}: ${points} points, ${failures.length} failed`,
    ...failures.slice(0, 5),
  ])
  return { ok: reports.every(({ failures }) => failures.length === 0), lines }
}

function vitest(filters: readonly string[], env: Record<string, string>): Promise<Omit<PhaseResult, 'tookMs'>> {
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...filters, '--testTimeout', '36000000']
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, NO_COLOR: '1', ...env } })
    let text = ''
    const add = (part: string) => {
      text += part
    }
    child.stdout.setEncoding('utf8').on('data', add)
    child.stderr.setEncoding('utf8').on('data', add)
    child.on('error', reject)
    child.on('close', (code) => resolve({ ok: code === 0, lines: text.trim().split('\n').slice(-LINES_KEPT) }))
  })
}
