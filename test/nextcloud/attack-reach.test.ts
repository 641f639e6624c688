/** Attacks by whoever holds the secret, at both doors of a real server: what lies beside the calendars of a consenting person must stay out of reach. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BatchPart } from '../../src/nextcloud/app/answers.ts'
import { eventText } from '../contract/nextcloud-side-fixture.ts'
import { type RealAppServer, startAppServer } from './app-server.ts'
import type { RawRequest } from './raw-request.ts'
import { nextcloudTree } from './server.ts'
import { API, DAV, dataIn, refusalIn, signedBy } from './signed-request.ts'

const given = nextcloudTree()
const title = `the reach of the connector on a real server${given.kind === 'skip' ? ` (skipped: ${given.reason})` : ''}`
const CALDAV = 'urn:ietf:params:xml:ns:caldav'
const report = (name: string, namespace: string, inner = '') =>
  `<x:${name} xmlns:x="${namespace}" xmlns:d="DAV:" xmlns:c="${CALDAV}"><d:prop><d:getetag/><c:calendar-data/></d:prop>${inner}</x:${name}>`
const multiget = (...hrefs: string[]) =>
  report('calendar-multiget', CALDAV, hrefs.map((href) => `<d:href>${href}</d:href>`).join(''))

describe.skipIf(given.kind === 'skip')(title, () => {
  let server: RealAppServer
  beforeAll(async () => {
    if (given.kind === 'skip') return
    server = await startAppServer({ tree: given.tree })
    const enrolled = ['alice', 'bob', 'frank', 'grace'].map((uid) => ({ uid, mailbox: `${uid}@corp.test` }))
    await server.newUsers([...enrolled, { uid: 'carol' }])
    for (const uid of ['alice', 'bob', 'carol'])
      await server.put(uid, `calendars/${uid}/personal/own.ics`, eventText(`own-${uid}`, `Secret of ${uid}`))
    await server.asUser('alice', { method: 'PUT', path: `${DAV}files/alice/secret.txt`, body: 'SECRET FILE' })
    await share('carol', 'alice')
  })
  afterAll(() => server?.close())

  /** Carol, who never agreed, lets Alice write into her calendar. */
  async function share(owner: string, guest: string): Promise<void> {
    const set = `<o:set><d:href>principal:principals/users/${guest}</d:href><o:read-write/></o:set>`
    const body = `<o:share xmlns:o="http://owncloud.org/ns" xmlns:d="DAV:">${set}</o:share>`
    const headers = { 'Content-Type': 'application/xml' }
    const { status } = await server.asUser(owner, {
      method: 'POST',
      path: `${DAV}calendars/${owner}/personal/`,
      headers,
      body,
    })
    expect(status).toBe(200)
  }

  const xml = { 'Content-Type': 'application/xml', Depth: '1' }
  const put = (path: string): RawRequest => ({
    ...{ method: 'PUT', path, headers: { 'Content-Type': 'text/calendar' }, body: eventText('trick', 'Trick') },
  })
  const plain = (request: RawRequest) => signedBy(server, { ...request, path: DAV + request.path }, { user: 'alice' })
  const batch = async (requests: readonly RawRequest[], user = 'alice') => {
    const list = requests.map(({ method, path, headers = {}, body = null }) => ({ method, path, headers, body }))
    const path = `${API}users/${user}/dav`
    return signedBy(server, { method: 'POST', path, body: JSON.stringify({ requests: list }) }, { user })
  }

  /** Refused by both doors, and by neither in part. */
  async function refused(tricks: readonly RawRequest[], statuses: readonly number[] = [403]): Promise<void> {
    const { responses } = dataIn<{ responses: BatchPart[] }>(await batch(tricks))
    for (const [index, trick] of tricks.entries()) {
      const answer = await plain(trick)
      expect([trick.method, trick.path, statuses.includes(answer.status)]).toEqual([trick.method, trick.path, true])
      const inBatch = responses[index]?.status ?? 0
      expect([trick.method, trick.path, statuses.includes(inBatch)]).toEqual([trick.method, trick.path, true])
      expect(answer.text + responses[index]?.body).not.toMatch(/SECRET FILE|Secret of (?!alice)/)
    }
  }

  it('is her calendars: the door is open there, so that the refusals below mean something', async () => {
    const get = { method: 'GET', path: 'calendars/alice/personal/own.ics' }
    expect((await plain(get)).text).toContain('Secret of alice')
    expect(dataIn<{ responses: BatchPart[] }>(await batch([get])).responses[0]?.body).toContain('Secret of alice')
  })

  it('ends at methods that share, copy, lock or schedule', () => {
    const path = 'calendars/alice/personal/own.ics'
    const sharing =
      '<o:share xmlns:o="http://owncloud.org/ns" xmlns:d="DAV:"><o:set><d:href>principal:principals/users/bob</d:href></o:set></o:share>'
    return refused(
      [
        { method: 'COPY', path, headers: { Destination: `${DAV}files/alice/leak.ics` } },
        { method: 'COPY', path, headers: { Destination: `${DAV}calendars/alice/personal/copy.ics` } },
        { method: 'POST', path: 'calendars/alice/personal/', headers: xml, body: sharing },
        {
          method: 'POST',
          path: 'calendars/alice/personal/',
          headers: xml,
          body: '<cs:publish-calendar xmlns:cs="http://calendarserver.org/ns/"/>',
        },
        {
          method: 'POST',
          path: 'calendars/alice/outbox/',
          headers: { 'Content-Type': 'text/calendar' },
          body: eventText('x', 'x'),
        },
        {
          method: 'LOCK',
          path,
          headers: xml,
          body: '<d:lockinfo xmlns:d="DAV:"><d:lockscope><d:exclusive/></d:lockscope></d:lockinfo>',
        },
        { method: 'ACL', path: 'calendars/alice/personal/', headers: xml, body: '<d:acl xmlns:d="DAV:"/>' },
        { method: 'PATCH', path },
        // PHP's own web server knows no ACL and answers 501 before anybody is asked.
      ],
      [403, 501],
    )
  })

  it('ends at the paths of other trees and other people', () =>
    refused([
      { method: 'GET', path: 'files/alice/secret.txt' },
      { method: 'PROPFIND', path: 'files/alice/', headers: { Depth: '1' } },
      { method: 'PROPFIND', path: 'calendars/bob/', headers: { Depth: '1' } },
      { method: 'GET', path: 'calendars/bob/personal/own.ics' },
      put('calendars/bob/personal/trick.ics'),
      put('calendars/carol/personal/trick.ics'),
      { method: 'PROPFIND', path: 'calendars/' },
      { method: 'PROPFIND', path: 'principals/users/', headers: { Depth: '1' } },
      { method: 'PROPFIND', path: 'principals/users/bob/', headers: { Depth: '0' } },
      { method: 'PROPFIND', path: 'addressbooks/users/alice/z-server-generated--system/', headers: { Depth: '1' } },
      { method: 'PROPFIND', path: 'uploads/alice/' },
      { method: 'PROPFIND', path: 'systemtags/' },
    ]))

  it('ends at dots and encodings that lead elsewhere', () =>
    refused(
      [
        'calendars/alice/../bob/personal/own.ics',
        'calendars/alice/%2e%2e/bob/personal/own.ics',
        'calendars/alice/personal/%2e%2e/%2e%2e/bob/personal/own.ics',
        'calendars/alice/..%2fbob/personal/own.ics',
        'calendars/alice/..%252fbob/personal/own.ics',
        'calendars/alice/personal/..%5c..%5c..%5cfiles/alice/secret.txt',
        'calendars/alice//../../files/alice/secret.txt',
        './calendars/bob/personal/own.ics',
        '%2e%2e/dav/files/alice/secret.txt',
      ].map((path) => ({ method: 'GET', path })),
      // What is encoded twice is a strange name in her own calendars, and nothing is there.
      [403, 404],
    ))

  it('ends at destinations outside of her calendars', () =>
    refused(
      [
        `${DAV}files/alice/leak.ics`,
        `${DAV}calendars/bob/personal/leak.ics`,
        `${server.rootUrl.slice(0, -1)}${DAV}calendars/bob/personal/leak.ics`,
        `${DAV}calendars/alice/../bob/personal/leak.ics`,
        `${DAV}calendars/alice/personal_shared_by_carol/leak.ics`,
        `${DAV}addressbooks/users/alice/contacts/leak.ics`,
        '/remote.php/webdav/leak.ics',
        'leak.ics',
      ].map((Destination) => ({ method: 'MOVE', path: 'calendars/alice/personal/own.ics', headers: { Destination } })),
    ))

  it('ends at reports that search people, and at addresses in reports that are not hers', () => {
    const at = (path: string, body: string): RawRequest => ({ method: 'REPORT', path, headers: xml, body })
    const search = '<d:property-search><d:prop><d:displayname/></d:prop><d:match>a</d:match></d:property-search>'
    return refused([
      at('principals/users/alice/', report('principal-property-search', 'DAV:', search)),
      at('calendars/alice/', report('principal-property-search', 'DAV:', search)),
      at('calendars/alice/personal/', report('expand-property', 'DAV:')),
      at('calendars/alice/personal/', report('free-busy-query', CALDAV)),
      at('calendars/alice/personal/', multiget(`${DAV}calendars/bob/personal/own.ics`)),
      at(
        'calendars/alice/personal/',
        multiget(`${DAV}calendars/alice/personal/own.ics`, `${DAV}files/alice/secret.txt`),
      ),
      at('calendars/alice/personal/', multiget(`${DAV}calendars/alice/personal_shared_by_carol/own.ics`)),
      at(
        'calendars/alice/personal/',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><d:sync-collection xmlns:d="DAV:">&e;</d:sync-collection>',
      ),
    ])
  })

  it('ends at calendars that others share with her: they did not agree', async () => {
    const path = 'calendars/alice/personal_shared_by_carol/'
    expect((await server.asUser('alice', { method: 'GET', path: `${DAV}${path}own.ics` })).status).toBe(200)
    await refused([
      { method: 'GET', path: `${path}own.ics` },
      put(`${path}trick.ics`),
      { method: 'DELETE', path: `${path}own.ics` },
      { method: 'REPORT', path, headers: xml, body: report('sync-collection', 'DAV:', '<d:sync-token/>') },
    ])
    const listed = await signedBy(server, { method: 'GET', path: `${API}users/alice/collections` }, { user: 'alice' })
    const { collections } = dataIn<{ collections: { uri: string; isOwn: boolean }[] }>(listed)
    expect(collections.find(({ uri }) => uri === 'personal_shared_by_carol')).toMatchObject({ isOwn: false })
    expect(collections.find(({ uri }) => uri === 'personal')).toMatchObject({ isOwn: true })
  })

  it('makes no subscription: the server would fetch any address', () => {
    const props =
      '<d:resourcetype><d:collection/><cs:subscribed/></d:resourcetype><cs:source><d:href>http://10.0.0.1/</d:href></cs:source>'
    const body = `<d:mkcol xmlns:d="DAV:" xmlns:cs="http://calendarserver.org/ns/"><d:set><d:prop>${props}</d:prop></d:set></d:mkcol>`
    return refused([{ method: 'MKCOL', path: 'calendars/alice/feed/', headers: xml, body }])
  })

  it('left nothing behind after all of that', async () => {
    const files = await server.asUser('alice', {
      method: 'PROPFIND',
      path: `${DAV}files/alice/`,
      headers: { Depth: '1' },
    })
    expect(files.text).not.toContain('leak')
    for (const uid of ['bob', 'carol']) {
      const there = await server.asUser(uid, {
        method: 'PROPFIND',
        path: `${DAV}calendars/${uid}/personal/`,
        headers: { Depth: '1' },
      })
      expect(there.text).toContain('own.ics')
      expect(there.text).not.toMatch(/trick|leak|copy/)
    }
  })

  it('ends with consent, with the account, and with the group that may take part, at once', async () => {
    const seen = async (uid: string) => {
      const propfind: RawRequest = { method: 'PROPFIND', path: `calendars/${uid}/`, headers: { Depth: '0' } }
      const door = await signedBy(server, { ...propfind, path: DAV + propfind.path }, { user: uid })
      return [refusalIn(await batch([propfind], uid)), refusalIn(door)]
    }
    expect(await seen('frank')).toEqual(['200', '207'])
    expect(await seen('carol')).toEqual(['no-consent', 'no-consent'])
    expect(await seen('nobody')).toEqual(['unknown-user', 'unknown-user'])
    await server.withdraw('frank')
    expect(await seen('frank')).toEqual(['no-consent', 'no-consent'])
    await server.setEnabled('grace', false)
    expect(await seen('grace')).toEqual(['user-disabled', 'user-disabled'])
    await server.occ(['group:add', 'staff'])
    await server.occ(['group:adduser', 'staff', 'alice'])
    await server.set({ groups: '["staff"]' })
    expect(await seen('alice')).toEqual(['200', '207'])
    expect(await seen('bob')).toEqual(['no-consent', 'no-consent'])
  })
})
