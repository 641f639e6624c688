/** Attacks on the signature, at both doors of a real server: what is replayed, altered, late, or signed by somebody else. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RealAppServer, startAppServer } from './app-server.ts'
import { basic, type RawRequest } from './raw-request.ts'
import { nextcloudTree } from './server.ts'
import { API, DAV, refusalIn, type Signing, signedBy } from './signed-request.ts'

const given = nextcloudTree()
const title = `the signature on a real server${given.kind === 'skip' ? ` (skipped: ${given.reason})` : ''}`

describe.skipIf(given.kind === 'skip')(title, () => {
  let server: RealAppServer
  beforeAll(async () => {
    if (given.kind === 'skip') return
    server = await startAppServer({ tree: given.tree })
    await server.newUsers([
      { uid: 'alice', mailbox: 'alice@corp.test' },
      { uid: 'bob', mailbox: 'bob@corp.test' },
      { uid: 'other-service' },
    ])
  })
  afterAll(() => server?.close())

  const ack: RawRequest = { method: 'POST', path: `${API}journal/ack`, body: '{"ids":[1]}' }
  const batch: RawRequest = { method: 'POST', path: `${API}users/alice/dav`, body: '{"requests":[]}' }
  const propfind: RawRequest = { method: 'PROPFIND', path: `${DAV}calendars/alice/`, headers: { Depth: '0' } }
  const ocs = async (signing: Signing = {}, request = ack) => refusalIn(await signedBy(server, request, signing))
  const dav = async (signing: Signing = {}, request = propfind) =>
    refusalIn(await signedBy(server, request, { user: 'alice', ...signing }))
  const both = async (signing: Signing) => [await ocs(signing), await dav(signing)]

  it('opens both doors when it is right', async () => expect(await both({})).toEqual(['200', '207']))

  it('is worth nothing a second time, at the same door or at the other one', async () => {
    for (const [first, second] of [
      [ocs, ocs],
      [dav, dav],
      [ocs, dav],
      [dav, ocs],
    ] as const) {
      const nonce = randomUUID()
      expect(await first({ nonce })).toMatch(/^20[07]$/)
      expect(await second({ nonce })).toBe('nonce')
    }
  })

  it('is worth nothing when two copies arrive at the same time: one of them only', async () => {
    const nonce = randomUUID()
    const answers = await Promise.all([ocs({ nonce }), ocs({ nonce }), ocs({ nonce })])
    // SQLite has one writer: a copy may also find it busy. None but one may pass.
    expect(answers.filter((code) => code === '200').length).toBeLessThanOrEqual(1)
    expect(await ocs({ nonce })).not.toBe('200')
  })

  it('holds for 300 seconds in both directions', async () => {
    for (const skewSeconds of [-290, 290]) expect(await both({ skewSeconds })).toEqual(['200', '207'])
    for (const skewSeconds of [-310, 310, -86_400])
      expect(await both({ skewSeconds })).toEqual(['timestamp', 'timestamp'])
  })

  it('covers method, path, query, user, nonce, time and body', async () => {
    const altered: Partial<RawRequest>[] = [
      { body: '{"ids":[2]}' },
      { body: '' },
      { path: `${API}journal/ack?limit=1` },
      { path: `${API}commands/ack` },
      { path: ack.path.replace('/v2.php/', '/v1.php/') },
      { headers: { 'X-EXC-User': 'bob' } },
      { headers: { 'X-EXC-Nonce': randomUUID() } },
      { headers: { 'X-EXC-Timestamp': String(Math.floor(Date.now() / 1000) + 5) } },
    ]
    for (const sent of altered) expect([sent, await ocs({ sent })]).toEqual([sent, 'signature'])
    expect(await dav({ sent: { method: 'REPORT' } })).toBe('signature')
    expect(await dav({ sent: { path: `${DAV}calendars/bob/` } })).toBe('signature')
    expect(await dav({ sent: { path: `${DAV}calendars/./alice/` } })).toBe('signature')
  })

  it('of one person opens nothing of another, though it is right', async () => {
    const forBob = { ...batch, path: `${API}users/bob/dav` }
    expect(await ocs({ user: 'alice' }, forBob)).toBe('not-allowed')
    expect(await ocs({}, batch)).toBe('not-allowed')
    expect(await ocs({ user: 'alice' }, ack)).toBe('not-allowed')
    expect(await dav({ user: 'bob' })).toBe('not-allowed')
    expect(
      await ocs(
        { user: 'alice' },
        { ...batch, path: `${API}users/alice/dav?uid=bob`, body: '{"uid":"bob","requests":[]}' },
      ),
    ).toMatch(/^(?:not-allowed|bad-request)$/)
  })

  it('must be there: without one, or with another form of one, nothing is let through as somebody else', async () => {
    for (const signature of ['', '0'.repeat(64), 'x'])
      expect(await both({ sent: { headers: { 'X-EXC-Signature': signature } } })).toEqual(['signature', 'signature'])
    // Without any of the headers the service account is an account like others: it sees its own calendars and no more.
    const path = `${DAV}calendars/alice/`
    const authorization = basic(server.account.username, server.account.appPassword)
    const plain = await server.asUser('bob', { method: 'PROPFIND', path, headers: { Authorization: authorization } })
    expect(plain.status).toBe(404)
  })

  it('for the other direction, or with another secret, is none', async () => {
    expect(await both({ direction: 'app-to-connector' })).toEqual(['signature', 'signature'])
    expect(await both({ secret: 'x'.repeat(43) })).toEqual(['signature', 'signature'])
    expect(await both({ secret: '' })).toEqual(['signature', 'signature'])
  })

  it('needs the app password of the service account beside it', async () => {
    const other = server.userOf('other-service')
    expect(await both({ username: other.username, password: other.password })).toEqual(['account', 'account'])
    const own = 'a-Pass-w0rd-of-exchange-sync'
    expect(await dav({ password: own })).toBe('credentials')
    expect(await ocs({ password: own })).toBe('credentials')
    expect(await dav({ username: 'alice' })).toMatch(/^(?:account|credentials|401)$/)
    expect(await dav({ sent: { headers: { Authorization: '' } } })).toBe('credentials')
    await server.occ(['security:bruteforce:reset', '127.0.0.1'])
  })

  it('that is wrong fifty times locks nobody out: the next right request passes at once', async () => {
    for (let n = 0; n < 25; n++) {
      await both(n % 2 === 0 ? { secret: 'x'.repeat(43) } : { skewSeconds: 400 })
    }
    const startedAt = performance.now()
    expect(await both({})).toEqual(['200', '207'])
    expect(performance.now() - startedAt).toBeLessThan(8_000)
  })

  it('goes on where a password alone no longer does: enforced second factors and app passwords', async () => {
    await server.occ(['twofactorauth:enforce', '--on'])
    await server.occ(['config:system:set', 'token_auth_enforced', '--type=boolean', '--value=true'])
    const headers = { Authorization: basic('alice', 'a-Pass-w0rd-of-alice'), Depth: '0' }
    expect((await server.asUser('alice', { ...propfind, headers })).status).toBe(401)
    expect(await both({})).toEqual(['200', '207'])
    await server.occ(['twofactorauth:enforce', '--off'])
    await server.occ(['config:system:delete', 'token_auth_enforced'])
    await server.occ(['security:bruteforce:reset', '127.0.0.1'])
  })

  it('opens nothing while no secret is set, or only an empty one', async () => {
    await server.set({ secret_kept: 'x' })
    const { sharedSecret } = server.account
    await server.occ(['config:app:delete', 'exchange_connector', 'secret'])
    expect(await both({})).toEqual(['not-configured', 'not-configured'])
    expect(await both({ secret: '' })).toEqual(['not-configured', 'not-configured'])
    await server.occ([
      'config:app:set',
      'exchange_connector',
      'secret',
      '--sensitive',
      '--lazy',
      `--value=${sharedSecret}`,
    ])
    expect(await both({})).toEqual(['200', '207'])
  })

  it('opens nothing for a service account that is disabled or an administrator', async () => {
    const { username } = server.account
    await server.occ(['user:disable', username])
    for (const code of await both({})) expect(code).toMatch(/^(?:account|credentials|401)$/)
    await server.occ(['user:enable', username])
    await server.occ(['group:adduser', 'admin', username])
    expect(await both({})).toEqual(['account', 'account'])
    await server.occ(['group:removeuser', 'admin', username])
    expect(await both({})).toEqual(['200', '207'])
  })

  it('leaves no session behind that goes on without it', async () => {
    const answer = await signedBy(server, propfind, { user: 'alice' })
    const cookies = (answer.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ')
    const later = await server.asUser('bob', {
      ...propfind,
      headers: { Depth: '0', Authorization: '', Cookie: cookies, 'OCS-APIRequest': 'true' },
    })
    expect(later.status).toBe(401)
  })
})
