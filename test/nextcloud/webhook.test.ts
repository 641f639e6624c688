/** The app's wake-up on a real server: sent after the change, signed, once for many changes; and what happens to people when nobody takes it. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWebhookVerifier } from '../../src/nextcloud/app/webhook.ts'
import { clientOf } from '../contract/nextcloud-app-suite.ts'
import { eventText } from '../contract/nextcloud-side-fixture.ts'
import { type RealAppServer, startAppServer } from './app-server.ts'
import { nextcloudTree } from './server.ts'

const given = nextcloudTree()
const title = `the wake-up of a real server${given.kind === 'skip' ? ` (skipped: ${given.reason})` : ''}`

type Call = { method: string; path: string; headers: IncomingHttpHeaders; body: Buffer }

describe.skipIf(given.kind === 'skip')(title, () => {
  let server: RealAppServer
  const calls: Call[] = []
  /** Milliseconds until it answers. */
  let delayMs = 0
  const receiver = createServer(async (request, reply) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', url: path = '', headers } = request
    calls.push({ method, path, headers, body: Buffer.concat(chunks) })
    setTimeout(() => reply.writeHead(204).end(), delayMs)
  })

  beforeAll(async () => {
    if (given.kind === 'skip') return
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const address = receiver.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    server = await startAppServer({ tree: given.tree })
    await server.newUsers([{ uid: 'alice', mailbox: 'alice@corp.test' }, { uid: 'carol' }])
    await server.set({ webhook_url: `http://127.0.0.1:${address.port}/webhook?from=cloud` })
  })
  afterAll(async () => {
    receiver.closeAllConnections()
    await new Promise((resolve) => receiver.close(resolve))
    await server?.close()
  })

  const write = (uid: string, name: string) =>
    server.put(uid, `calendars/${uid}/personal/${name}.ics`, eventText(`${uid}-${name}`, name))
  const arrived = async (count: number, withinMs = 10_000) => {
    const until = Date.now() + withinMs
    while (calls.length < count && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 20))
    return calls.splice(0)
  }

  it('names who changed something, and is signed as the daemon expects it', async () => {
    await write('alice', 'one')
    const [call] = await arrived(1)
    expect(JSON.parse(String(call?.body))).toEqual({ v: 1, event: 'changed', users: ['alice'] })
    const clock = { nowMs: () => Date.now(), sleep: async () => {} }
    const verifier = createWebhookVerifier({
      ...{ secrets: [server.account.sharedSecret], nonces: { remember: async () => true }, clock },
      mailboxesOf: async (users) => users.map((user) => `${user}@corp.test`),
    })
    const headers = Object.fromEntries(
      Object.entries(call?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    )
    const { method = '', path = '', body = Buffer.from('') } = call ?? {}
    const verdict = await verifier.verify({ method, path, headers, body })
    expect(verdict).toEqual({ kind: 'accepted', mailboxes: ['alice@corp.test'] })
  })

  it('is silent about who takes no part, and about what the connector wrote itself', async () => {
    await write('carol', 'own')
    const put = {
      method: 'PUT',
      path: 'calendars/alice/personal/batched.ics',
      headers: { 'Content-Type': 'text/calendar' },
    }
    const [answer] = await clientOf(server).batch('alice', [{ ...put, body: eventText('batched', 'Batched') }])
    expect(answer?.status).toBe(201)
    expect(await arrived(1, 1_500)).toEqual([])
  })

  it('tells of wishes and decisions', async () => {
    await server.withdraw('alice')
    const events = (await arrived(2)).map(({ body }) => (JSON.parse(String(body)) as { event: string }).event)
    expect(events.sort()).toEqual(['command', 'users'])
    await server.enrol('alice', 'alice@corp.test')
    await arrived(1)
  })

  it('costs nobody a write when it cannot be delivered, and is not tried again and again', async () => {
    // Longer than the app waits.
    delayMs = 4_000
    const startedAt = performance.now()
    for (let n = 0; n < 6; n++) await write('alice', `dead-${n}`)
    const seconds = (performance.now() - startedAt) / 1000
    const tried = (await arrived(4, 3_000)).length
    process.stdout.write(`webhook: 6 writes while nobody takes it: ${seconds.toFixed(1)} s, ${tried} tries\n`)
    expect(tried).toBeLessThanOrEqual(4)
    expect((await clientOf(server).work()).journalPending).toBeGreaterThanOrEqual(6)
    delayMs = 0
  })
})
