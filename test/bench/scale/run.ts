/**
 * `npm run bench:scale`: how many mailboxes replicas serve, and whether they keep what they promise while they are killed. Real
 * processes on a real PostgreSQL; the servers are simulated, with the service times of real ones. Ends with 1 when a promise is broken.
 */
import { availableParallelism, cpus, loadavg } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { heldAtOnceMax, twoWriters, withoutLease } from './fence-log.ts'
import { cpuSecondsOf } from './fleet.ts'
import { ScaleWorld } from './world.ts'

const text = { type: 'string' } as const
const { values } = parseArgs({
  options: {
    mailboxes: { ...text, default: '1000' },
    replicas: { ...text, default: '1,2,4' },
    seconds: { ...text, default: '20' },
    'service-time': { ...text, default: '100' },
    accounts: { ...text, default: '10' },
    'kill-seconds': { ...text, default: '120' },
    'kill-every': { ...text, default: '30' },
    interval: { ...text, default: '60' },
    'active-percent': { ...text, default: '1' },
  },
})
const number = (name: keyof typeof values) => Number(values[name])
const SIZE = {
  mailboxes: number('mailboxes'),
  accounts: number('accounts'),
  usersPerAdmin: 4,
  parallel: 8,
  intervalSeconds: number('interval'),
}
const BACKENDS =
  "select pid from pg_stat_activity where datname = current_database() and application_name like 'connector%'"
const RSS_MAX_BYTES = 250 * 1024 * 1024
const GAIN_MIN = 1.7
const LISTENING_MAX_MS = 240_000
/** A simulator that computes more than this share of its time is the limit itself. */
const BUSY_MAX = 0.75
/** The same of the cores of this machine, which all of them share here. */
const MACHINE_BUSY_MAX = 0.85

/** `busy`: of the busier simulator. `machine`: of all cores. Shares of the time. */
type Rate = { perSecond: number; busy: number; machine: number }

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

/** Other work on this machine: then mailboxes per second say nothing. */
const loadBefore = loadavg()[0] ?? 0
const isLoaded = loadBefore > availableParallelism() / 2

const broken: string[] = []
function check(what: string, holds: boolean): void {
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}`)
  if (!holds) broken.push(what)
}

const world = await ScaleWorld.start(SIZE)
try {
  await firstSync()
  await world.serviceTime(number('service-time'))
  const rates = new Map<number, Rate>()
  for (const replicas of (values.replicas ?? '').split(',').map(Number)) rates.set(replicas, await saturate(replicas))
  const [one, two] = [rates.get(1), rates.get(2)]
  if (one && two) {
    const gain = two.perSecond / one.perSecond
    const what = `2 replicas serve ${gain.toFixed(2)} x as many as 1 (>= ${GAIN_MIN})`
    if (two.busy > BUSY_MAX) console.log(`---- ${what}: not judged, a simulator is busy for ${percent(two.busy)}`)
    else if (two.machine > MACHINE_BUSY_MAX)
      console.log(`---- ${what}: not judged, the cores of this machine are busy for ${percent(two.machine)}`)
    else if (isLoaded)
      console.log(`---- ${what}: not judged, this machine had a load of ${loadBefore.toFixed(1)} before`)
    else check(what, gain >= GAIN_MIN)
  }
  await liveAndDie()
} finally {
  await world.close()
}
process.exitCode = broken.length === 0 ? 0 : 1

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

async function replicasTo(count: number): Promise<void> {
  await world.fleet.stop()
  for (let at = 0; at < count; at++) await world.fleet.start()
}

async function scalar(query: string): Promise<number> {
  return Number((await world.log.query<{ n: number }>(query))[0]?.n ?? 0)
}

async function firstSync(): Promise<void> {
  await world.serviceTime(0)
  const startedMs = Date.now()
  await replicasTo(2)
  const left = () => scalar('select count(*)::int as n from mailbox where last_success_at_ms is not null')
  while ((await left()) < SIZE.mailboxes) await wait(1_000)
  const seconds = (Date.now() - startedMs) / 1000
  console.log(
    `${SIZE.mailboxes} mailboxes enrolled and in step after ${seconds.toFixed(0)} s (2 replicas, no service time)`,
  )
}

/** Everybody is due all the time: what a number of replicas can serve. */
async function saturate(replicas: number): Promise<Rate> {
  await replicasTo(replicas)
  await listening(replicas)
  const due = () =>
    world.log.query('update mailbox set next_run_at_ms = 1 where lease_holder is null and next_run_at_ms > 1')
  // Its end is the end of the bench, which tells why.
  const marks = setInterval(() => void due().catch(() => clearInterval(marks)), 2_000)
  await due()
  await wait(3_000)
  const reports = () => Promise.all([world.exchange.report(), world.nextcloud.report()])
  const passes = () => scalar('select count(*)::int as n from fence_log where holder is not null')
  const commits = () =>
    scalar('select xact_commit::float8 as n from pg_stat_database where datname = current_database()')
  const backends = (await world.log.query<{ pid: number }>(BACKENDS)).map(({ pid }) => pid)
  const cpu = () => [cpuSecondsOf(world.fleet.pids()), cpuSecondsOf(backends)] as const
  const [requestsBefore, passesBefore, commitsBefore, cpuBefore] = [
    await reports(),
    await passes(),
    await commits(),
    cpu(),
  ]
  const startedMs = Date.now()
  const coresBefore = coreTimes()
  while (Date.now() - startedMs < number('seconds') * 1000) {
    await wait(500)
    world.fleet.look()
  }
  const seconds = (Date.now() - startedMs) / 1000
  const [requestsAfter, passesAfter, commitsAfter] = [await reports(), await passes(), await commits()]
  const cpuMs = cpu().map((seconds, at) => (seconds - (cpuBefore[at] ?? 0)) * 1000)
  clearInterval(marks)
  const served = passesAfter - passesBefore
  const requests = requestsAfter.map(
    ({ requests: after }, at) => (after - (requestsBefore[at]?.requests ?? 0)) / served,
  )
  const cores = coreTimes()
  const machine = 1 - (cores.idle - coresBefore.idle) / (cores.all - coresBefore.all)
  const busy = Math.max(...requestsAfter.map((report) => report.busy))
  console.log(
    `${replicas} replicas: ${(served / seconds).toFixed(1)} mailboxes/s; requests per idle mailbox: Exchange ${requests[0]?.toFixed(2)}, ` +
      `Nextcloud ${requests[1]?.toFixed(2)}; CPU per mailbox: replica ${((cpuMs[0] ?? 0) / served).toFixed(1)} ms, PostgreSQL ${((cpuMs[1] ?? 0) / served).toFixed(1)} ms; transactions per mailbox ${((commitsAfter - commitsBefore) / served).toFixed(1)}, ` +
      `${((commitsAfter - commitsBefore) / seconds).toFixed(0)}/s; simulator busy ${percent(busy)}, machine ${percent(machine)}; largest RSS ${megabytes()} MB`,
  )
  return { perSecond: served / seconds, busy, machine }
}

function coreTimes(): { idle: number; all: number } {
  const times = cpus().map((core) => core.times)
  const all = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0)
  return { idle: times.reduce((sum, { idle }) => sum + idle, 0), all }
}

/** Until every mailbox is listened to: what that costs is told beside, and not a cost of an idle mailbox. */
async function listening(replicas: number): Promise<void> {
  const startedMs = Date.now()
  const before = await world.exchange.report()
  let now = before
  while (now.heard < SIZE.mailboxes && Date.now() - startedMs < LISTENING_MAX_MS) {
    await wait(1_000)
    now = await world.exchange.report()
  }
  const [seconds, requests] = [(Date.now() - startedMs) / 1000, (now.requests - before.requests) / SIZE.mailboxes]
  console.log(
    `${replicas} replicas listen to ${now.heard} mailboxes after ${seconds.toFixed(0)} s; ${requests.toFixed(2)} Exchange requests per mailbox until then`,
  )
}

function megabytes(): number {
  return Math.round(world.fleet.rssMaxBytes / 1024 / 1024)
}

/** People edit, replicas die and come back; then everything must be there once. */
async function liveAndDie(): Promise<void> {
  const replicas = Math.max(...(values.replicas ?? '').split(',').map(Number))
  await replicasTo(replicas)
  await world.log.query('truncate fence_log')
  const edits = await editWhileKilling()
  console.log(`${edits.size} edits, ${world.fleet.kills} kills; waiting for the rest to arrive`)
  const isThere = async () => {
    const [exchange, nextcloud] = [await world.exchange.items(), await world.nextcloud.items()]
    return exchange.length >= edits.size && nextcloud.length >= edits.size
  }
  const deadlineMs = Date.now() + 300_000
  while (!(await isThere()) && Date.now() < deadlineMs) await wait(2_000)
  await world.fleet.stop()
  await judge(edits)
}

type Edit = { person: string; atMs: number; side: 'exchange' | 'nextcloud' }

async function editWhileKilling(): Promise<Map<string, Edit>> {
  const edits = new Map<string, Edit>()
  const perSecond = (SIZE.mailboxes * number('active-percent')) / 100 / 60
  const startedMs = Date.now()
  let killAtMs = startedMs + number('kill-every') * 1000
  for (let owed = 0; Date.now() - startedMs < number('kill-seconds') * 1000; owed += perSecond) {
    for (; owed >= 1; owed--) {
      const side = edits.size % 2 === 0 ? 'exchange' : 'nextcloud'
      const person = `user${Math.floor(Math.random() * SIZE.mailboxes)}`
      const title = `Scale edit ${edits.size}`
      edits.set(title, { person, atMs: Date.now(), side })
      await world[side].ask({ kind: 'edits', edits: [{ person, title, minute: edits.size * 5 }] })
    }
    await wait(1_000)
    world.fleet.look()
    if (Date.now() >= killAtMs) {
      killAtMs += number('kill-every') * 1000
      await world.fleet.killAndReplace(world.fleet.kills)
    }
  }
  return edits
}

async function judge(edits: ReadonlyMap<string, Edit>): Promise<void> {
  const wanted = [...edits].map(([title, { person }]) => `${person} ${title}`).sort()
  const [exchange, nextcloud] = [await world.exchange.items(), await world.nextcloud.items()]
  for (const [name, items] of [
    ['Exchange', exchange],
    ['Nextcloud', nextcloud],
  ] as const) {
    const found = items.map(({ person, title }) => `${person} ${title}`).sort()
    check(`every edit is on ${name} exactly once`, JSON.stringify(found) === JSON.stringify(wanted))
  }
  const held = await world.log.held()
  const conflicts = twoWriters(held)
  check(`no mailbox had two writers (${held.length} leases)${conflicts.slice(0, 3).join('; ')}`, conflicts.length === 0)
  const { writes } = await world.exchange.report()
  const first = held[0]?.fromMs ?? 0
  const later = writes.filter(({ atMs }) => atMs >= first)
  check(`every write on Exchange had a lease (${later.length})`, withoutLease(held, later).length === 0)
  const atOnce = heldAtOnceMax(held)
  check(
    `at most ${atOnce} mailboxes at once per service account (<= ${SIZE.usersPerAdmin})`,
    atOnce <= SIZE.usersPerAdmin,
  )
  check(`the largest replica had ${megabytes()} MB (<= 250)`, world.fleet.rssMaxBytes <= RSS_MAX_BYTES)
  await lags(edits, nextcloud)
}

/** From an edit to the end of its write on the other side, by the log of actions. */
async function lags(
  edits: ReadonlyMap<string, Edit>,
  nextcloud: readonly { title: string; uid: string }[],
): Promise<void> {
  const rows = await world.log.query<{ uid: string; at: number }>(
    "select uid, min(at_ms)::float8 as at from action_log where action = 'create' group by uid",
  )
  const writtenAt = new Map(rows.map(({ uid, at }) => [uid, at]))
  const found = nextcloud.flatMap(({ title, uid }) => {
    const edit = edits.get(title)
    const at = writtenAt.get(uid)
    return edit && at !== undefined ? [{ side: edit.side, seconds: (at - edit.atMs) / 1000 }] : []
  })
  for (const side of ['exchange', 'nextcloud'] as const) {
    const own = found.filter((one) => one.side === side).map(({ seconds }) => seconds)
    own.sort((a, b) => a - b)
    const at = (share: number) => own[Math.min(own.length - 1, Math.floor(own.length * share))]?.toFixed(1)
    const how = side === 'exchange' ? 'notifications, and' : 'nothing but'
    console.log(
      `lag of edits on ${side} (${how} polling every ${SIZE.intervalSeconds} s): median ${at(0.5)} s, 95 % ${at(0.95)} s, ` +
        `99 % ${at(0.99)} s, longest ${at(1)} s (${own.length} edits)`,
    )
  }
}
