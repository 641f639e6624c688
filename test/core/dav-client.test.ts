/** The CalDAV client against a scripted server: what it accepts, what it refuses, what it repeats, and what it never repeats. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createDavClient, type DavClient, type DavClientOptions } from '../../src/nextcloud/dav/client.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import {
  fixedRandom,
  type Handler,
  memoryLog,
  multistatus,
  okProps,
  quickClock,
  reply,
  replyMultistatus,
  type ScriptedServer,
  scriptedServer,
} from './dav-server.ts'

const PASSWORD = 'canary-password-7f3a'
const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

type Fixture = { client: DavClient; server: ScriptedServer; clock: ReturnType<typeof quickClock>; lines: string[] }

async function fixture(handler: Handler, options: Partial<DavClientOptions> = {}): Promise<Fixture> {
  const server = await scriptedServer(handler)
  const made = await clientFor(server.url, options)
  closers.push(server.close)
  return { ...made, server }
}

async function clientFor(baseUrl: string, options: Partial<DavClientOptions> = {}) {
  const clock = quickClock()
  const lines: string[] = []
  const client = createDavClient({
    baseUrl,
    username: 'anna',
    password: PASSWORD,
    clock,
    random: fixedRandom,
    log: memoryLog(lines),
    ...options,
  })
  closers.push(client.close)
  return { client, clock, lines }
}

async function failure(work: Promise<unknown>): Promise<ConnectorError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ConnectorError)) throw new Error(`no ConnectorError: ${String(error)}`)
  return error
}

const list = (client: DavClient, url: string) => client.propfind(url, { depth: '1', props: ['d:getetag'] })
const three = ['1', '2', '3'].map((n) => okProps(`/c/${n}.ics`, `<d:getetag>"0${n}"</d:getetag>`)).join('')

describe('answers', () => {
  it('reads etags as they are, never as numbers (SRV-7), and signs in with the app password', async () => {
    const { client, server } = await fixture((_, response) =>
      replyMultistatus(
        response,
        okProps('/c/1.ics', '<d:getetag>0123</d:getetag><d:displayname> 1e5 </d:displayname>'),
      ),
    )
    const { responses } = await list(client, `${server.url}/c/`)
    expect(responses[0]?.props.get('{DAV:}getetag')?.text).toBe('0123')
    expect(responses[0]?.props.get('{DAV:}displayname')?.text).toBe(' 1e5 ')
    const expected = `Basic ${Buffer.from(`anna:${PASSWORD}`).toString('base64')}`
    expect(server.seen[0]?.headers.authorization).toBe(expected)
    expect(server.seen[0]?.headers.depth).toBe('1')
  })

  it('never reads a cut multistatus as a shorter list (LOS-2), wherever it is cut', async () => {
    const whole = multistatus(three)
    let cut = 0
    const { client, server } = await fixture((_, response) =>
      reply(response, 207, whole.slice(0, cut), { 'content-type': 'application/xml' }),
    )
    for (cut = 0; cut < whole.length; cut += 7) {
      const error = await failure(list(client, `${server.url}/c/`))
      expect(error.code, `cut at ${cut}`).toBe('nextcloud.truncated')
    }
    cut = whole.length
    expect((await list(client, `${server.url}/c/`)).responses).toHaveLength(3)
  })

  it('refuses a body that ends before its announced length', async () => {
    const { client, server } = await fixture((_, response) => {
      const text = multistatus(three)
      response.writeHead(207, { 'content-type': 'application/xml', 'content-length': String(text.length + 50) })
      response.write(text)
      setTimeout(() => response.destroy(), 20)
    })
    expect((await failure(list(client, `${server.url}/c/`))).code).toBe('nextcloud.truncated')
  })

  it('survives control characters that a person pasted into one event (LOS-8)', async () => {
    const { client, server } = await fixture((_, response) =>
      replyMultistatus(response, okProps('/c/1.ics', '<c:calendar-data>a\u0001b&#x1F;c&#10;d</c:calendar-data>')),
    )
    const { responses } = await list(client, `${server.url}/c/`)
    expect(responses[0]?.props.get('{urn:ietf:params:xml:ns:caldav}calendar-data')?.text).toBe('abc\nd')
  })

  it.each([
    ['a login page with 200', 200, '<!DOCTYPE html><html><body>Log in</body></html>', 'nextcloud.bad-response'],
    ['HTML with 207', 207, '<html><body>hello</body></html>', 'nextcloud.bad-response'],
    ['XML with a DTD', 207, '<!DOCTYPE x [<!ENTITY a "b">]><d:multistatus xmlns:d="DAV:"/>', 'nextcloud.bad-response'],
    ['403', 403, '', 'nextcloud.access-denied'],
    ['404 (LOS-1: never empty)', 404, '', 'nextcloud.collection-not-found'],
    ['507', 507, '', 'nextcloud.quota'],
    ['500', 500, 'PHP Fatal error', 'nextcloud.server-error'],
  ])('says what is wrong: %s', async (_name, status, text, code) => {
    const { client, server } = await fixture((_, response) => reply(response, status, text))
    expect((await failure(list(client, `${server.url}/c/`))).code).toBe(code)
  })

  it('refuses an answer over the size limit while reading it', async () => {
    const { client, server } = await fixture((_, response) => {
      response.writeHead(207, { 'content-type': 'application/xml' })
      const part = Buffer.alloc(1024 * 1024, 32)
      const write = (): void => {
        while (!response.destroyed) {
          if (!response.write(part)) return void response.once('drain', write)
        }
      }
      write()
    })
    expect((await failure(list(client, `${server.url}/c/`))).code).toBe('nextcloud.too-large')
  })

  it('escapes what it sends, an ampersand in its escaped form included', async () => {
    const { client, server } = await fixture((_, response) => replyMultistatus(response, ''))
    const { xmlText } = await import('../../src/nextcloud/dav/xml.ts')
    await client.report(`${server.url}/c/`, {
      root: 'c:calendar-multiget',
      body: { 'd:href': xmlText('/c/a&amp;<b>.ics') },
    })
    expect(server.seen[0]?.body).toContain('/c/a&amp;amp;&lt;b&gt;.ics')
  })
})

describe('signing in', () => {
  it('stops at the first 401: no second request of this client reaches the server', async () => {
    const { client, server, lines } = await fixture((_, response) => reply(response, 401))
    const first = await failure(list(client, `${server.url}/c/`))
    expect(first.code).toBe('nextcloud.sign-in')
    expect((await failure(client.get(`${server.url}/c/1.ics`))).code).toBe('nextcloud.sign-in')
    expect(server.seen).toHaveLength(1)
    expect(JSON.stringify([first.fields, first.message, lines])).not.toContain(PASSWORD)
  })

  it('follows a redirect on the same host for a read, and never takes the password to another host', async () => {
    const { client, server } = await fixture((request, response) => {
      if (request.path === '/old/') return reply(response, 301, '', { location: '/new/' })
      if (request.path === '/away/') {
        return reply(response, 302, '', { location: `http://localhost:${request.headers.host?.split(':')[1]}/new/` })
      }
      if (request.path === '/port/') return reply(response, 302, '', { location: 'http://127.0.0.1:1/' })
      if (request.path === '/loop/') return reply(response, 302, '', { location: '/loop/' })
      replyMultistatus(response, okProps('/new/1.ics', ''))
    })
    expect((await list(client, `${server.url}/old/`)).url).toBe(`${server.url}/new/`)
    expect((await failure(list(client, `${server.url}/away/`))).code).toBe('nextcloud.redirect')
    expect((await failure(list(client, `${server.url}/port/`))).code).toBe('nextcloud.redirect')
    expect((await failure(list(client, `${server.url}/loop/`))).code).toBe('nextcloud.redirect')
    const write = client.put(`${server.url}/old/`, 'x', { kind: 'must-be-new' })
    expect((await failure(write)).fields.sent).toBe('no')
    expect(server.seen.at(-1)?.path).toBe('/old/')
  })
})

describe('repeating', () => {
  it('waits as long as Retry-After says, through the clock, and goes on', async () => {
    const { client, server, clock } = await fixture((_, response, nth) =>
      nth <= 2 ? reply(response, nth === 1 ? 429 : 503, '', { 'retry-after': '7' }) : replyMultistatus(response, three),
    )
    expect((await list(client, `${server.url}/c/`)).responses).toHaveLength(3)
    expect(clock.waits).toEqual([7000, 7000])
  })

  it('gives up as throttled after a bounded number of refusals, and at once when the wait is too long', async () => {
    let retryAfter = '1'
    const { client, server } = await fixture((_, response) => reply(response, 503, '', { 'retry-after': retryAfter }))
    expect((await failure(list(client, `${server.url}/c/`))).code).toBe('nextcloud.throttled')
    expect(server.seen).toHaveLength(6)
    retryAfter = '3600'
    const long = await failure(list(client, `${server.url}/c/`))
    expect(long.fields.retryAfterMs).toBe(3_600_000)
    expect(server.seen).toHaveLength(7)
  })

  it('repeats a write that met a locked database, because it was rolled back', async () => {
    const { client, server, clock } = await fixture((_, response, nth) =>
      nth <= 2 ? reply(response, 500, 'SQLSTATE[HY000]: General error: 5 database is locked') : reply(response, 201),
    )
    expect((await client.put(`${server.url}/c/1.ics`, 'x', { kind: 'must-be-new' })).status).toBe(201)
    expect(clock.waits).toEqual([375, 750])
  })

  it('repeats a broken read, but never a write whose answer was lost', async () => {
    const { client, server } = await fixture((_, response, nth) =>
      nth === 2 ? replyMultistatus(response, three) : void response.destroy(),
    )
    expect((await list(client, `${server.url}/c/`)).responses).toHaveLength(3)
    const error = await failure(client.put(`${server.url}/c/1.ics`, 'x', { kind: 'must-be-new' }))
    expect(error.fields.sent).toBe('maybe')
    expect(server.seen.filter((request) => request.method === 'PUT')).toHaveLength(1)
  })

  it('takes the status of a write for its answer even when the body broke off', async () => {
    const { client, server } = await fixture((_, response) => {
      response.writeHead(201, { etag: '"1"', 'content-length': '10' })
      response.write('x')
      setTimeout(() => response.destroy(), 20)
    })
    const answer = await client.put(`${server.url}/c/1.ics`, 'x', { kind: 'must-be-new' })
    expect([answer.status, answer.headers.get('etag')]).toEqual([201, '"1"'])
  })
})

describe('writes', () => {
  it('are conditional and silent: no write of the client makes Nextcloud mail anybody (INV-2)', async () => {
    const { client, server } = await fixture((_, response) => reply(response, 204))
    await client.put(`${server.url}/c/1.ics`, 'BEGIN', { kind: 'must-be-new' })
    await client.put(`${server.url}/c/1.ics`, 'BEGIN', { kind: 'must-match', etag: '"e"' })
    await client.remove(`${server.url}/c/1.ics`, '"e"')
    for (const { headers } of server.seen) {
      expect(headers['schedule-reply']).toBe('F')
      expect(headers['x-nc-scheduling']).toBe('false')
    }
    expect(server.seen.map(({ headers }) => headers['if-none-match'] ?? headers['if-match'])).toEqual([
      '*',
      '"e"',
      '"e"',
    ])
    expect(server.seen[0]?.headers['content-type']).toBe('text/calendar; charset=utf-8')
  })

  it('say that a card is one: Sabre answers 415 to a card that comes as a calendar', async () => {
    const { client, server } = await fixture((_, response) => reply(response, 204))
    await client.put(`${server.url}/c/1.vcf`, 'BEGIN:VCARD', { kind: 'must-be-new' })
    expect(server.seen[0]?.headers['content-type']).toBe('text/vcard; charset=utf-8')
  })
})

describe('the network', () => {
  it('tells a refused connection, an unknown name and a silent server apart', async () => {
    const blocker = createServer()
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve))
    const address = blocker.address()
    const port = typeof address === 'object' ? address?.port : 0
    await new Promise((resolve) => blocker.close(resolve))
    const refused = await clientFor(`http://127.0.0.1:${port}/`)
    expect(await failure(refused.client.get(`http://127.0.0.1:${port}/x`))).toMatchObject({
      code: 'nextcloud.unreachable',
      fields: { sent: 'no', reason: 'ECONNREFUSED' },
    })
    const unknown = await clientFor('http://no-such-host.invalid/')
    expect((await failure(unknown.client.get('http://no-such-host.invalid/x'))).code).toBe('nextcloud.unreachable')
    const blocked = await clientFor('http://127.0.0.1:6000/')
    expect(await failure(blocked.client.get('http://127.0.0.1:6000/x'))).toMatchObject({
      code: 'nextcloud.unreachable',
      fields: { sent: 'no', reason: expect.stringMatching(/^port 6000 is one that HTTP clients refuse to call/) },
    })
    const { client, server } = await fixture(() => undefined, { timeoutMs: 200 })
    expect(await failure(client.get(`${server.url}/x`))).toMatchObject({
      code: 'nextcloud.timeout',
      fields: { sent: 'maybe' },
    })
  })

  it('names the reason when a certificate is not trusted, and accepts the configured authority', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dav-tls-'))
    closers.push(async () => rmSync(folder, { recursive: true }))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject],
      { stdio: 'ignore' },
    )
    const pem = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
    const server = await scriptedServer((_, response) => replyMultistatus(response, three), pem)
    closers.push(server.close)
    const plain = await clientFor(server.url)
    expect(await failure(list(plain.client, `${server.url}/c/`))).toMatchObject({
      code: 'nextcloud.tls',
      fields: { reason: 'DEPTH_ZERO_SELF_SIGNED_CERT', sent: 'no' },
    })
    const trusting = await clientFor(server.url, { tls: { ca: pem.cert } })
    expect((await list(trusting.client, `${server.url}/c/`)).responses).toHaveLength(3)
  })

  it('keeps its connections from one report to the next: a pass must not begin with a handshake', async () => {
    const { client, server } = await fixture((_, response) => replyMultistatus(response, ''))
    for (let pass = 0; pass < 6; pass++) {
      await client.report(`${server.url}/c/`, { root: 'd:sync-collection', body: {} })
      await new Promise((done) => setTimeout(done, 20))
    }
    expect(server.seen.map(({ method }) => method)).toEqual(Array.from({ length: 6 }, () => 'REPORT'))
    expect(server.connections()).toBeLessThanOrEqual(2)
  })

  it('sends nothing more when it is told to stop while it waits for a throttling server', async () => {
    const stop = new AbortController()
    const { client, server } = await fixture(
      (_, response) => {
        stop.abort()
        reply(response, 503, '', { 'retry-after': '5' })
      },
      { signal: stop.signal },
    )
    const error = await failure(client.put(`${server.url}/x`, 'x', { kind: 'must-be-new' }))
    expect([error.code, error.fields.sent]).toEqual(['stopped', 'no'])
    expect(server.seen).toHaveLength(1)
  })

  it('stops a read when it is told to', async () => {
    const stop = new AbortController()
    const { client, server } = await fixture(() => stop.abort(), { signal: stop.signal })
    expect((await failure(client.get(`${server.url}/x`))).code).toBe('stopped')
    expect((await failure(client.get(`${server.url}/x`))).code).toBe('stopped')
    expect(server.seen).toHaveLength(1)
  })
})
