/** The EWS client against a server that answers, refuses, cuts and lies: what is repeated, what is not, and what is known afterwards. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { basicAuth } from '../../src/exchange/auth/basic.ts'
import type { EwsAuth } from '../../src/exchange/auth/port.ts'
import type { CallOptions, EwsClient, EwsClientOptions } from '../../src/exchange/ews/client.ts'
import { mayHaveBeenApplied, onlyValue } from '../../src/exchange/ews/operation.ts'
import { deleteItem } from '../../src/exchange/ews/operations/delete-item.ts'
import { getItem } from '../../src/exchange/ews/operations/get-item.ts'
import { syncFolderItems } from '../../src/exchange/ews/operations/sync-folder-items.ts'
import { SEND_TO_NONE } from '../../src/exchange/ews/send-mode.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import { testCertificate } from './ews-certificate.ts'
import { answer, client, instantClock, type ScriptServer, type Step, scriptServer } from './ews-script-server.ts'

const GOLDEN = join(import.meta.dirname, '../golden/ews')
const golden = (file: string): string => readFileSync(join(GOLDEN, file), 'utf8')
const FAULT_BUSY = golden('Fault/busy.xml')
const FEED = golden('SyncFolderItems/response-idle.xml')

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

async function start(
  steps: Step[],
  options: Partial<EwsClientOptions> = {},
): Promise<{ server: ScriptServer; ews: EwsClient }> {
  const server = await scriptServer(steps)
  const ews = client(`http://127.0.0.1:${server.port}/EWS/Exchange.asmx`, options)
  open.push(server, ews)
  return { server, ews }
}

const ALICE: CallOptions = { mailbox: 'alice@example.org' }

function sync(ews: EwsClient, options: CallOptions = ALICE) {
  const folder = { kind: 'distinguished', name: 'calendar' } as const
  return ews.call(syncFolderItems, { shape: { base: 'IdOnly' }, folder, syncState: null, sizeMax: 512 }, options)
}

function remove(ews: EwsClient, ids: string[], options: CallOptions = ALICE) {
  return ews.call(deleteItem, { send: SEND_TO_NONE, ids: ids.map((id) => ({ kind: 'item' as const, id })) }, options)
}

async function errorOf(promise: Promise<unknown>): Promise<ConnectorError> {
  const error = await promise.then(
    () => new Error('accepted'),
    (failure: unknown) => failure,
  )
  if (!(error instanceof ConnectorError)) throw error
  expect(JSON.stringify([error.fields, error.message, String(error)])).not.toContain('canary-secret')
  return error
}

/** An answer to DeleteItem with these response codes, one per id. */
function deleted(...codes: string[]): string {
  const messages = codes.map((code) => {
    const kind = code === 'NoError' ? 'Success' : code === 'ErrorBatchProcessingStopped' ? 'Warning' : 'Error'
    return `<m:DeleteItemResponseMessage ResponseClass="${kind}"><m:ResponseCode>${code}</m:ResponseCode></m:DeleteItemResponseMessage>`
  })
  return `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><m:DeleteItemResponse xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"><m:ResponseMessages>${messages.join('')}</m:ResponseMessages></m:DeleteItemResponse></s:Body></s:Envelope>`
}

const cut: Step = (_, response) => {
  response.writeHead(200, { 'content-type': 'text/xml', 'content-length': '5000' })
  response.write(FEED.slice(0, 600), () => response.destroy())
}
const reset: Step = ({ socket }) => {
  socket.resetAndDestroy()
}

describe('a call', () => {
  it('sends one signed envelope for the mailbox and reads the answer', async () => {
    const { server, ews } = await start([answer(200, FEED)], {
      auth: basicAuth({ username: 'EX\\svc', password: 'pä:ss' }),
    })
    expect(onlyValue(await sync(ews))).toEqual({ syncState: 'H4sIAAAAItems2=', last: true, entries: [] })
    const [seen] = server.seen
    expect(seen?.url).toBe('/EWS/Exchange.asmx')
    expect(seen?.headers).toMatchObject({
      'content-type': 'text/xml; charset=utf-8',
      'x-anchormailbox': 'alice@example.org',
    })
    expect(seen?.headers.authorization).toBe(`Basic ${Buffer.from('EX\\svc:pä:ss').toString('base64')}`)
    expect(seen?.body).toContain('<t:PrimarySmtpAddress>alice@example.org</t:PrimarySmtpAddress>')
    expect(ews.serverBuild()).toBe('15.2.1544.9')
  })

  it('for a mailbox whose name fits no HTTP header leaves out only the routing hint', async () => {
    const { server, ews } = await start([answer(200, FEED)])
    onlyValue(await sync(ews, { mailbox: 'łukasz@example.org' }))
    expect(server.seen[0]?.headers['x-anchormailbox']).toBeUndefined()
    expect(server.seen[0]?.body).toContain('łukasz@example.org')
  })

  it('without parts asks nothing', async () => {
    const { server, ews } = await start([answer(200, FEED)])
    expect(await remove(ews, [])).toEqual([])
    expect(server.seen).toHaveLength(0)
  })

  it('reads a packed answer and keeps one connection for many', async () => {
    const { server, ews } = await start([answer(200, gzipSync(FEED), { 'content-encoding': 'gzip' })])
    for (let i = 0; i < 5; i++) onlyValue(await sync(ews))
    expect(new Set(server.seen.map(({ socket }) => socket)).size).toBe(1)
  })

  it('asks in the older schema when the server does not know the newer one, also for a write', async () => {
    const { server, ews } = await start([answer(500, golden('Fault/version.xml')), answer(200, deleted('NoError'))])
    expect(await remove(ews, ['a'])).toEqual([{ kind: 'ok', value: null }])
    await remove(ews, ['b'])
    expect(server.seen.map(({ body }) => /Version="(.*?)"/.exec(body.slice(60))?.[1])).toEqual([
      'Exchange2016',
      'Exchange2013_SP1',
      'Exchange2013_SP1',
    ])
  })

  it('refuses an address that is none or holds credentials', () => {
    expect(() => client('mail.example.org')).toThrow('config.invalid')
    expect(() => client('https://me:secret@mail.example.org/EWS')).toThrow('config.invalid')
  })
})

describe('a broken connection', () => {
  it('cuts an answer: the read is asked again', async () => {
    const { server, ews } = await start([cut, cut, answer(200, FEED)])
    onlyValue(await sync(ews))
    expect(server.seen).toHaveLength(3)
  })

  it('cuts every answer: the read fails within its bound, never as an empty feed', async () => {
    const { server, ews } = await start([cut])
    expect(await errorOf(sync(ews))).toMatchObject({
      code: 'exchange.truncated',
      fields: { operation: 'SyncFolderItems' },
    })
    expect(server.seen).toHaveLength(3)
  })

  it.each([
    ['is reset', reset, 'exchange.unreachable'],
    ['cuts the answer', cut, 'exchange.truncated'],
    [
      'ends with a gateway error',
      answer(502, 'bad gateway', { 'content-type': 'text/plain' }),
      'exchange.server-error',
    ],
    ['gives half an envelope', answer(200, deleted('NoError').slice(0, -20)), 'exchange.truncated'],
    [
      'gives an internal error',
      answer(500, FAULT_BUSY.replaceAll('ErrorServerBusy', 'ErrorInternalServerError')),
      'exchange.server-error',
    ],
  ])('under a write that %s leaves it unknown and sends nothing twice', async (_, step, code) => {
    const { server, ews } = await start([step])
    const error = await errorOf(remove(ews, ['a']))
    expect([error.code, mayHaveBeenApplied(error)]).toEqual([code, true])
    expect(server.seen).toHaveLength(1)
  })

  it('that never came about is known not to have written', async () => {
    const { server, ews } = await start([reset])
    await server.close()
    const error = await errorOf(remove(ews, ['a']))
    expect(error).toMatchObject({ code: 'exchange.unreachable', fields: { reason: 'refused', sent: 'no' } })
  })

  it('to a name that does not exist says so', async () => {
    const ews = client('https://mail.invalid/EWS/Exchange.asmx')
    open.push(ews)
    const error = await errorOf(sync(ews))
    expect(error.code).toBe('exchange.unreachable')
    expect(error.fields.sent).toBe('no')
  })

  it('ends a slow answer with a timeout, before and after its headers', async () => {
    const slowBody: Step = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/xml' }).write('<a>')
    }
    const silent: Step = () => {}
    for (const step of [slowBody, silent]) {
      const { server, ews } = await start([step], { requestTimeoutMs: 150 })
      const error = await errorOf(remove(ews, ['a']))
      expect(error).toMatchObject({ code: 'exchange.timeout', fields: { sent: 'maybe' } })
      expect(server.seen).toHaveLength(1)
    }
  })

  it('ends at once when the caller stops, and nothing leaves when it had stopped before', async () => {
    const { server, ews } = await start([() => {}])
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 100)
    const error = await errorOf(remove(ews, ['a'], { ...ALICE, signal: stop.signal }))
    expect(error).toMatchObject({ code: 'stopped', fields: { sent: 'maybe' } })
    const early = await errorOf(remove(ews, ['a'], { ...ALICE, signal: AbortSignal.abort() }))
    expect(early).toMatchObject({ code: 'stopped', fields: { sent: 'no' } })
    expect(server.seen).toHaveLength(1)
  })
})

describe('an answer that is none', () => {
  const html = { 'content-type': 'text/html' }
  it.each([
    ['a login page', answer(200, '<html>sign in</html>', html), 'exchange.not-ews', 'maybe'],
    ['a login page named XML', answer(200, '<!DOCTYPE html><html/>'), 'exchange.not-ews', 'maybe'],
    ['an empty page', answer(200, ''), 'exchange.truncated', 'maybe'],
    ['401', answer(401, '', { 'www-authenticate': 'Negotiate, NTLM' }), 'exchange.sign-in', 'no'],
    ['403', answer(403, '<html/>', html), 'exchange.access-denied', 'no'],
    ['404', answer(404, 'not here', html), 'exchange.not-ews', 'no'],
    ['400', answer(400, ''), 'exchange.schema', 'no'],
    ['418', answer(418, ''), 'exchange.bad-response', 'maybe'],
    ['500 with a page', answer(500, '<html/>', html), 'exchange.server-error', 'maybe'],
    ['503 without a time', answer(503, '<html/>', html), 'exchange.server-error', 'maybe'],
    ['an answer to something else', answer(200, FEED), 'exchange.bad-response', 'maybe'],
  ])('%s has its own error', async (_, step, code, sent) => {
    const { ews } = await start([step])
    const error = await errorOf(remove(ews, ['a']))
    expect(error.code).toBe(code)
    expect(mayHaveBeenApplied(error)).toBe(sent === 'maybe')
  })

  it('names the schemes that a 401 offers, and asks for a fresh token once', async () => {
    const { server, ews } = await start([
      answer(401, '', { 'www-authenticate': 'Bearer realm="x"' }),
      answer(200, FEED),
    ])
    expect((await errorOf(sync(ews))).fields.offered).toBe('Bearer')
    let token = 'old'
    const auth: EwsAuth = {
      kind: 'per-request',
      scheme: 'Bearer',
      authorize: async () => ({ authorization: `Bearer ${token}` }),
      refused: async () => {
        token = 'new'
        return 'retry'
      },
    }
    const renewing = await start([answer(401, ''), answer(200, FEED)], { auth })
    onlyValue(await sync(renewing.ews))
    expect(renewing.server.seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new'])
    expect(server.seen).toHaveLength(1)
  })

  it('larger than the limit is refused while it streams, announced or not, packed or not', async () => {
    const big = 'x'.repeat(300_000)
    const streamed: Step = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/xml' })
      for (let i = 0; i < 300; i++) response.write(big)
    }
    const packed = answer(200, gzipSync(big), { 'content-encoding': 'gzip' })
    for (const step of [answer(200, big), streamed, packed]) {
      const { ews } = await start([step], { responseBytesMax: 100_000 })
      expect((await errorOf(sync(ews))).code).toBe('exchange.too-large')
    }
  })

  it('packed and cut is truncated', async () => {
    const half = gzipSync(FEED).subarray(0, 200)
    const { ews } = await start([answer(200, half, { 'content-encoding': 'gzip' })])
    expect((await errorOf(sync(ews))).code).toBe('exchange.truncated')
  })
})

describe('a server under load', () => {
  const clocked = () => {
    const clock = instantClock()
    return { clock, options: { clock } }
  }

  it.each([
    ['a fault with BackOffMilliseconds', answer(500, FAULT_BUSY), 1200],
    ['503 with Retry-After', answer(503, '', { 'retry-after': '7' }), 7000],
    ['429 without a time', answer(429, ''), 1000],
  ])('says so with %s: even a write waits and is sent again', async (_, step, waitMs) => {
    const { clock, options } = clocked()
    const { server, ews } = await start([step, answer(200, deleted('NoError'))], options)
    expect(await remove(ews, ['a'])).toEqual([{ kind: 'ok', value: null }])
    expect(clock.slept).toEqual([waitMs])
    expect(server.seen).toHaveLength(2)
  })

  it('for ever: gives up as throttled, with the time to wait', async () => {
    const { clock, options } = clocked()
    const { server, ews } = await start([answer(500, FAULT_BUSY)], options)
    const error = await errorOf(remove(ews, ['a']))
    expect(error).toMatchObject({ code: 'exchange.throttled', fields: { retryAfterMs: 1200, sent: 'no' } })
    expect(server.seen).toHaveLength(6)
    expect(clock.slept).toEqual([1200, 2000, 4000, 8000, 16000])
  })

  it('for an hour: the call does not wait, and the next one does not even ask', async () => {
    const { options } = clocked()
    const { server, ews } = await start([answer(503, '', { 'retry-after': '3600' }), answer(200, FEED)], options)
    expect(await errorOf(sync(ews))).toMatchObject({ code: 'exchange.throttled', fields: { retryAfterMs: 3_600_000 } })
    expect(await errorOf(sync(ews))).toMatchObject({ code: 'exchange.throttled' })
    expect(server.seen).toHaveLength(1)
  })

  it('in some parts of a write: only those are sent again', async () => {
    const { options } = clocked()
    const steps = [
      answer(200, deleted('NoError', 'ErrorServerBusy', 'ErrorItemNotFound', 'ErrorServerBusy')),
      answer(200, deleted('NoError', 'NoError')),
    ]
    const { server, ews } = await start(steps, options)
    const results = await remove(ews, ['a', 'b', 'c', 'd'])
    expect(results.map(({ kind }) => kind)).toEqual(['ok', 'ok', 'failed', 'ok'])
    expect([...(server.seen[1]?.body.matchAll(/ItemId Id="(.)"/g) ?? [])].map(([, id]) => id)).toEqual(['b', 'd'])
  })

  it('after a part of a write was done: nothing is thrown, the other part says what is known of it', async () => {
    const { options } = clocked()
    const { ews } = await start([answer(200, deleted('NoError', 'ErrorServerBusy')), reset], options)
    const [done, unknown] = await remove(ews, ['a', 'b'])
    expect(done).toEqual({ kind: 'ok', value: null })
    expect(unknown).toMatchObject({
      kind: 'failed',
      error: { code: 'exchange.unreachable', fields: { sent: 'maybe' } },
    })
  })

  it('in a part of a read: the whole read waits', async () => {
    const { options } = clocked()
    const { ews } = await start([answer(200, golden('GetItem/response-busy.xml'))], options)
    const ids = [{ kind: 'item', id: 'a' }] as const
    const error = await errorOf(ews.call(getItem, { shape: { base: 'IdOnly' }, ids }, ALICE))
    expect(error).toMatchObject({ code: 'exchange.throttled', fields: { retryAfterMs: 2500 } })
  })

  it('SRV-4: stops a batch at a broken part: the rest is sent again', async () => {
    const stopped = 'ErrorBatchProcessingStopped'
    const steps = [
      answer(200, deleted('NoError', 'ErrorItemCorrupt', stopped, stopped)),
      answer(200, deleted('NoError', 'NoError')),
    ]
    const { ews } = await start(steps)
    expect((await remove(ews, ['a', 'b', 'c', 'd'])).map(({ kind }) => kind)).toEqual(['ok', 'failed', 'ok', 'ok'])
    const stuck = await start([answer(200, deleted(stopped, stopped))])
    expect((await remove(stuck.ews, ['a', 'b'])).map(({ kind }) => kind)).toEqual(['failed', 'failed'])
    expect(stuck.server.seen).toHaveLength(1)
  })

  it('SRV-1: is asked at most so often at once, and fewer times for folder synchronisation', async () => {
    const later: Step = (seen, response) => {
      setTimeout(
        () => answer(200, seen.body.includes('SyncFolderItems') ? FEED : deleted('NoError'))(seen, response),
        20,
      )
    }
    const { server, ews } = await start([later], { concurrencyMax: 6 })
    await Promise.all(Array.from({ length: 4 }, () => sync(ews)))
    expect(server.mostAtOnce()).toBe(4)
    await Promise.all(Array.from({ length: 9 }, () => sync(ews)))
    expect(server.mostAtOnce()).toBeGreaterThan(4)
    await Promise.all(Array.from({ length: 20 }, () => remove(ews, ['a'])))
    expect(server.mostAtOnce()).toBe(6)
  })
})

describe('TLS', () => {
  const day = 24 * 60 * 60 * 1000
  const from = (days: number): Date => new Date(Date.now() + days * day)
  const valid = testCertificate('localhost', from(-1), from(1))

  async function startTls(
    certificate = valid,
    options: Partial<EwsClientOptions> = {},
    steps: Step[] = [answer(200, FEED)],
  ) {
    const server = await scriptServer(steps, certificate)
    const ews = client(`https://localhost:${server.port}/EWS/Exchange.asmx`, {
      tls: { ca: certificate.cert },
      ...options,
    })
    open.push(server, ews)
    return { server, ews }
  }

  it('is trusted with the right authority', async () => {
    const { ews } = await startTls()
    onlyValue(await sync(ews))
  })

  it.each([
    ['expired', testCertificate('localhost', from(-9), from(-1)), {}],
    ['not-yet-valid', testCertificate('localhost', from(2), from(9)), {}],
    ['host-name', testCertificate('mail.example.org', from(-1), from(1)), {}],
    ['self-signed', valid, { tls: {} }],
  ])('refuses a certificate that is %s before anything is sent', async (reason, certificate, options) => {
    const { server, ews } = await startTls(certificate, options)
    const error = await errorOf(remove(ews, ['a']))
    expect(error).toMatchObject({ code: 'exchange.tls', fields: { reason, sent: 'no' } })
    expect(server.seen).toHaveLength(0)
  })

  it('follows a redirect to the same host over TLS, as the same request', async () => {
    const { server, ews } = await startTls(valid, {}, [
      answer(307, '', { location: '/ews/other.asmx' }),
      answer(200, FEED),
    ])
    onlyValue(await sync(ews))
    expect(server.seen.map(({ url }) => url)).toEqual(['/EWS/Exchange.asmx', '/ews/other.asmx'])
    expect(server.seen[1]?.body).toBe(server.seen[0]?.body)
  })

  it.each([
    ['another host', 'https://evil.example/EWS', 'other-host'],
    ['plain HTTP', 'http://localhost/EWS', 'not-https'],
    ['nowhere', 'https://', 'no-target'],
  ])('does not follow a redirect to %s', async (_, location, reason) => {
    const { server, ews } = await startTls(valid, {}, [answer(302, '', { location })])
    expect(await errorOf(remove(ews, ['a']))).toMatchObject({
      code: 'exchange.redirect',
      fields: { reason, sent: 'no' },
    })
    expect(server.seen).toHaveLength(1)
  })

  it('ends a chain of redirects', async () => {
    const { server, ews } = await startTls(valid, {}, [answer(308, '', { location: '/again' })])
    expect(await errorOf(sync(ews))).toMatchObject({ code: 'exchange.redirect', fields: { reason: 'too-many' } })
    expect(server.seen).toHaveLength(4)
  })

  it('shakes hands once per connection for schemes that need it, and shows the certificate', async () => {
    const certificates: (Uint8Array | null)[] = []
    const auth: EwsAuth = {
      kind: 'per-connection',
      scheme: 'Test',
      begin: ({ certificate }) => {
        certificates.push(certificate)
        return {
          next: async (challenges) => {
            if (challenges.includes('Test')) return { authorization: 'Test one', complete: false }
            return challenges.includes('Test two') ? { authorization: 'Test three', complete: true } : null
          },
        }
      },
    }
    const standing = new WeakMap<object, string>()
    const handshake: Step = (seen, response) => {
      const { authorization } = seen.headers
      if (authorization === 'Test one') standing.set(seen.socket, 'two')
      if (authorization === 'Test three' && standing.get(seen.socket) === 'two') standing.set(seen.socket, 'in')
      const state = standing.get(seen.socket)
      if (state === 'in') return answer(200, deleted('NoError'))(seen, response)
      expect(seen.body).toBe('')
      answer(401, '', { 'www-authenticate': state === 'two' ? 'Test two' : 'Test' })(seen, response)
    }
    const { server, ews } = await startTls(valid, { auth }, [handshake])
    for (let i = 0; i < 3; i++) expect(await remove(ews, ['a'])).toEqual([{ kind: 'ok', value: null }])
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      'Test one',
      'Test three',
      undefined,
      undefined,
    ])
    expect(certificates[0]?.length).toBeGreaterThan(200)
    for (const { socket } of server.seen) socket.destroy()
    await new Promise((done) => setTimeout(done, 50))
    expect(await remove(ews, ['a'])).toEqual([{ kind: 'ok', value: null }])
    expect(server.seen).toHaveLength(8)
  })
})
