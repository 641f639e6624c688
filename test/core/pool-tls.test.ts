/** TLS older than 1.2 is refused, for Exchange and for the authority, before anything is sent. */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ntlmAuth } from '../../src/exchange/auth/ntlm.ts'
import { oauthAuth } from '../../src/exchange/auth/oauth.ts'
import { createTokenSource } from '../../src/exchange/auth/oauth-token.ts'
import { createSignedInTransport } from '../../src/exchange/http-auth.ts'
import { testCertificate } from './ews-certificate.ts'

const DAY_MS = 86_400_000
const certificate = testCertificate('localhost', new Date(Date.now() - DAY_MS), new Date(Date.now() + DAY_MS))
const OLD = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
const limits = { requestTimeoutMs: 5000, responseBytesMax: 10_000, connectTimeoutMs: 3000, connectionsMax: 1 }

describe('a server with TLS 1.1', () => {
  let requests = 0
  const server = createServer({ ...certificate, ...OLD }, (_, response) => {
    requests++
    response.end('{}')
  })
  const portOf = () => (server.address() as AddressInfo).port
  beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)))
  afterAll(() => server.close())

  it('answers a client that allows it', async () => {
    const protocol = await new Promise((resolve, reject) => {
      const options = { ...OLD, ca: certificate.cert, servername: 'localhost', port: portOf(), host: '127.0.0.1' }
      const socket = connect(options, () => {
        resolve(socket.getProtocol())
        socket.destroy()
      })
      socket.on('error', reject)
    })
    expect(protocol).toBe('TLSv1.1')
  })

  it.each(['Exchange', 'the authority'])('is refused as %s', async (role) => {
    const clock = { nowMs: () => Date.now() }
    const origin = `https://localhost:${portOf()}`
    const tls = { ca: certificate.cert }
    const names = { appId: 'a', tenantId: 't', authorityUrl: origin, audience: origin }
    const source = createTokenSource({ ...names, secret: { kind: 'secret', clientSecret: 's' }, tls })
    const auth = role === 'Exchange' ? ntlmAuth({ username: 'a', password: 'b', clock }) : oauthAuth(source, clock)
    const transport = createSignedInTransport(auth, { ...limits, tls })
    await expect(transport.post({ url: new URL(origin), headers: {}, body: 'x' })).rejects.toMatchObject({
      code: 'exchange.tls',
      fields: { reason: 'protocol', sent: 'no' },
    })
    expect(requests).toBe(0)
    await Promise.all([transport.close(), source.close()])
  })
})
