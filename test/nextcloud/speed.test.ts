/** What a batch saves on a real server: the same events, once by single requests and once together, in one run. The numbers are printed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AppClient, createAppClient } from '../../src/nextcloud/app/client.ts'
import { createDavTransport } from '../../src/nextcloud/dav/transport.ts'
import { eventText } from '../contract/nextcloud-side-fixture.ts'
import { SILENT } from '../world.ts'
import { type RealAppServer, startAppServer } from './app-server.ts'
import { onPostgres, sqlite } from './databases.ts'
import { nextcloudTree } from './server.ts'

const given = nextcloudTree()
const OBJECTS = 100
const ROUNDS = 3
const RATIO_MIN = 5

const median = (values: readonly number[]) =>
  [...values].sort((one, two) => one - two)[Math.floor(values.length / 2)] ?? 0

const title = `batches on a real server${given.kind === 'skip' ? ` (skipped: ${given.reason})` : ''}`
describe.skipIf(given.kind === 'skip')(title, () => {
  describe.each([sqlite, onPostgres()])('with $name', (database) => {
    let server: RealAppServer
    let app: AppClient
    const transport = createDavTransport({ redirects: 'none' })
    let skip = ''
    beforeAll(async () => {
      if (given.kind === 'skip') return
      const made = await database.make()
      if (typeof made === 'object') {
        skip = made.skip
        return
      }
      server = await startAppServer({ tree: given.tree, ...(made === undefined ? {} : { database: made }) })
      await server.newUsers([{ uid: 'alice', mailbox: 'alice@corp.test' }])
      const clock = { nowMs: () => Date.now(), sleep: async () => {} }
      const random = { uuid: () => crypto.randomUUID(), fraction: () => 0.5 }
      app = createAppClient({ rootUrl: server.rootUrl, account: server.account, transport, clock, random, log: SILENT })
    })
    afterAll(async () => {
      await transport.close()
      await server?.close()
      await database.end()
    })

    const write = (name: string) => ({
      ...{ method: 'PUT', path: `calendars/alice/personal/${name}.ics`, body: eventText(name, `Event ${name}`) },
      headers: { 'Content-Type': 'text/calendar', 'If-None-Match': '*' },
    })
    const timed = async (work: () => Promise<void>): Promise<number> => {
      const startedAt = performance.now()
      await work()
      return (performance.now() - startedAt) / OBJECTS
    }

    it(`write an object at least ${RATIO_MIN} times as fast as single requests do`, async (context) => {
      if (skip !== '') return context.skip(skip)
      const singles: number[] = []
      const batches: number[] = []
      // In turns, so that whatever else the machine does touches both alike.
      for (let round = 0; round < ROUNDS; round++) {
        const names = Array.from({ length: OBJECTS }, (_, n) => `${round}-${n}`)
        singles.push(
          await timed(async () => {
            for (const name of names) {
              const { path, ...request } = write(`single-${name}`)
              const url = `${server.rootUrl}remote.php/dav/${path}`
              expect((await app.dav('alice', { ...request, url })).status).toBe(201)
            }
          }),
        )
        batches.push(
          await timed(async () => {
            const answers = await app.batch(
              'alice',
              names.map((name) => write(`batch-${name}`)),
            )
            expect(answers.every(({ status }) => status === 201)).toBe(true)
          }),
        )
      }
      const [single, batch] = [median(singles), median(batches)]
      const line = `${database.name}: single PUT ${single.toFixed(1)} ms, in a batch of ${OBJECTS} ${batch.toFixed(1)} ms each: ${(single / batch).toFixed(1)} times as fast`
      process.stdout.write(`${line}\n`)
      expect(single / batch).toBeGreaterThanOrEqual(RATIO_MIN)
    })
  })
})
