/** A scenario's stage: both servers, one connector inside the test with a clock that scenarios wind, and looks at both sides. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { compose } from '../../src/compose.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { PairReport, UserReport } from '../../src/ports/report.ts'
import type { Connector, SyncOptions } from '../../src/ports/service.ts'
import type { MailboxHandle } from '../simulators/exchange/mailbox-handle.ts'
import type { ItemSnapshot } from '../simulators/exchange/user-input.ts'
import type { ObjectView, PersonCalendar } from '../simulators/nextcloud/person-calendar.ts'
import { emailOf, runOptions, SILENT, startWorld, type World, type WorldOptions } from '../world.ts'

/** A Monday: every scenario plays around it. */
export const TODAY = '2026-03-02'
const NOW_MS = Date.parse(`${TODAY}T08:00:00Z`)
/** Passes until nothing is left to do (I2). */
const PASSES_MAX = 3

export type TestClock = Clock & { advance(ms: number): void }

/** Waiting takes no time: it winds the clock. */
export function testClock(startMs = NOW_MS): TestClock {
  let nowMs = startMs
  return {
    nowMs: () => nowMs,
    sleep: async (ms) => {
      nowMs += ms
    },
    advance: (ms) => {
      nowMs += ms
    },
  }
}

export class Stage {
  readonly world: World
  readonly clock: TestClock
  connector: Connector
  #others = 0

  private constructor(world: World, clock: TestClock, connector: Connector) {
    this.world = world
    this.clock = clock
    this.connector = connector
  }

  static async open(options: Partial<WorldOptions> = {}): Promise<Stage> {
    const clock = testClock()
    const world = await startWorld({
      people: ['alice'],
      clock,
      ...options,
      exchange: { clock, ...options.exchange },
      nextcloud: { clock, ...options.nextcloud },
    })
    return new Stage(world, clock, await world.connect())
  }

  /** The mailbox of a person, as Outlook shows it. */
  mailbox(person = 'alice'): MailboxHandle {
    return this.world.exchange.mailbox(emailOf(person))
  }

  calendar(person = 'alice', uri = 'personal'): PersonCalendar {
    return this.world.nextcloud.user(person).calendar(uri)
  }

  pass(options: Partial<SyncOptions> & { person?: string } = {}): Promise<UserReport> {
    const { person = 'alice', ...rest } = options
    return this.connector.syncUser(emailOf(person), runOptions(rest))
  }

  /** Passes until a pass changes nothing, at most three (I2); then the pair is in step. Gives the first report. */
  async settle(person = 'alice'): Promise<UserReport> {
    const first = await this.pass({ person })
    let last = first
    for (let passes = 0; !isQuiet(last); passes++) {
      expect(passes, `still at work: ${JSON.stringify(last, null, 1)}`).toBeLessThan(PASSES_MAX)
      last = await this.pass({ person })
    }
    expect(last.outcome).toBe('in-step')
    return first
  }

  /** A connector that starts anew on the same state, as the next cron run does. */
  async restart(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.connector.close()
    Object.assign(this.world.env, env)
    this.connector = await this.world.connect()
  }

  /** The state is gone: database, key and all. */
  async loseState(): Promise<void> {
    await this.connector.close()
    rmSync(join(this.world.directory, 'data'), { recursive: true, force: true })
    this.connector = await this.world.connect()
  }

  /** A further connector with a state of its own, as after a migration that went wrong. */
  async another(): Promise<Connector> {
    const database = `sqlite:${join(this.world.directory, `other-${this.#others++}`, 'connector.db')}`
    const env = { ...this.world.env, Service__DatabaseConfiguration__ConnectionString: database }
    const connector = await compose(loadConfig({ env, cwd: this.world.directory, flags: {} }), {
      log: SILENT,
      clock: this.clock,
    })
    await connector.store.migrate()
    return connector
  }

  /** An administrator changes these keys of a person in users.json; the next run reads them. */
  async changeUser(keys: Readonly<Record<string, unknown>>, person = 'alice'): Promise<void> {
    const file = join(this.world.directory, 'users.json')
    const users: Record<string, unknown>[] = JSON.parse(readFileSync(file, 'utf8'))
    const changed = users.map((user) => (user.Email === emailOf(person) ? { ...user, ...keys } : user))
    writeFileSync(file, JSON.stringify(changed), { mode: 0o600 })
    await this.restart()
  }

  /** Requests that change something, on both servers, since the last call. */
  takeWrites(): string[] {
    const { exchange, nextcloud } = this.world
    const operations = exchange.requests.list.map(({ operation }) => operation)
    const methods = nextcloud.requests.entries.map(({ method }) => method)
    exchange.requests.clear()
    nextcloud.requests.reset()
    return [...operations, ...methods].filter((name) =>
      /^(Create|Update|Delete|Move|PUT|DELETE|MK|PROPPATCH)/.test(name),
    )
  }

  /** The one item with this title on Exchange. */
  item(subject: string, person = 'alice'): ItemSnapshot {
    return only(
      this.mailbox(person)
        .list()
        .filter((item) => item.fields.Subject === subject),
      `${subject} on Exchange`,
    )
  }

  /** The one object with this text on Nextcloud. */
  object(containing: string, person = 'alice'): ObjectView {
    const objects = this.calendar(person).list()
    return only(
      objects.filter((object) => object.text.includes(containing)),
      `${containing} on Nextcloud`,
    )
  }

  /** A person changes an object in Nextcloud's web page. */
  editObject(containing: string, edit: (text: string) => string, person = 'alice'): void {
    const object = this.object(containing, person)
    const changed = edit(object.text)
    expect(changed, `the edit of ${containing} changes nothing`).not.toBe(object.text)
    this.calendar(person).put(object.uri, changed, { silent: true })
  }

  /** I24, P6: whatever happened, the connector mailed nobody. */
  async close(): Promise<void> {
    const { exchange, nextcloud } = this.world
    const mails = [...exchange.outbox.mails, ...nextcloud.outbox.filter((mail) => mail.cause.by === 'dav')]
    await this.connector.close()
    await this.world.close()
    expect(mails).toEqual([])
  }
}

export function only<T>(found: readonly T[], what: string): T {
  const [first] = found
  if (first === undefined || found.length > 1) throw new Error(`${found.length} of ${what}`)
  return first
}

/** Every item of every collection was unchanged or left alone. */
export function isQuiet(report: UserReport): boolean {
  return report.pairs.every(({ counts }) => counts.seen === counts.unchanged + counts.skipped) && !report.error
}

export function pairOf(report: UserReport): PairReport {
  return only(report.pairs, 'collection pairs')
}

/** The codes of what went wrong, of the user and of every collection. */
export function codesOf({ error, pairs }: UserReport): string[] {
  return [error, ...pairs.map((pair) => pair.error)].flatMap((one) => one?.code ?? [])
}
