/** An authority for OAuth on the loopback interface: metadata and a token endpoint whose answers a test scripts. */
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TestCertificate } from './ews-certificate.ts'

export type TokenAnswer = { status: number; body: unknown; headers?: Record<string, string> }
export type Authority = {
  url: string
  /** Forms that came to the token endpoint. */
  asked: URLSearchParams[]
  answers: TokenAnswer[]
  close(): Promise<void>
}

export function tokenAnswer(token: string, seconds = 3600): TokenAnswer {
  return {
    status: 200,
    body: { token_type: 'Bearer', expires_in: seconds, ext_expires_in: seconds, access_token: token },
  }
}

/** As Entra words it. */
export function refusal(code: string, error = 'invalid_client'): TokenAnswer {
  const error_description = `AADSTS${code}: No. Trace ID: 1 Correlation ID: 2 Timestamp: 2026-11-01 10:00:00Z`
  return {
    status: error === 'invalid_client' ? 401 : 400,
    body: { error, error_description, error_codes: [Number(code)] },
  }
}

/** The last answer is repeated for ever. */
export async function startAuthority(tls: TestCertificate, answers: TokenAnswer[]): Promise<Authority> {
  const asked: URLSearchParams[] = []
  const server = createServer(tls, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const send = (status: number, body: unknown, headers: Record<string, string> = {}) =>
        response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
      const [, tenant = '', rest = ''] = /^\/([^/]+)\/(.*?)(\?.*)?$/.exec(request.url ?? '') ?? []
      if (rest === 'v2.0/.well-known/openid-configuration') {
        const base = `https://localhost:${(server.address() as AddressInfo).port}/${tenant}`
        return send(200, {
          issuer: `${base}/v2.0`,
          authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
          token_endpoint: `${base}/oauth2/v2.0/token`,
          jwks_uri: `${base}/discovery/v2.0/keys`,
        })
      }
      if (rest !== 'oauth2/v2.0/token' || request.method !== 'POST') return send(404, {})
      asked.push(new URLSearchParams(Buffer.concat(chunks).toString('utf8')))
      const answer = answers[Math.min(asked.length, answers.length) - 1] ?? refusal('90002')
      return send(answer.status, answer.body, answer.headers)
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    asked,
    answers,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
