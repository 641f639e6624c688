/** The list of everybody who takes part, for a large installation on a real server: page by page, at a price per page that does not grow with its length. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RealAppServer, startAppServer } from './app-server.ts'
import { onPostgres, sqlite } from './databases.ts'
import { PHP, run } from './install.ts'
import { nextcloudTree } from './server.ts'
import { API, dataIn, signedBy } from './signed-request.ts'

const given = nextcloudTree()
const USERS = 12_000
const PAGE = 500
/** Of a page; a request that does nothing has about 20, and one statement for each account would be 500 more. */
const STATEMENTS_MAX = 60
const MEMORY_BYTES_MAX = 64 * 1024 * 1024

type Page = { users: { uid: string; displayName: string; enabled: boolean; timeZone: string }[]; next: string | null }

const title = `${USERS} users on a real server${given.kind === 'skip' ? ` (skipped: ${given.reason})` : ''}`
describe.skipIf(given.kind === 'skip')(title, () => {
  describe.each([sqlite, onPostgres()])('with $name', (database) => {
    let server: RealAppServer
    let skip = ''
    const costLog = () => join(server.server.directory, 'data/cost.log')
    beforeAll(async () => {
      if (given.kind === 'skip') return
      const made = await database.make()
      if (typeof made === 'object') {
        skip = made.skip
        return
      }
      server = await startAppServer({ tree: given.tree, ...(made === undefined ? {} : { database: made }) })
      noteCost(server.server.directory)
      const filling = run('php', [...PHP, join(import.meta.dirname, 'many-users.php')], {
        cwd: server.server.directory,
      })
      filling.child.stdin?.end(JSON.stringify({ count: USERS }))
      expect((await filling).stdout).toContain('done')
      await server.setEnabled('many-000007', false)
    })
    afterAll(async () => {
      await server?.close()
      await database.end()
    })

    const timed = async <T>(work: () => Promise<T>): Promise<{ result: T; tookMs: number }> => {
      const startedAt = performance.now()
      const result = await work()
      return { result, tookMs: performance.now() - startedAt }
    }
    const page = async (cursor: string): Promise<Page> => {
      const answer = await signedBy(server, { method: 'GET', path: `${API}users?cursor=${cursor}&limit=${PAGE}` })
      expect(answer.status).toBe(200)
      return dataIn<Page>(answer)
    }

    it('come in pages, each of them complete, in little time and memory', async (context) => {
      if (skip !== '') return context.skip(skip)
      const idle: number[] = []
      for (let round = 0; round < 9; round++)
        idle.push((await timed(() => signedBy(server, { method: 'GET', path: `${API}work` }))).tookMs)
      writeFileSync(costLog(), '')
      const all: Page['users'] = []
      const took: number[] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const { result, tookMs }: { result: Page; tookMs: number } = await timed(() => page(cursor ?? ''))
        all.push(...result.users)
        took.push(tookMs)
        cursor = result.next
      }
      expect(new Set(all.map(({ uid }) => uid)).size).toBe(USERS)
      expect(all.filter(({ enabled }) => !enabled).map(({ uid }) => uid)).toEqual(['many-000007'])
      expect(all[11]).toMatchObject({ displayName: 'Person 11', timeZone: 'Europe/Berlin' })
      const noted = readFileSync(costLog(), 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(' ').map(Number))
      const [memory = 0, statements = 0] = [0, 1].map((at) => Math.max(...noted.map((line) => line[at] ?? 0)))
      const [idleMs, pageMs] = [median(idle), median(took)]
      process.stdout.write(
        `Nextcloud ${server.server.version}, ${database.name}: ${USERS} users in ${took.length} pages of ${PAGE}: ${pageMs.toFixed(0)} ms each (${Math.max(...took).toFixed(0)} ms at most; a request that does nothing ${idleMs.toFixed(0)} ms), ${(memory / 1024 / 1024).toFixed(0)} MiB, ${statements} statements at most\n`,
      )
      expect(took).toHaveLength(USERS / PAGE)
      expect(statements).toBeLessThan(STATEMENTS_MAX)
      expect(memory).toBeLessThan(MEMORY_BYTES_MAX)
    })

    it('are not read again for one who changed', async (context) => {
      if (skip !== '') return context.skip(skip)
      const since = Math.floor(Date.now() / 1000) - 3600
      const answer = await signedBy(server, { method: 'GET', path: `${API}users?updated_since=${since}` })
      expect(dataIn<Page>(answer).users.map(({ uid }) => uid)).toEqual(['many-000007'])
    })
  })
})

const median = (values: readonly number[]) =>
  [...values].sort((one, two) => one - two)[Math.floor(values.length / 2)] ?? 0

/** The copy under test writes down what each of its requests took: bytes of memory, and statements. Before the first one, because its scripts are kept compiled. */
function noteCost(directory: string): void {
  const entry = join(directory, 'ocs/v2.php')
  const cost =
    "memory_get_peak_usage() . ' ' . OCP\\Server::get(OCP\\IDBConnection::class)->getInner()->getStats()['executed'] . PHP_EOL"
  const line = `register_shutdown_function(fn () => file_put_contents(__DIR__ . '/../data/cost.log', ${cost}, FILE_APPEND));`
  const before = readFileSync(entry, 'utf8')
  const after = before.replace("require_once __DIR__ . '/v1.php';", `${line}\n$&`)
  expect(after).not.toBe(before)
  writeFileSync(entry, after)
}
