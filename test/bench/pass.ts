/** Child of the bench: `pass` syncs one person through compose, `floor` sends the same requests with ready-made bodies and nothing else. */
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { keepHeapSmall } from '../../src/cli/memory.ts'
import { loadConfig } from '../../src/config/load.ts'
import { emailOf, passwordOf, runOptions, SILENT } from '../world.ts'
import { floor } from './floor.ts'

// As the command line does it.
keepHeapSmall()
const [mode = 'pass', person = ''] = process.argv.slice(2)
const config = loadConfig({ env: process.env, cwd: process.cwd(), flags: {} })
const run = mode === 'floor' ? await prepareFloor() : await preparePass()
const cpu = process.cpuUsage()
const startedAtMs = performance.now()
const outcome = await run.work()
const wallMs = performance.now() - startedAtMs
const used = process.cpuUsage(cpu)
const cpuMs = (used.user + used.system) / 1000
await run.end()
console.log(`MEASURED ${JSON.stringify({ wallMs, cpuMs, stdout: outcome })}`)

async function preparePass() {
  // The built program, as people run it; its late parts are loaded before the clock starts.
  const built = new URL('../../dist/src/', import.meta.url)
  const { compose }: typeof import('../../src/compose.ts') = await import(new URL('compose.js', built).href)
  await Promise.all(['open/clients.js', 'open/pairs.js'].map((name) => import(new URL(name, built).href)))
  const connector = await compose(config, { log: SILENT })
  await connector.store.migrate()
  const work = async () => {
    const report = await connector.syncUser(emailOf(person), runOptions())
    return JSON.stringify({ outcome: report.outcome, error: report.error, counts: report.pairs[0]?.counts })
  }
  return { work, end: () => connector.close() }
}

async function prepareFloor() {
  const texts: string[] = JSON.parse(readFileSync(process.env.BENCH_TEXTS ?? '', 'utf8'))
  const work = () =>
    floor({
      ewsUrl: config.exchange.ewsUrl ?? '',
      mailbox: emailOf(person),
      collectionUrl: `${process.env.BENCH_DAV}calendars/${person}/personal/`,
      username: person,
      password: passwordOf(person),
      texts,
    })
  return { work, end: async () => undefined }
}
