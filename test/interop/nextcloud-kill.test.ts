/**
 * The real program, killed (SIGKILL) at random while it syncs the Exchange simulator with a real Nextcloud, while people go on working on both
 * sides. Afterwards every item has exactly one counterpart, nothing is lost, a further run writes nothing, and Nextcloud mailed nobody
 * (P2, I12, I13, I14, I24). KILLS and KILL_ITEMS make it longer, KILL_SEED repeats a run's choices (not its timing).
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { nextcloudAccount, type StartedAccount } from '../nextcloud/account.ts'
import { type SmtpSink, startSmtpSink } from '../nextcloud/smtp-sink.ts'
import { type Built, builtConnector } from '../scenario/built.ts'
import { CommandLine, type RunJson } from '../scenario/command-line.ts'
import { hurrySqlite } from '../scenario/hurry.ts'
import { linesOf } from '../scenario/items.ts'
import { Chance } from '../sim/chance.ts'
import { emailOf, startWorld, type World } from '../world.ts'
import { rawDav } from './full-sync.ts'
import { KillDiary } from './nextcloud-kill-diary.ts'

const KILLS = Number(process.env.KILLS ?? 50)
const ITEMS = Number(process.env.KILL_ITEMS ?? 20)
const SEED = Number(process.env.KILL_SEED ?? Date.now() % 100_000)
const TEST_TIME_MS = 300_000 + KILLS * 60_000
/** As nextcloudAccount calls its user: the organizer of what is made on either side, so that a write that is not silent would mail the guest. */
const PERSON = 'interop'
const CONVERGE_RUNS_MAX = 8
const RUNS_PER_KILL_MAX = 3
/** How long a run works at first, from its first request to Exchange on; measured again at each run that lives to its end. */
const WORK_FIRST_MS = 2_000
const WORK_MIN_MS = 100

const given = nextcloudAccount()
if (given.kind === 'skip') console.log(`skipped: kills against a real Nextcloud (${given.reason})`)

let built: Built
let sink: SmtpSink
let started: StartedAccount
beforeAll(async () => {
  if (given.kind === 'skip') return
  built = builtConnector()
  sink = await startSmtpSink()
  const mail = { mail_smtpmode: 'smtp', mail_smtphost: '127.0.0.1', mail_smtpport: sink.port }
  started = await given.start({ config: { ...mail, mail_from_address: 'cloud', mail_domain: 'corp.test' } })
  // The welcome to the new user.
  sink.recipients.length = 0
}, 600_000)
afterAll(async () => {
  built?.dispose()
  await started?.close()
  await sink?.close()
}, 60_000)

it.skipIf(given.kind === 'skip')(
  `a connector that is killed at random loses and doubles nothing on a real Nextcloud (KILL_SEED=${SEED})`,
  async () => {
    const { account } = started
    const name = `kills-${randomUUID().slice(0, 8)}`
    const url = `${account.davUrl}calendars/${account.username}/${name}/`
    const dav = rawDav(account, url)
    await dav.makeCalendar(name)
    const { username: Username, password: AppPassword, davUrl: DavUrl } = account
    const entry = { DavUrl, Username, AppPassword, Calendars: [{ Exchange: 'Calendar', Nextcloud: name }] }
    const env = {
      Service__LoggingConfiguration__LogLevel: 'error',
      Service__Guards__DeletionsPerPassCount: '100000',
      Service__Guards__DeletionsPerDayPercent: '100',
      Service__Guards__RolledBackPercent: '100',
      Service__BatchSaveSize: '5',
    }
    const world = await startWorld({ people: [PERSON], env, entries: { [PERSON]: entry } })
    try {
      const diary = new KillDiary({ mailbox: world.exchange.mailbox(emailOf(PERSON)), dav, chance: new Chance(SEED) })
      await killAndConverge(world, diary)
      const sides = await diary.lists()
      expect(sides.exchange).toEqual(diary.titles())
      expect(sides.nextcloud).toEqual(diary.titles())
      const before = await diary.versions()
      await hurrySqlite(world)
      const last = await new CommandLine(built.entry, world).json<RunJson>(['sync', 'run'])
      expect(last.exitCode).toBe(0)
      expect(await diary.versions()).toEqual(before)
      expect(world.exchange.outbox.mails).toEqual([])
      if (started.own) await expectNoMail(dav)
    } finally {
      await world.close()
    }
  },
  TEST_TIME_MS,
)

async function killAndConverge(world: World, diary: KillDiary): Promise<void> {
  const connector = new CommandLine(built.entry, world)
  expect((await connector.run(['db', 'migrate'])).exitCode).toBe(0)
  await diary.begin(ITEMS)
  const chance = new Chance(SEED + 1)
  let killed = 0
  let workMs = WORK_FIRST_MS
  for (let runs = 0; killed < KILLS && runs < KILLS * RUNS_PER_KILL_MAX; runs++) {
    await diary.live()
    await hurrySqlite(world)
    const lastedMs = await runAndKill(connector, world, chance.below(workMs))
    if (lastedMs === null) killed++
    else workMs = Math.max(WORK_MIN_MS, lastedMs)
  }
  console.log(`${killed} of ${KILLS} kills met a process at work; ${diary.titles().length} items`)
  expect(killed).toBeGreaterThan(KILLS / 2)
  let last: unknown = null
  for (let runs = 0; runs < CONVERGE_RUNS_MAX; runs++) {
    await hurrySqlite(world)
    const { users, ran } = await connector.json<RunJson>(['sync', 'run'])
    const counts = users.flatMap((user) => user.pairs.map((pair) => pair.counts))
    const isQuiet = users.length > 0 && users.every((user) => user.outcome === 'in-step')
    if (isQuiet && counts.every(({ seen, unchanged }) => seen === unchanged)) return
    last = { users, stderr: ran.stderr }
  }
  throw new Error(`not in step after ${CONVERGE_RUNS_MAX} runs: ${JSON.stringify(last)}`)
}

/** Kills the run so long after its first request to Exchange. Null: killed; else how long it worked. */
async function runAndKill(connector: CommandLine, world: World, afterMs: number): Promise<number | null> {
  world.exchange.requests.clear()
  const { child, ended } = connector.start(['sync', 'run'])
  let isOver = false
  const over = ended.then(() => {
    isOver = true
  })
  while (!isOver && world.exchange.requests.list.length === 0) await Promise.race([wait(2), over])
  const startedAtMs = Date.now()
  await Promise.race([wait(afterMs), over])
  if (!isOver) child.kill('SIGKILL')
  const { exitCode } = await ended
  return exitCode === -2 ? null : Date.now() - startedAtMs
}

/** Meetings with guests were made on both sides all the time. A last one, made without asking for silence, shows that mail would have come. */
async function expectNoMail(dav: ReturnType<typeof rawDav>): Promise<void> {
  expect(sink.recipients).toEqual([])
  const uid = randomUUID()
  await dav.put(`${uid}.ics`, KillDiary.meeting(uid, 'loud', '2035-04-01'), { silent: false })
  const deadlineMs = Date.now() + 20_000
  while (sink.recipients.length === 0 && Date.now() < deadlineMs) await wait(100)
  expect(sink.recipients).toContain('guest@elsewhere.test')
  expect(linesOf(KillDiary.meeting(uid, 'loud', '2035-04-01')).join()).toContain('guest@elsewhere.test')
}
