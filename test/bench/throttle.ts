/**
 * How much of what Exchange allows the connector uses: 2,000 mailboxes on a simulated server with the default throttling policy, all
 * accounts well, then with two that fail in the middle. `npm run bench:throttle [mailboxes]`; results stand in docs/scaling.md.
 */
import { performance } from 'node:perf_hooks'
import type { EwsClient } from '../../src/exchange/ews/client.ts'
import { getFolder } from '../../src/exchange/ews/operations/get-folder.ts'
import { syncFolderItems } from '../../src/exchange/ews/operations/sync-folder-items.ts'
import { createExchangePool } from '../../src/exchange/pool/pool.ts'
import { BASIC_POOL } from '../basic-pool.ts'
import { startExchangeSimulator } from '../simulators/exchange/simulator.ts'
import { SILENT } from '../world.ts'
import { mostOvertakes, type Turn } from './rounds.ts'

const MAILBOXES = Number(process.argv[2] ?? 2000)
const ACCOUNTS = 4
/** The default policy: EWSMaxConcurrency 27, ConcurrentSyncCalls 5. */
const AT_ONCE = 27
const SYNCS_AT_ONCE = 5
/** How long the server works on one request. */
const SERVICE_MS = 1000
/** A pass: one look at the feed, then reads. */
const READS = 7
/** Mailboxes that are worked on at the same time: enough for every account to be busy. */
const PARALLEL = 320

type Result = {
  seconds: number
  /** Between the first and the last quarter of the requests. */
  steadyOfPolicy: number
  ofPolicy: number
  /** The longest that a request took, its pauses included. */
  longestSeconds: number
  /** While a mailbox waited for one turn, the most that another one of its account got. */
  turnsOfOthers: number
  refusedForLoad: number
  failedPasses: number
  lockouts: number
  triesOfFailing: number
}

async function run(failing: boolean): Promise<Result> {
  const server = await startExchangeSimulator()
  const people = Array.from({ length: MAILBOXES }, (_, at) => `person${at}@example.org`)
  const names = Array.from({ length: ACCOUNTS }, (_, at) => `svc-${at}`)
  for (const email of people) server.addMailbox(email)
  for (const name of names) {
    server.addServiceAccount(name, 'secret', { connectionsMax: AT_ONCE, syncsMax: SYNCS_AT_ONCE })
  }
  server.faults.hook = () => ({ kind: 'delay', ms: SERVICE_MS })
  const pool = createExchangePool({
    config: { ...BASIC_POOL, ewsUrl: server.url },
    admins: () => names.map((name) => ({ kind: 'on-premises', name, username: name, password: 'secret' })),
    clock: { nowMs: () => Date.now(), sleep: (ms) => new Promise((done) => setTimeout(done, ms)) },
    log: SILENT,
    random: { uuid: () => 'bench', fraction: () => Math.random() },
  })
  const calls = new Map<string, number>()
  const turns: Omit<Turn, 'account'>[] = []
  let failedPasses = 0
  let done = 0
  const passOf = async (email: string) => {
    const client = pool.clientFor(email)
    // Anywhere in the pass, so that the mix is the same all the time.
    const feedAt = Math.floor(Math.random() * (READS + 1))
    for (let at = 0; at <= READS; at++) {
      const startedAt = performance.now()
      await (at === feedAt ? feed(client, email) : read(client, email))
      turns.push({ mailbox: email, beganMs: startedAt, endedMs: performance.now() })
    }
  }
  const queue = [...people]
  const worker = async () => {
    for (let email = queue.shift(); email !== undefined; email = queue.shift()) {
      await passOf(email).catch(() => failedPasses++)
      if (++done === Math.floor(MAILBOXES / 3) && failing) fail(server)
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: PARALLEL }, worker))
  const wallMs = performance.now() - startedAt
  const accounts = new Map<string, string>()
  for (const { account, mailbox, status } of server.requests.list) {
    if (status !== 200) continue
    calls.set(account, (calls.get(account) ?? 0) + 1)
    accounts.set(mailbox, account)
  }
  const refusedForLoad = server.loadRefusals
  const result: Result = {
    seconds: round(wallMs / 1000),
    steadyOfPolicy: round(
      steadyShare(
        turns.map(({ endedMs }) => endedMs),
        failing ? ACCOUNTS - 2 : ACCOUNTS,
      ),
    ),
    ofPolicy: round(idealMs(calls, failing) / wallMs),
    longestSeconds: round(Math.max(...turns.map((turn) => turn.endedMs - turn.beganMs)) / 1000),
    turnsOfOthers: mostOvertakes(turns.map((turn) => ({ ...turn, account: accounts.get(turn.mailbox) ?? '' }))),
    refusedForLoad,
    failedPasses,
    lockouts: server.signIns.lockouts(),
    triesOfFailing: failing ? server.signIns.refused('svc-0') : 0,
  }
  await pool.close()
  await server.close()
  return result
}

/** One account's password was changed, another one is disabled. */
function fail(server: Awaited<ReturnType<typeof startExchangeSimulator>>): void {
  server.addServiceAccount('svc-0', 'changed', { connectionsMax: AT_ONCE, syncsMax: SYNCS_AT_ONCE })
  server.disableServiceAccount('svc-1')
}

/** The time that the policy asks for: the busiest account decides; when some fail, the whole work over the share that is left. */
function idealMs(calls: ReadonlyMap<string, number>, failing: boolean): number {
  const counts = [...calls.values()]
  const perCallMs = SERVICE_MS / AT_ONCE
  if (!failing) return Math.max(...counts) * perCallMs
  return (
    Math.max(...[...calls].filter(([name]) => name !== 'svc-0' && name !== 'svc-1').map(([, count]) => count)) *
    perCallMs
  )
}

/** Ramp and end left out: requests that ended in the middle half, over what the accounts at work may do in that time. */
function steadyShare(endedMs: readonly number[], accounts: number): number {
  const from = Math.floor(endedMs.length / (accounts === ACCOUNTS ? 4 : 2))
  const to = Math.floor((endedMs.length * 3) / 4)
  const tookMs = (endedMs[to] ?? 0) - (endedMs[from] ?? 0)
  return ((to - from) * SERVICE_MS) / (AT_ONCE * accounts * tookMs)
}

function feed(client: EwsClient, mailbox: string) {
  const folder = { kind: 'distinguished', name: 'calendar' } as const
  return client.call(syncFolderItems, { shape: { base: 'IdOnly' }, folder, syncState: null, sizeMax: 512 }, { mailbox })
}

function read(client: EwsClient, mailbox: string) {
  const ids = [{ kind: 'distinguished', name: 'calendar' }] as const
  return client.call(getFolder, { shape: { base: 'IdOnly' }, ids }, { mailbox })
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

console.log(`${MAILBOXES} mailboxes, ${ACCOUNTS} accounts, ${AT_ONCE} at once each, ${SERVICE_MS} ms per request`)
console.table({ 'all accounts well': await run(false), 'two fail in the middle': await run(true) })
