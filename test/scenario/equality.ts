/**
 * Are both sides equal? Asked in two ways that trust no state: by a dry run over an empty state, which compares every field and must
 * find nothing to write, and by reading titles and times of both sides with a few lines of our own.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { compose } from '../../src/compose.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { UserReport } from '../../src/ports/report.ts'
import type { ItemSnapshot } from '../simulators/exchange/user-input.ts'
import { emailOf, runOptions, SILENT, type World } from '../world.ts'
import { property } from './items.ts'
import { testClock } from './stage.ts'

export type Expected = {
  person?: string
  /** Titles of items that one side cannot hold, or that nobody can read: they are on one side only. */
  alone?: readonly string[]
  clock?: ReturnType<typeof testClock>
}

/** Every item has exactly one counterpart with the same content, and nothing else is there. */
export async function expectEqual(world: World, options: Expected = {}): Promise<void> {
  const { person = 'alice', alone = [] } = options
  const report = await compareWithoutState(world, person, options.clock ?? testClock())
  expect({ outcome: report.outcome, error: report.error }).toEqual({ outcome: 'in-step', error: null })
  const actions = report.pairs.flatMap((pair) => pair.actions)
  const writes = actions.filter(
    ({ action, title }) => action !== 'link' && !(action === 'skip' && alone.includes(title)),
  )
  expect(writes).toEqual([])
  const raw = rawLists(world, person, alone)
  expect(raw.nextcloud).toEqual(raw.exchange)
}

/** What a connector without a memory would do. It writes nothing on the servers and nothing to the state of the scenario. */
async function compareWithoutState(
  world: World,
  person: string,
  clock: ReturnType<typeof testClock>,
): Promise<UserReport> {
  const directory = mkdtempSync(join(tmpdir(), 'connector-compare-'))
  try {
    const env = {
      ...world.env,
      Service__DatabaseConfiguration__ConnectionString: `sqlite:${join(directory, 'empty.db')}`,
    }
    const connector = await compose(loadConfig({ env, cwd: world.directory, flags: {} }), { log: SILENT, clock })
    try {
      await connector.store.migrate()
      return await connector.syncUser(emailOf(person), runOptions({ dryRun: true }))
    } finally {
      await connector.close()
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** `title @ start` of every item in the two default calendars, sorted. Starts are UTC instants, or dates of whole days. */
export function rawLists(world: World, person = 'alice', alone: readonly string[] = []) {
  const exchange = world.exchange.mailbox(emailOf(person)).list().map(exchangeLine)
  const objects = world.nextcloud.user(person).calendar('personal').list()
  const kept = (line: string) => !alone.some((title) => line.startsWith(`${title} @ `))
  return {
    exchange: exchange.filter(kept).sort(),
    nextcloud: objects
      .map(({ text }) => nextcloudLine(text))
      .filter(kept)
      .sort(),
  }
}

function exchangeLine({ fields }: ItemSnapshot): string {
  const start = fields.Start ?? 0
  return `${fields.Subject ?? ''} @ ${fields.IsAllDayEvent ? dayOf(start) : instant(start)}`
}

/** The day that begins at this instant in a zone less than twelve hours from Greenwich. */
function dayOf(ms: number): string {
  return new Date(ms + 12 * 3_600_000 - 1).toISOString().slice(0, 10)
}

function instant(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16)
}

function nextcloudLine(text: string): string {
  const value = (name: string) => property(text, name)[0] ?? ''
  const title = value('SUMMARY')
    .replace(/^SUMMARY[^:]*:/, '')
    .replace(/\\([,;\\])/g, '$1')
  return `${title} @ ${startOf(value('DTSTART'))}`
}

function startOf(line: string): string {
  const [, zone] = /TZID="?([^":;]+)/.exec(line) ?? []
  const digits = line.slice(line.lastIndexOf(':') + 1)
  const [year, month, day, hour, minute] = [0, 4, 6, 9, 11].map((at, index) =>
    digits.slice(at, at + (index === 0 ? 4 : 2)),
  )
  if (!hour) return `${year}-${month}-${day}`
  const asUtc = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`)
  return instant(asUtc - (zone && !digits.endsWith('Z') ? offsetMs(asUtc, zone) : 0))
}

/** Good enough away from the hour of a change of the clocks. */
function offsetMs(ms: number, timeZone: string): number {
  const wall = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(ms)
  return Date.parse(`${wall.replace(' ', 'T')}Z`) - ms
}
