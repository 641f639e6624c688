/** Several processes on one database, and processes that die in the middle of a commit: on a SQLite file and on PostgreSQL. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, test } from 'vitest'
import { checkConsistency } from '../../src/state/consistency.ts'
import { openStateStore } from '../../src/state/open.ts'
import { startPostgres } from '../postgres.ts'
import { ARCHIVE_KEY } from './state-store-builders.ts'

const CHILD = join(import.meta.dirname, 'state-store-child.ts')
const KILLS = 5

const folder = mkdtempSync(join(tmpdir(), 'connector-processes-'))
const postgres = await startPostgres()
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  if (postgres.kind === 'running') await postgres.stop()
})

suite('a SQLite file', async () => `sqlite:${join(folder, `${randomUUID()}.db`)}`)
if (postgres.kind === 'running') suite('PostgreSQL', () => postgres.createDatabase())
else test.skip(`processes on PostgreSQL: ${postgres.reason}`, () => {})

function suite(database: string, newDatabase: () => Promise<string>): void {
  describe(`processes on ${database}`, () => {
    test('migrate at once: one does it, all can work', async () => {
      const url = await newDatabase()
      const outputs = await Promise.all([1, 2, 3].map((at) => output(['migrate', url, `process-${at}`])))
      const results = outputs.map((lines) => JSON.parse(lines[0] ?? '') as { from: number; to: number })
      const newest = results[0]?.to ?? 0
      expect(newest).toBeGreaterThan(0)
      expect(results.map(({ from }) => from).sort()).toEqual([0, newest, newest])
      expect(results.every(({ to }) => to === newest)).toBe(true)
    })

    test('never claim the same mailbox', async () => {
      const url = await newDatabase()
      const store = await migrated(url)
      const ids: string[] = []
      for (let at = 0; at < 60; at += 1) ids.push((await store.ensureMailbox(`user${at}@x.test`)).id)
      const outputs = await Promise.all([1, 2, 3].map((at) => output(['claim-all', url, `process-${at}`])))
      expect(outputs.flat().sort()).toEqual(ids.sort())
      await store.close()
    })

    test('share the places of a service account: never more at work than it has', async () => {
      const url = await newDatabase()
      const store = await migrated(url)
      for (let at = 0; at < 30; at += 1) await store.ensureMailbox(`user${at}@x.test`)
      await store.ensurePlaces({ names: ['svc'], usersMax: 2 })
      await store.assignAccounts(() => 'svc', 'all')
      const outputs = await Promise.all([1, 2, 3].map((at) => output(['work-in-places', url, `process-${at}`])))
      // Each process may have claimed two and begins with the first: what counts is how many were begun and not ended.
      const steps = outputs.flat().map((line) => line.split(' '))
      steps.sort((one, other) => Number(one[0]) - Number(other[0]) || (one[1] === 'end' ? -1 : 1))
      let atWork = 0
      let most = 0
      for (const [, step] of steps) {
        atWork += step === 'begin' ? 1 : -1
        most = Math.max(most, atWork)
      }
      expect(new Set(steps.map(([, , id]) => id)).size).toBe(30)
      expect(steps).toHaveLength(60)
      expect(most).toBeLessThanOrEqual(2)
      await store.close()
    })

    test('lose no update when they take turns under a lease', async () => {
      const url = await newDatabase()
      const store = await migrated(url)
      await Promise.all([1, 2].map((at) => output(['take-turns', url, `process-${at}`])))
      expect((await store.mailboxByEmail('ada@example.test'))?.attempts).toBe(100)
      await store.close()
    })

    test('leave whole commits behind when they are killed', async () => {
      const url = await newDatabase()
      const store = await migrated(url)
      for (let round = 0; round < KILLS; round += 1) {
        const { pairId, reported } = await killedInLoop(url, `round-${round}`, 3 + round * 2)
        const items = await store.countItemPairs(pairId)
        // What was reported is there; at most one more commit was under way.
        expect(items % 10).toBe(0)
        expect(items).toBeGreaterThanOrEqual(reported * 10)
        expect(items).toBeLessThanOrEqual((reported + 1) * 10)
        const mailbox = await store.mailboxByEmail(`round-${round}@example.test`)
        expect(await store.archiveEntries({ mailboxId: mailbox?.id ?? '' })).toHaveLength(items / 10)
      }
      expect(await checkConsistency(store.database)).toEqual([])
      await store.close()
    })

    test('keep a lease after their holder died, until it runs out', async () => {
      const url = await newDatabase()
      const store = await migrated(url)
      await output(['hold-lease', url, 'dead'])
      const { id } = await store.ensureMailbox('ada@example.test')
      expect(await store.acquireLease(id, { holder: 'next', ttlMs: 1000 })).toMatchObject({
        kind: 'busy',
        holder: 'dead',
      })
      await store.close()
    })
  })
}

describe('a SQLite file that another process has locked', () => {
  test('is waited for', async () => {
    const url = `sqlite:${join(folder, 'waited.db')}`
    const store = await migrated(url)
    const child = start(['hold-write-lock', url, '700'])
    await firstLine(child)
    // Reads go on meanwhile (WAL), and the thread is not blocked.
    expect(await store.listMailboxes()).toEqual([])
    let ticks = 0
    const timer = setInterval(() => (ticks += 1), 20)
    await store.ensureMailbox('ada@example.test')
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(3)
    await store.close()
  })

  test('is an error by name when it stays locked', async () => {
    const url = `sqlite:${join(folder, 'locked.db')}`
    const store = await migrated(url, 300)
    const child = start(['hold-write-lock', url, '25000'])
    await firstLine(child)
    await expect(store.ensureMailbox('ada@example.test')).rejects.toMatchObject({ code: 'state.locked' })
    await killed(child)
    await store.ensureMailbox('ada@example.test')
    await store.close()
  })
})

async function migrated(connectionString: string, lockWaitMs?: number) {
  const wait = lockWaitMs === undefined ? {} : { lockWaitMs }
  const store = await openStateStore({ connectionString, archiveKey: ARCHIVE_KEY, ...wait })
  await store.migrate()
  return store
}

function start(parameters: string[]): ChildProcess {
  return spawn(process.execPath, [CHILD, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function* linesOf(child: ChildProcess): AsyncGenerator<string> {
  if (child.stdout !== null) yield* createInterface({ input: child.stdout })
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of linesOf(child)) return line
  throw new Error('the process said nothing')
}

async function output(parameters: string[]): Promise<string[]> {
  const child = start(parameters)
  const exit = once(child, 'exit')
  const lines: string[] = []
  for await (const line of linesOf(child)) lines.push(line)
  expect((await exit)[0]).toBe(0)
  return lines
}

async function killed(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** Kills the process right after it reported so many commits: it is then in the middle of a later one. */
async function killedInLoop(url: string, name: string, commits: number): Promise<{ pairId: string; reported: number }> {
  const child = start(['commit-loop', url, name])
  const exit = once(child, 'exit')
  let pairId = ''
  let reported = 0
  for await (const line of linesOf(child)) {
    if (pairId === '') pairId = line
    else reported = Number(line)
    if (reported === commits) child.kill('SIGKILL')
  }
  await exit
  return { pairId, reported }
}
