/** What is written at the same time on a real server with PostgreSQL: the change journal misses nothing and stands in nobody's way, a nonce holds once. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JournalEntry } from '../../src/nextcloud/app/answers.ts'
import type { AppClient } from '../../src/nextcloud/app/client.ts'
import { clientOf } from '../contract/nextcloud-app-suite.ts'
import { eventText } from '../contract/nextcloud-side-fixture.ts'
import { startPostgres } from '../postgres.ts'
import { type RealAppServer, startAppServer } from './app-server.ts'
import { nextcloudTree } from './server.ts'
import { API, DAV, refusalIn, signedBy } from './signed-request.ts'

const given = nextcloudTree()
const WRITERS = 4
const CHANGES_PER_WRITER = 250
const QUICK_POLL_MS = 20

/** Reads and acknowledges all the time, as the connector does, until it is told to stop and nothing is left. */
function poller(app: AppClient) {
  const seen: JournalEntry[] = []
  let isOver = false
  const run = async () => {
    for (;;) {
      const wasOver = isOver
      const { entries } = await app.journal()
      seen.push(...entries)
      if (entries.length > 0) await app.ackJournal(entries.map(({ id }) => id))
      else if (wasOver) return seen
      await new Promise((resolve) => setTimeout(resolve, QUICK_POLL_MS))
    }
  }
  const running = run()
  return {
    stop: () => {
      isOver = true
      return running
    },
  }
}

const title = `the journal on PostgreSQL${given.kind === 'skip' ? ` (skipped: ${given.reason})` : ''}`
describe.skipIf(given.kind === 'skip')(title, async () => {
  const postgres = given.kind === 'skip' ? given : await startPostgres()
  if (postgres.kind === 'skip') return void it.skip(`(skipped: ${postgres.reason})`, () => undefined)
  let server: RealAppServer
  beforeAll(async () => {
    if (given.kind === 'skip') return
    const database = (await postgres.createDatabase()) as `postgres://${string}`
    server = await startAppServer({ tree: given.tree, database, phpWorkers: WRITERS + 2 })
    await server.newUsers([{ uid: 'alice', mailbox: 'alice@corp.test' }])
  })
  afterAll(async () => {
    await server?.close()
    await postgres.stop()
  })

  async function write(writer: number, done: Map<string, string[]>): Promise<void> {
    for (let n = 0; n < CHANGES_PER_WRITER; n++) {
      // Made, changed, and every fifth removed: all in one calendar, where the writers meet.
      const object = `w${writer}-${Math.floor(n / 3)}.ics`
      const op = n % 3 === 0 ? 'create' : n % 15 === 14 ? 'delete' : 'update'
      const path = `calendars/alice/personal/${object}`
      if (op === 'delete')
        expect((await server.asUser('alice', { method: 'DELETE', path: DAV + path })).status).toBe(204)
      else await server.put('alice', path, eventText(object, `${op} ${n}`))
      done.set(object, [...(done.get(object) ?? []), op])
    }
  }

  it(`misses none of ${WRITERS * CHANGES_PER_WRITER} changes of ${WRITERS} writers while it is read and acknowledged`, async () => {
    const app = clientOf(server)
    const polling = poller(app)
    const done = new Map<string, string[]>()
    const startedAt = performance.now()
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer, done)))
    const seen = await polling.stop()
    const told = new Map<string, string[]>()
    for (const { object, op } of seen.sort((one, two) => one.id - two.id))
      if (object !== null) told.set(object, [...(told.get(object) ?? []), op])
    const missing = [...done].filter(([object, ops]) => told.get(object)?.join() !== ops.join())
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10
    process.stdout.write(
      `journal: ${seen.length} rows of ${WRITERS * CHANGES_PER_WRITER} changes in ${seconds} s, ${missing.length} objects wrong\n`,
    )
    expect(missing).toEqual([])
    expect((await app.work()).journalPending).toBe(0)
  })

  it('lets one of five copies of a request pass that arrive at once', async () => {
    const nonce = randomUUID()
    const copy = () => signedBy(server, { method: 'POST', path: `${API}journal/ack`, body: '{"ids":[]}' }, { nonce })
    const codes = (await Promise.all([copy(), copy(), copy(), copy(), copy()])).map(refusalIn)
    expect(codes.sort()).toEqual(['200', 'nonce', 'nonce', 'nonce', 'nonce'])
  })

  it('loses no write of a person when it cannot be written itself', async () => {
    const run = (sql: string) => postgresQuery(server, sql)
    await run('alter table oc_exc_journal rename to oc_exc_journal_away')
    const object = `${randomUUID()}.ics`
    await server.put('alice', `calendars/alice/personal/${object}`, eventText(object, 'Kept'))
    await run('alter table oc_exc_journal_away rename to oc_exc_journal')
    const stored = await server.asUser('alice', { method: 'GET', path: `${DAV}calendars/alice/personal/${object}` })
    expect([stored.status, stored.text.includes('Kept')]).toEqual([200, true])
  })
})

/** Through the server's own configuration, as it is the same database. */
async function postgresQuery({ databaseUrl }: RealAppServer, sql: string): Promise<void> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}
