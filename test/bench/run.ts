/** `npm run bench`: the speed and size promises, measured in one run as ratios and counts. Ends with 1 when one does not hold. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { emailOf } from '../world.ts'
import { BenchWorld, dropDirectory, runConnector, runPass } from './bench-world.ts'
import { mappingCost } from './mapping.ts'

type Row = { what: string; value: string; limit: string; holds: boolean }
const rows: Row[] = []

function note(what: string, value: number, limit: { max: number; unit: string }): void {
  const holds = value <= limit.max
  rows.push({ what, value: `${value.toFixed(2)} ${limit.unit}`, limit: `<= ${limit.max} ${limit.unit}`, holds })
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}: ${value.toFixed(2)} ${limit.unit} (limit ${limit.max})`)
}

/** The middle one of an odd number of runs. */
function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

/**
 * Service times of real servers: a PUT of Nextcloud 34 took 37 to 90 ms (SQLite alone, PostgreSQL with four at once), a GetItem of 100
 * items on Exchange takes longer than these 50 ms. Without them the servers answer in no time and the ratio shows the connector's own CPU.
 */
const SERVICE_TIME = { kind: 'service-time', exchangeMs: 50, putMs: 40 } as const

const world = await BenchWorld.start()
try {
  const quick = process.argv.includes('--quick')
  await firstSync(world, quick ? 1 : 3)
  await idlePass(world)
  await fewChanges(world, quick ? 1_000 : 10_000)
  await largeFirstSync(world, quick ? 2_000 : 20_000)
  await startTimes(world)
  mapping()
} finally {
  world.close()
}
process.exitCode = rows.every((row) => row.holds) ? 0 : 1

function mapping(): void {
  const { toExchangeMs, toNextcloudMs } = mappingCost()
  note('mapping an event to Exchange, CPU', toExchangeMs, { max: 0.5, unit: 'ms' })
  note('mapping an event to Nextcloud, CPU', toNextcloudMs, { max: 0.5, unit: 'ms' })
}

/** Both in turn, so that other load hits them alike. */
async function firstSync(servers: BenchWorld, rounds: number): Promise<void> {
  const ratios: number[] = []
  await servers.ask(SERVICE_TIME)
  for (let round = 0; round < rounds; round++) ratios.push(await againstFloor(servers, `timed${round}`))
  note('first sync of 1,000 events, wall time against the floor', median(ratios), { max: 1.3, unit: 'x' })
  await servers.ask({ kind: 'service-time', exchangeMs: 0, putMs: 0 })
  const bare = await againstFloor(servers, 'bare')
  console.log(`     the same with servers that answer in no time: ${bare.toFixed(2)} x`)
}

async function againstFloor(servers: BenchWorld, name: string): Promise<number> {
  const [synced, bare] = [`first-${name}`, `floor-${name}`]
  for (const person of [synced, bare]) await servers.ask({ kind: 'add-mailbox', person, events: 1_000 })
  const directory = servers.directory([synced, bare])
  const pass = await runPass(directory, 'pass', synced)
  const objects = await servers.ask({ kind: 'objects', person: synced })
  if (objects.kind !== 'objects' || objects.texts.length !== 1_000) throw new Error(`first sync failed: ${pass.stdout}`)
  const texts = join(directory, 'texts.json')
  writeFileSync(texts, JSON.stringify(objects.texts))
  const floor = await runPass(directory, 'floor', bare, { BENCH_TEXTS: texts, BENCH_DAV: servers.davUrl })
  console.log(
    `     first sync ${pass.wallMs.toFixed(0)} ms wall, ${pass.cpuMs.toFixed(0)} ms CPU; floor ${floor.wallMs.toFixed(0)} ms, ${floor.cpuMs.toFixed(0)} ms CPU`,
  )
  dropDirectory(directory)
  return pass.wallMs / floor.wallMs
}

async function idlePass(servers: BenchWorld): Promise<void> {
  await servers.ask({ kind: 'add-mailbox', person: 'idle', events: 200 })
  const directory = servers.directory(['idle'])
  await runPass(directory, 'pass', 'idle')
  await runPass(directory, 'pass', 'idle')
  const before = await servers.requests()
  await runPass(directory, 'pass', 'idle')
  const after = await servers.requests()
  note(
    'idle pass, requests per collection pair',
    after.exchange + after.nextcloud - before.exchange - before.nextcloud,
    { max: 2, unit: 'requests' },
  )
  dropDirectory(directory)
}

/** Ten changes cost the same among many items as among few. */
async function fewChanges(servers: BenchWorld, many: number): Promise<void> {
  const cost = async (person: string, events: number) => {
    await servers.ask({ kind: 'add-mailbox', person, events })
    const directory = servers.directory([person])
    await runPass(directory, 'pass', person)
    await runPass(directory, 'pass', person)
    await servers.ask({ kind: 'edit', person, count: 10 })
    const before = await servers.requests()
    const pass = await runPass(directory, 'pass', person)
    const after = await servers.requests()
    const requests = after.exchange + after.nextcloud - before.exchange - before.nextcloud
    console.log(
      `     10 changes among ${events}: ${requests} requests, ${pass.cpuMs.toFixed(0)} ms CPU ${pass.stdout.trim()}`,
    )
    dropDirectory(directory)
    return { requests, cpuMs: pass.cpuMs }
  }
  const few = await cost('few', many / 100)
  const lots = await cost('lots', many)
  note(`10 changes among ${many} items, requests against the same among ${many / 100}`, lots.requests / few.requests, {
    max: 1.1,
    unit: 'x',
  })
  note(`10 changes among ${many} items, CPU against the same among ${many / 100}`, lots.cpuMs / few.cpuMs, {
    max: 1.5,
    unit: 'x',
  })
}

async function largeFirstSync(servers: BenchWorld, events: number): Promise<void> {
  await servers.ask({ kind: 'add-mailbox', person: 'large', events })
  const directory = servers.directory(['large'])
  await runConnector(directory, ['db', 'migrate'])
  const pass = await runConnector(directory, ['sync', 'user', emailOf('large')])
  console.log(`     ${events} events in ${(pass.wallMs / 1000).toFixed(1)} s, exit code ${pass.exitCode}`)
  note(`first sync of ${events} events, peak memory`, pass.rssMaxMb, { max: 300, unit: 'MB' })
  dropDirectory(directory)
}

async function startTimes(servers: BenchWorld): Promise<void> {
  const directory = servers.directory([])
  await runConnector(directory, ['db', 'migrate'])
  await runConnector(directory, ['sync', 'run'])
  const times = async (words: readonly string[]) => {
    const runs: number[] = []
    for (let count = 0; count < 7; count++) runs.push((await runConnector(directory, words)).wallMs)
    return median(runs)
  }
  note('connector --version', await times(['--version']), { max: 250, unit: 'ms' })
  note('sync run with nothing due', await times(['sync', 'run']), { max: 400, unit: 'ms' })
  dropDirectory(directory)
}
