/**
 * The real program, killed (SIGKILL) at random while it syncs, again and again, on both databases. Afterwards every item has exactly
 * one counterpart, nothing is lost, nobody was mailed, and a further run writes nothing (P2, I12, I13, I14, I24).
 * KILLS and KILL_ITEMS make it longer, KILL_SEED repeats a run's choices (not its timing).
 */

import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPostgres, type TestPostgres } from '../postgres.ts'
import { Chance } from '../sim/chance.ts'
import { emailOf, startWorld, type World } from '../world.ts'
import { type Built, builtConnector } from './built.ts'
import { CommandLine, type RunJson } from './command-line.ts'
import { expectEqual, rawLists } from './equality.ts'
import { hurryPostgres, hurrySqlite } from './hurry.ts'
import { BERLIN, ics } from './items.ts'

const KILLS = Number(process.env.KILLS ?? 20)
const ITEMS = Number(process.env.KILL_ITEMS ?? 24)
const SEED = Number(process.env.KILL_SEED ?? Date.now() % 100_000)
const TEST_TIME_MS = 60_000 + KILLS * 10_000 + ITEMS * 500
const CONVERGE_RUNS_MAX = 6
const RUNS_PER_KILL_MAX = 3

const ENV = {
  Service__LoggingConfiguration__LogLevel: 'error',
  Service__Guards__DeletionsPerPassCount: '100000',
  Service__Guards__DeletionsPerDayPercent: '100',
  // People delete and create while no run lives to see it: in so small a calendar that looks like a server that was rolled back.
  Service__Guards__RolledBackPercent: '100',
  Service__ArchiveConfiguration__EncryptionKey: Buffer.alloc(32, 7).toString('base64'),
  Service__BatchSaveSize: '5',
}

let built: Built
beforeAll(() => {
  built = builtConnector()
}, 120_000)
afterAll(() => built?.dispose())

/** Makes the state as it is when the killed process's lease has run out and the mailbox is due. */
type Impatience = () => Promise<void>

describe.each(['sqlite', 'postgres'] as const)('a connector that is killed at random, on %s', (kind) => {
  let postgres: TestPostgres | null = null
  beforeAll(async () => {
    if (kind === 'sqlite') return
    const started = await startPostgres()
    if (started.kind === 'skip') console.log(`skipped: ${started.reason}`)
    else postgres = started
  }, 120_000)
  afterAll(() => postgres?.stop())

  it(
    `loses and doubles nothing (KILL_SEED=${SEED})`,
    async ({ skip }) => {
      if (kind === 'postgres' && !postgres) return skip()
      const url = postgres ? await postgres.createDatabase() : ''
      const world = await startWorld({
        people: ['alice'],
        env: { ...ENV, ...(url && { Service__DatabaseConfiguration__ConnectionString: url }) },
      })
      try {
        const hurry = url ? () => hurryPostgres(url) : () => hurrySqlite(world)
        await killAndConverge(world, new Diary(world, new Chance(SEED)), { kills: Math.ceil(KILLS / 2), hurry })
      } finally {
        await world.close()
      }
    },
    TEST_TIME_MS,
  )
})

async function killAndConverge(
  world: World,
  diary: Diary,
  { kills, hurry }: { kills: number; hurry: Impatience },
): Promise<void> {
  const connector = new CommandLine(built.entry, world)
  expect((await connector.run(['db', 'migrate'])).exitCode).toBe(0)
  diary.begin(ITEMS)
  const chance = new Chance(SEED + 1)
  let killed = 0
  let requestsMax = ITEMS * 2
  for (let runs = 0; killed < kills && runs < kills * RUNS_PER_KILL_MAX; runs++) {
    diary.live()
    await hurry()
    const requests = await runAndKill(connector, world, 1 + chance.below(requestsMax))
    if (requests === null) killed++
    else requestsMax = Math.max(4, Math.min(requestsMax, requests))
  }
  console.log(`${killed} of ${kills} kills met a process at work; ${diary.titles().length} items`)
  expect(killed).toBeGreaterThan(kills / 2)
  await converge(connector, hurry)
  const raw = rawLists(world)
  expect(raw.exchange.map(titleOf)).toEqual(diary.titles())
  expect(raw.nextcloud).toEqual(raw.exchange)
  const before = { ...writesOf(world) }
  await hurry()
  expect((await connector.json<RunJson>(['sync', 'run'])).exitCode).toBe(0)
  expect(writesOf(world)).toEqual(before)
  await expectEqual(world)
  expect(world.exchange.outbox.mails).toEqual([])
  expect(world.nextcloud.outbox.filter((mail) => mail.cause.by === 'dav')).toEqual([])
}

/** Kills the run when the servers have seen so many requests of it. Null: killed; else the requests of the whole run. */
async function runAndKill(connector: CommandLine, world: World, requests: number): Promise<number | null> {
  world.exchange.requests.clear()
  world.nextcloud.requests.reset()
  const seen = () => world.exchange.requests.list.length + world.nextcloud.requests.entries.length
  const { child, ended } = connector.start(['sync', 'run'])
  let isOver = false
  const over = ended.then(() => {
    isOver = true
  })
  while (!isOver && seen() < requests) await Promise.race([wait(1), over])
  if (!isOver) child.kill('SIGKILL')
  const { exitCode } = await ended
  return exitCode === -2 ? null : seen()
}

async function converge(connector: CommandLine, hurry: Impatience): Promise<void> {
  let last: unknown = null
  for (let runs = 0; runs < CONVERGE_RUNS_MAX; runs++) {
    await hurry()
    const { users, ran } = await connector.json<RunJson>(['sync', 'run'])
    const counts = users.flatMap((user) => user.pairs.map((pair) => pair.counts))
    const isQuiet = users.length > 0 && users.every((user) => user.outcome === 'in-step')
    if (isQuiet && counts.every(({ seen, unchanged }) => seen === unchanged)) return
    last = { users, stderr: ran.stderr }
  }
  throw new Error(`not in step after ${CONVERGE_RUNS_MAX} runs: ${JSON.stringify(last)}`)
}

/** Bodies of requests that change something, by server. */
function writesOf(world: World) {
  const mailbox = world.exchange.mailbox(emailOf('alice'))
  const objects = world.nextcloud.user('alice').calendar('personal').list()
  return {
    exchange: mailbox.list().map((item) => `${item.id} ${item.changeKey}`),
    nextcloud: objects.map((object) => `${object.uri} ${object.etag}`),
  }
}

function titleOf(line: string): string {
  return line.split(' @ ')[0] ?? ''
}

/** People who make, change and delete items on both sides; each item is looked after on the side where it was made. */
class Diary {
  readonly #world: World
  readonly #chance: Chance
  readonly #exchange = new Map<string, string>()
  readonly #nextcloud = new Map<string, string>()
  #count = 0

  constructor(world: World, chance: Chance) {
    this.#world = world
    this.#chance = chance
  }

  begin(items: number): void {
    for (let made = 0; made < items; made += 2) this.#make()
  }

  live(): void {
    this.#make()
    const inOutlook = this.#chance.pick([...this.#exchange])
    if (inOutlook) this.#changeInOutlook(...inOutlook)
    const onTheWeb = this.#chance.pick([...this.#nextcloud])
    if (onTheWeb) this.#changeOnTheWeb(...onTheWeb)
  }

  titles(): string[] {
    return [...this.#exchange.values(), ...this.#nextcloud.values()].sort()
  }

  #mailbox() {
    return this.#world.exchange.mailbox(emailOf('alice'))
  }

  #calendar() {
    return this.#world.nextcloud.user('alice').calendar('personal')
  }

  #title(): string {
    return `item ${String(++this.#count).padStart(5, '0')}`
  }

  #make(): void {
    const day = `2035-03-${String(1 + this.#chance.below(28)).padStart(2, '0')}`
    const subject = this.#title()
    const bounds = { start: `${day}T10:00:00`, end: `${day}T11:00:00`, zone: BERLIN }
    this.#exchange.set(this.#mailbox().addEvent({ subject, ...bounds, reminderMinutes: null }), subject)
    const title = this.#title()
    const uri = `${title.replace(' ', '-')}.ics`
    this.#calendar().put(uri, eventText(uri, title, day), { silent: true })
    this.#nextcloud.set(uri, title)
  }

  #changeInOutlook(id: string, _title: string): void {
    if (this.#chance.happens(0.4)) {
      this.#mailbox().deleteItem(id)
      this.#exchange.delete(id)
      return
    }
    const subject = this.#title()
    this.#mailbox().editEvent(id, { subject })
    this.#exchange.set(id, subject)
  }

  #changeOnTheWeb(uri: string, title: string): void {
    if (this.#chance.happens(0.4)) {
      this.#calendar().remove(uri, { silent: true })
      this.#nextcloud.delete(uri)
      return
    }
    const text = this.#calendar().get(uri)?.text ?? ''
    const next = this.#title()
    this.#calendar().put(uri, text.replace(`SUMMARY:${title}`, `SUMMARY:${next}`), { silent: true })
    this.#nextcloud.set(uri, next)
  }
}

function eventText(uri: string, title: string, day: string): string {
  const date = day.replaceAll('-', '')
  return ics(
    `${uri}@example.org`,
    `DTSTART;TZID=Europe/Berlin:${date}T100000`,
    `DTEND;TZID=Europe/Berlin:${date}T110000`,
    `SUMMARY:${title}`,
  )
}
