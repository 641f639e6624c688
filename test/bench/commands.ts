/**
 * `npm run bench:commands`: the median time of every command, from its start as a process to its end, with a mailbox of three events in
 * step, and of its `--help`. Writes docs/reference/start-times.md with --write.
 */
import { globSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { builtConnector } from '../scenario/built.ts'
import { CommandLine } from '../scenario/command-line.ts'
import { appointment } from '../scenario/items.ts'
import { emailOf, startWorld } from '../world.ts'

const RUNS = 7
const root = join(import.meta.dirname, '..', '..')
const ALICE = emailOf('alice')
const MEETING = join(root, 'test', 'golden', 'events', 'tim-4-duration-zero', 'nextcloud.ics')

/** What each does when it is tried here; null: it changes something or has no end, only its help is timed. */
const TRIED: Readonly<Record<string, readonly string[] | null>> = {
  'archive list': [ALICE],
  'archive restore': null,
  'archive show': null,
  completion: ['bash'],
  'config check': [],
  'config import': null,
  'config show': [],
  'conflicts list': [],
  'conflicts resolve': null,
  'conflicts show': null,
  daemon: null,
  'db migrate': [],
  'db rotate-key': null,
  doctor: [],
  init: null,
  logs: null,
  'mapping dry-run': [MEETING],
  'pool test': [],
  status: [],
  'sync run': [],
  'sync user': [ALICE],
  'sync watch': null,
  'users list': [],
  'users pause': null,
  'users resume': [ALICE],
}

const commands = globSync('**/*.ts', { cwd: join(root, 'commands') })
  .map((path) => path.replace(/\.ts$/, '').replaceAll('/', ' '))
  .sort()
for (const command of commands) if (!(command in TRIED)) throw new Error(`no way to try: ${command}`)

const built = builtConnector()
const world = await startWorld({ people: ['alice'] })
const connector = new CommandLine(built.entry, world)
try {
  for (const day of [3, 4, 5]) world.exchange.mailbox(ALICE).addEvent(appointment(`Meeting ${day}`, { day }))
  for (const words of [
    ['db', 'migrate'],
    ['sync', 'user', ALICE],
  ])
    if ((await connector.run(words)).exitCode !== 0) throw new Error(`connector ${words.join(' ')} failed`)
  const rows: string[] = []
  for (const command of ['', ...commands]) rows.push(await row(command))
  const page = pageOf(rows)
  console.log(page)
  if (process.argv.includes('--write')) writeFileSync(join(root, 'docs', 'reference', 'start-times.md'), page)
} finally {
  await world.close()
  built.dispose()
}

async function row(command: string): Promise<string> {
  const words = command === '' ? [] : command.split(' ')
  const tried = command === '' ? ['--version'] : (TRIED[command] ?? null)
  const help = await medianOf([...words, '--help'])
  const work = tried === null ? '' : `${await medianOf([...words, ...tried])} ms`
  const shown = tried?.map((word) => (word === ALICE ? 'EMAIL' : word === MEETING ? 'FILE' : word)) ?? []
  return `| \`${['connector', ...words, ...shown].join(' ')}\` | ${help} ms | ${work} |`
}

/** Of an odd number of runs, each of which must end well. */
async function medianOf(words: readonly string[]): Promise<number> {
  const times: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const startedAt = performance.now()
    const { exitCode, stderr } = await connector.run(words)
    times.push(performance.now() - startedAt)
    if (exitCode !== 0) throw new Error(`connector ${words.join(' ')}: exit code ${exitCode}\n${stderr}`)
  }
  return Math.round(times.toSorted((one, other) => one - other)[Math.floor(RUNS / 2)] ?? Number.NaN)
}

function pageOf(rows: readonly string[]): string {
  return `# Start times

The median of ${RUNS} runs, from the start of the process to its end, on ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.version}, with simulated servers on the same machine,
SQLite and one mailbox of three events in step. \`npm run bench:commands -- --write\` writes this page; commands without a second number change something,
or have no end.

| command | its \`--help\` | itself |
|---|---|---|
${rows.join('\n')}
`
}
