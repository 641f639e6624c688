/** The webhook of the Nextcloud app: what is believed, and each way in which it is refused. */
import { describe, expect, it } from 'vitest'
import { type SignedParts, signatureOf, signingKey } from '../../src/nextcloud/app/signature.ts'
import { createWebhookVerifier } from '../../src/nextcloud/app/webhook.ts'
import type { NonceBook, WebhookRequest } from '../../src/ports/webhook.ts'

const NOW_S = 1_700_000_000
const SECRET = 'a-shared-secret-of-more-than-32-characters'
const nonceBook = (): NonceBook & { seen: string[] } => {
  const seen: string[] = []
  return {
    seen,
    remember: async (nonce) => {
      if (seen.includes(nonce)) return false
      seen.push(nonce)
      return true
    },
  }
}

type Sent = Partial<SignedParts> & { secret?: string; direction?: 'app-to-connector' | 'connector-to-app' }

function request(sent: Sent = {}, changes: Partial<WebhookRequest> = {}): WebhookRequest {
  const { secret = SECRET, direction = 'app-to-connector', ...given } = sent
  const parts: SignedParts = {
    method: 'POST',
    requestUri: '/webhook',
    user: '*',
    timestamp: String(NOW_S),
    nonce: 'nonce-0123456789abcdef',
    body: Buffer.from('{"v":1,"event":"changed","users":["alice"]}'),
    ...given,
  }
  const headers = {
    'x-exc-user': parts.user,
    'x-exc-timestamp': parts.timestamp,
    'x-exc-nonce': parts.nonce,
    'x-exc-signature': signatureOf(signingKey(secret, direction), parts),
  }
  return { method: parts.method, path: parts.requestUri, headers, body: parts.body, ...changes }
}

function verifier(secrets = [SECRET], nonces: NonceBook = nonceBook()) {
  const mailboxesOf = async (users: readonly string[]) => users.map((user) => `${user}@example.org`)
  const clock = { nowMs: () => NOW_S * 1000, sleep: async () => {} }
  return createWebhookVerifier({ secrets, nonces, clock, mailboxesOf })
}

describe('a webhook of the app', () => {
  it('marks the mailboxes of the users that it names', async () => {
    expect(await verifier().verify(request())).toEqual({ kind: 'accepted', mailboxes: ['alice@example.org'] })
  })

  it.each(['command', 'users'])('asks for a poll with the event %s', async (event) => {
    const body = Buffer.from(JSON.stringify({ v: 1, event, users: ['alice'] }))
    expect(await verifier().verify(request({ body }))).toEqual({ kind: 'accepted', mailboxes: 'poll' })
  })

  it('is accepted under both secrets while they are rotated', async () => {
    const secrets = ['the-new-secret-the-new-secret-the-new', SECRET]
    expect((await verifier(secrets).verify(request())).kind).toBe('accepted')
  })

  const refusals: readonly [string, WebhookRequest, string][] = [
    ['without a signature', request({}, { headers: {} }), 'unsigned'],
    ['signed with another secret', request({ secret: 'another-secret' }), 'signature'],
    ['sent back from the other direction', request({ direction: 'connector-to-app' }), 'signature'],
    ['with another body than the signed one', request({}, { body: Buffer.from('{}') }), 'signature'],
    ['sent to another path', request({}, { path: '/webhook?x=1' }), 'signature'],
    ['older than the skew', request({ timestamp: String(NOW_S - 301) }), 'timestamp'],
    ['from the future', request({ timestamp: String(NOW_S + 301) }), 'timestamp'],
    ['with a timestamp that is no number', request({ timestamp: '1e9' }), 'timestamp'],
    ['with a nonce of other characters', request({ nonce: 'abc\nabcdefghijklmnop' }), 'nonce'],
    ['with a short nonce', request({ nonce: 'abc' }), 'nonce'],
    ['of another version', request({ body: Buffer.from('{"v":2,"event":"changed"}') }), 'body'],
    ['that is no JSON', request({ body: Buffer.from('hello') }), 'body'],
  ]
  it.each(refusals)('is refused %s', async (_, sent, reason) => {
    expect(await verifier().verify(sent)).toEqual({ kind: 'refused', reason })
  })

  it('is refused the second time', async () => {
    const one = verifier()
    expect((await one.verify(request())).kind).toBe('accepted')
    expect(await one.verify(request())).toEqual({ kind: 'refused', reason: 'nonce' })
  })

  it('costs no memory when it is not signed: its nonce is not remembered', async () => {
    const nonces = nonceBook()
    await verifier([SECRET], nonces).verify(request({ secret: 'another-secret' }))
    expect(nonces.seen).toEqual([])
  })

  it('is refused while no secret is configured', async () => {
    expect(await verifier([]).verify(request())).toEqual({ kind: 'refused', reason: 'not-configured' })
  })
})
