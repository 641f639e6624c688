/**
 * The long run (`npm run test:long`): a million histories and a million damaged inputs, all mutants, crashes during recovery, properties and
 * kills, on all cores.
 * It can be stopped and goes on where it was: its progress is in the file given with --state.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { runHistories } from './histories.ts'
import { runHostile } from './hostile.ts'
import { PHASES } from './phases.ts'
import { loadProgress, type Progress, saveProgress } from './progress.ts'
import { printReport } from './report.ts'

const { values } = parseArgs({
  options: {
    state: { type: 'string', default: 'long-run.json' },
    histories: { type: 'string', default: '1000000' },
    /** Of a new campaign; a file with progress knows its own. */
    'first-seed': { type: 'string', default: '1' },
    hostile: { type: 'string', default: '1000000' },
    minutes: { type: 'string', default: '100000' },
    workers: { type: 'string', default: String(availableParallelism()) },
    /** Comma-separated names; all by default. */
    only: { type: 'string', default: '' },
  },
})

const isWanted = (name: string) => values.only === '' || values.only.split(',').includes(name)
const progress: Progress = loadProgress(values.state, Number(values['first-seed']))
const deadlineMs = Date.now() + Number(values.minutes) * 60_000
const stop = { asked: false }
process.once('SIGINT', () => {
  stop.asked = true
})

for (const phase of PHASES.filter(({ name }) => isWanted(name))) {
  if (progress.phases[phase.name]?.ok || stop.asked || Date.now() > deadlineMs) continue
  const startedAtMs = Date.now()
  const result = await phase.run()
  progress.phases[phase.name] = { ...result, tookMs: Date.now() - startedAtMs }
  saveProgress(values.state, progress)
  console.log(`${phase.name}: ${result.ok ? 'ok' : 'FAILED'}`)
}
const untilStop = {
  shouldStop: () => stop.asked || Date.now() > deadlineMs,
  save: () => saveProgress(values.state, progress),
}
if (isWanted('hostile')) await runHostile(progress, { inputsMax: Number(values.hostile), ...untilStop })
if (isWanted('histories')) {
  await runHistories(progress, {
    historiesMax: Number(values.histories),
    workers: Number(values.workers),
    ...untilStop,
  })
}
process.exitCode = printReport(progress) ? 0 : 1
