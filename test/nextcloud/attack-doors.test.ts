/** Attacks beside the two doors of a real server: other doors, other ways of reading a request, other owners in the same home, too much of everything. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BatchPart } from '../../src/nextcloud/app/answers.ts'
import { eventText } from '../contract/nextcloud-side-fixture.ts'
import { type RealAppServer, startAppServer } from './app-server.ts'
import { basic, type RawRequest } from './raw-request.ts'
import { nextcloudTree } from './server.ts'
import { API, DAV, dataIn, refusalIn, signedBy, UI } from './signed-request.ts'
import { tables } from './tables.ts'

const given = nextcloudTree()
const title = `beside the doors of a real server${given.kind === 'skip' ? ` (skipped: ${given.reason})` : ''}`
const own = 'calendars/alice/personal/own.ics'
const xml = { 'Content-Type': 'application/xml', Depth: '1' }

describe.skipIf(given.kind === 'skip')(title, () => {
  let server: RealAppServer
  beforeAll(async () => {
    if (given.kind === 'skip') return
    server = await startAppServer({ tree: given.tree })
    await server.newUsers(['alice', 'bob'].map((uid) => ({ uid, mailbox: `${uid}@corp.test` })))
    for (const uid of ['alice', 'bob'])
      await server.put(uid, `calendars/${uid}/personal/own.ics`, eventText(`own-${uid}`, `Secret of ${uid}`))
  })
  afterAll(() => server?.close())

  const signed = (request: RawRequest, user = 'alice') => signedBy(server, request, { user })
  const plain = (request: RawRequest) => signed({ ...request, path: DAV + request.path })
  const batch = (requests: readonly Partial<RawRequest>[], user = 'alice') =>
    signed({ method: 'POST', path: `${API}users/${user}/dav`, body: JSON.stringify({ requests }) }, user)
  const parts = async (requests: readonly Partial<RawRequest>[]) =>
    dataIn<{ responses: BatchPart[] }>(await batch(requests)).responses

  const untouched = async () => {
    for (const uid of ['alice', 'bob']) {
      const there = await server.asUser(uid, { method: 'GET', path: `${DAV}calendars/${uid}/personal/own.ics` })
      expect(there.text).toContain(`Secret of ${uid}`)
    }
  }

  it('other doors know no signature: they give what the service account itself may see', async () => {
    for (const path of [
      '/remote.php/caldav/calendars/alice/personal/own.ics',
      '/remote.php/carddav/addressbooks/users/alice/contacts/',
      '/remote.php/webdav/',
      '/remote.php/files/',
      '/public.php/dav/files/alice/',
      `${DAV}public-calendars/alice/`,
    ])
      for (const method of ['GET', 'PROPFIND', 'DELETE']) {
        const answer = await signed({ method, path, headers: { Depth: '0' } })
        expect([method, path, answer.text.includes('Secret of')]).toEqual([method, path, false])
        if (path.includes('alice')) expect([method, path, answer.status >= 400]).toEqual([method, path, true])
      }
    await untouched()
  })

  it('the rest of the API stays that of the service account, whoever the signature names', async () => {
    const whoami = await signed({ method: 'GET', path: '/ocs/v2.php/cloud/user?format=json' })
    expect(whoami.text).not.toContain('"alice"')
    for (const path of ['/ocs/v2.php/cloud/users', '/ocs/v2.php/cloud/users/alice', `${UI}admin/settings`])
      expect([path, (await signed({ method: 'GET', path })).status >= 400]).toEqual([path, true])
    const me = await signed({ method: 'GET', path: `${UI}me` })
    expect(me.text).not.toContain('alice@corp.test')
    const consent = await signed({ method: 'DELETE', path: `${UI}me/consent`, body: '{"remove":true}' })
    expect(consent.status).toBeGreaterThanOrEqual(400)
    expect(refusalIn(await plain({ method: 'PROPFIND', path: 'calendars/alice/', headers: { Depth: '0' } }))).toBe(
      '207',
    )
  })

  it('a method is the one of the request line, whatever headers, query or form say', async () => {
    for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
      const got = await plain({ method: 'GET', path: own, headers: { [name]: 'DELETE' } })
      expect([got.status, got.text.includes('Secret of alice')]).toEqual([200, true])
      expect((await plain({ method: 'POST', path: own, headers: { [name]: 'PUT' } })).status).toBe(403)
      expect((await parts([{ method: 'GET', path: own, headers: { [name]: 'DELETE' } }]))[0]?.status).toBe(200)
    }
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    for (const action of ['delete', 'mkcol', 'put', 'share', 'publish']) {
      const body = `sabreAction=${action}&name=x&_method=DELETE`
      const post = { method: 'POST', headers: form, body }
      expect((await plain({ ...post, path: 'calendars/alice/personal/?sabreAction=delete' })).status).toBe(403)
      expect((await parts([{ ...post, path: 'calendars/alice/personal/?sabreAction=delete' }]))[0]?.status).toBe(403)
    }
    await plain({ method: 'GET', path: `${own}?_method=DELETE` })
    await untouched()
  })

  it('an address is read one way only: queries, fragments, absolute forms, letters that look alike', async () => {
    const tricks = [
      'calendars/alice/?/y',
      'calendars/alice/personal/#/../../../bob/personal/own.ics',
      'calendars/alice/personal/own.ics#/../../../bob/personal/own.ics',
      'calendars/alice/personal/%c0%ae%c0%ae/%c0%ae%c0%ae/bob/personal/own.ics',
      'calendars/alice/personal/%ef%bc%8e%ef%bc%8e/bob/personal/own.ics',
      'calendars/alice/personal/..;/..;/bob/personal/own.ics',
      'calendars/ALICE/personal/own.ics',
      'calendars/al%c4%b1ce/personal/own.ics',
      'calendars/alice%00/personal/own.ics',
      'calendars/alice%20/personal/own.ics',
      'http://127.0.0.1/remote.php/dav/calendars/bob/personal/own.ics',
    ]
    for (const method of ['GET', 'DELETE'])
      for (const path of tricks) {
        const answers = [...(await parts([{ method, path }])), await plain({ method, path })]
        for (const { status } of answers) expect([method, path, status >= 400]).toEqual([method, path, true])
      }
    for (const user of ['ALICE', 'alice ', 'alıce', '../alice', 'alice/..', '', '*'])
      expect([user, (await signed({ method: 'GET', path: `${DAV}${own}` }, user)).status >= 400]).toEqual([user, true])
    // What follows a question mark is no path at all: this is her own calendar.
    const query = { method: 'GET', path: 'calendars/alice/personal?/../../bob/personal/own.ics' }
    expect((await plain(query)).text).not.toContain('Secret of bob')
    expect((await parts([query]))[0]?.status).toBe(403)
    await untouched()
  })

  it('a part of a batch is no request of its own: headers in it name nobody, and it holds no other batch', async () => {
    const bob = server.userOf('bob')
    const headers = { Authorization: basic('bob', bob.password), 'X-EXC-User': 'bob', Cookie: 'x=y' }
    const inner = JSON.stringify({ requests: [{ method: 'GET', path: 'calendars/bob/personal/own.ics' }] })
    const answers = await parts([
      { method: 'GET', path: 'calendars/bob/personal/own.ics', headers },
      { method: 'POST', path: `../..${API}users/bob/dav`, body: inner },
      { method: 'POST', path: `${API}users/bob/dav`, body: inner },
      { method: 'GET', path: own, headers },
    ])
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 200])
    expect(answers.slice(0, 3).map(({ body }) => body)).not.toContain('Secret of bob')
  })

  it('too much is refused whole: parts, bytes, and lists that are none', async () => {
    const one = { method: 'GET', path: own }
    expect(refusalIn(await batch(Array.from({ length: 101 }, () => one)))).toBe('too-large')
    const big = { method: 'PUT', path: 'calendars/alice/personal/big.ics', body: 'x'.repeat(2.9 * 1024 * 1024) }
    expect(refusalIn(await batch([big, big, big]))).toBe('too-large')
    expect(refusalIn(await batch([{ ...big, body: 'x'.repeat(10 * 1024 * 1024) }]))).toBe('too-large')
    for (const requests of ['[]', '{}', '"x"', '[null]', '[[]]', '[{"method":"GET"}]', '[{"method":1,"path":"x"}]']) {
      const body = `{"requests":${requests}}`
      expect(refusalIn(await signed({ method: 'POST', path: `${API}users/alice/dav`, body }))).toBe('bad-request')
    }
    const deep = `{"requests":${'['.repeat(5_000)}${']'.repeat(5_000)}}`
    expect((await signed({ method: 'POST', path: `${API}users/alice/dav`, body: deep })).status).toBeGreaterThanOrEqual(
      400,
    )
  })

  it('another host name is refused by the server, and the signed request opens nothing there', async () => {
    for (const path of [`${DAV}${own}`, `${API}users/alice/collections`]) {
      const answer = await signed({ method: 'GET', path, headers: { Host: 'evil.test' } })
      expect([path, answer.status]).toEqual([path, 400])
      expect(answer.text).not.toContain('personal')
    }
  })

  it('whoever stands in for somebody, and who is somebody else’s principal, is not changed', async () => {
    const set =
      '<d:set><d:prop><d:group-member-set><d:href>/remote.php/dav/principals/users/bob/</d:href></d:group-member-set></d:prop></d:set>'
    const body = `<d:propertyupdate xmlns:d="DAV:">${set}</d:propertyupdate>`
    for (const path of ['principals/users/alice/calendar-proxy-write/', 'principals/users/alice/']) {
      const request = { method: 'PROPPATCH', path, headers: xml, body }
      expect([(await plain(request)).status, (await parts([request]))[0]?.status]).toEqual([403, 403])
    }
    // Bob lets Alice act for him; that is between the two of them.
    const asBob = { method: 'PROPPATCH', headers: xml, body: body.replace('users/bob/', 'users/alice/') }
    await server.asUser('bob', { ...asBob, path: `${DAV}principals/users/bob/calendar-proxy-write/` })
    const get = { method: 'GET', path: 'calendars/bob/personal/own.ics' }
    expect([(await plain(get)).status, (await parts([get]))[0]?.status]).toEqual([403, 403])
  })

  it('a calendar that somebody on another server shares with her is not there for the connector', async (context) => {
    const uri = 'b6f1c0de'
    if (!tables.federate(server, uri)) return context.skip('this version has no calendars of other servers')
    const there = await server.asUser('alice', {
      method: 'PROPFIND',
      path: `${DAV}calendars/alice/${uri}/`,
      headers: { Depth: '0' },
    })
    expect(there.status).toBe(207)
    await notThere(uri)
  })

  it('a feed that she follows is not there for the connector', async () => {
    const uri = 'feed'
    tables.subscribe(server, uri)
    const there = await server.asUser('alice', {
      method: 'PROPFIND',
      path: `${DAV}calendars/alice/${uri}/`,
      headers: { Depth: '0' },
    })
    expect(there.status).toBe(207)
    await notThere(uri)
  })

  async function notThere(uri: string): Promise<void> {
    const path = `calendars/alice/${uri}/`
    const report = '<d:sync-collection xmlns:d="DAV:"><d:sync-token/><d:prop><d:getetag/></d:prop></d:sync-collection>'
    const move = { method: 'MOVE', path: own, headers: { Destination: `${DAV}${path}own.ics` } }
    const tricks: RawRequest[] = [
      { method: 'PROPFIND', path, headers: { Depth: '1', 'X-NC-CalDAV-Webcal-Caching': 'On' } },
      { method: 'REPORT', path, headers: xml, body: report },
      { method: 'GET', path: `${path}x.ics` },
      { method: 'PUT', path: `${path}x.ics`, headers: { 'Content-Type': 'text/calendar' }, body: eventText('x', 'x') },
      { method: 'DELETE', path: `${path}x.ics` },
      { method: 'DELETE', path },
      {
        method: 'PROPPATCH',
        path,
        headers: xml,
        body: '<d:propertyupdate xmlns:d="DAV:"><d:set><d:prop><d:displayname>x</d:displayname></d:prop></d:set></d:propertyupdate>',
      },
      move,
    ]
    for (const trick of tricks) {
      const [inBatch] = await parts([trick])
      expect([trick.method, trick.path, (await plain(trick)).status]).toEqual([trick.method, trick.path, 404])
      expect([trick.method, trick.path, inBatch?.status]).toEqual([trick.method, trick.path, 404])
    }
    await untouched()
  }

  it('opens nothing any more once the app password is taken back, or the service account is gone', async () => {
    const { username } = server.account
    const get = () => plain({ method: 'GET', path: own })
    expect((await get()).status).toBe(200)
    const list = JSON.parse(await server.occ(['user:auth-tokens:list', username, '--output=json'])) as { id: number }[]
    for (const { id } of list) await server.occ(['user:auth-tokens:delete', username, String(id)])
    expect(refusalIn(await get())).toMatch(/^(?:credentials|401)$/)
    await server.occ(['user:delete', username])
    expect(refusalIn(await get())).toMatch(/^(?:credentials|account|401)$/)
  })
})
