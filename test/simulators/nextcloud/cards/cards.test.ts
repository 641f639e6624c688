/** CardDAV: what is taken, in which version cards are served, and the truncated feed (nextcloud-facts 3.1, 3.4). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listed, type RawClient, rawClient, syncBody, tokenOf } from '../raw-client.ts'
import { type NextcloudSimulator, startNextcloudSimulator } from '../simulator.ts'

let sim: NextcloudSimulator
let dav: RawClient
const contacts = 'addressbooks/users/alice/contacts'

beforeEach(async () => {
  sim = await startNextcloudSimulator({ cardSyncTruncation: 3 })
  sim.addUser('alice', 'secret')
  dav = rawClient(sim, 'alice', 'secret')
})
afterEach(() => sim.close())

const card = (uid: string, version = '3.0', more: string[] = []): string =>
  ['BEGIN:VCARD', `VERSION:${version}`, `UID:${uid}`, `FN:Person ${uid}`, ...more, 'END:VCARD', ''].join('\r\n')
const put = (name: string, body: string) => dav('PUT', `${contacts}/${name}.vcf`, { body })
const names = (text: string) => listed(text).map((entry) => `${entry.href.split('/').at(-1)} ${entry.status}`)

describe('cards', () => {
  it('are stored as they are; 2.1 is a 415 and a second card with the same UID a 400', async () => {
    const reply = await put('1', card('1'))
    expect([reply.status, reply.headers.get('etag') !== null]).toEqual([201, true])
    expect((await dav('GET', `${contacts}/1.vcf`)).text).toBe(card('1'))
    expect((await put('2', card('2', '2.1'))).status).toBe(415)
    expect((await put('2', card('1'))).status).toBe(400)
    expect((await put('2', 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n')).status).toBe(415)
  })

  it('without UID or FN are repaired, without an ETag in the answer', async () => {
    const reply = await put('1', 'BEGIN:VCARD\r\nVERSION:3.0\r\nN:Doe;Jane;;;\r\nEND:VCARD\r\n')
    expect([reply.status, reply.headers.get('etag')]).toEqual([201, null])
    expect((await dav('GET', `${contacts}/1.vcf`)).text).toMatch(/UID:[0-9a-f-]+\r\nFN:Jane Doe/)
  })

  it('of version 4.0 are served as 3.0 unless 4.0 was asked for, with the same ETag', async () => {
    await put('1', card('1', '4.0', ['PHOTO:data:image/png;base64,AAAA']))
    const old = await dav('GET', `${contacts}/1.vcf`)
    const own = await dav('GET', `${contacts}/1.vcf`, { headers: { Accept: 'text/vcard; version=4.0' } })
    expect(old.text).toContain('VERSION:3.0\r\n')
    expect(old.text).toContain('PHOTO;ENCODING=b;TYPE=PNG:AAAA')
    expect(own.text).toContain('VERSION:4.0\r\n')
    expect(own.headers.get('etag')).toBe(old.headers.get('etag'))
  })

  it('are read in one go and found by a property', async () => {
    for (const uid of ['1', '2']) await put(uid, card(uid))
    const body = (root: string, rest: string) =>
      `<c:${root} xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:prop><d:getetag/><c:address-data/></d:prop>${rest}</c:${root}>`
    const href = `<d:href>/remote.php/dav/${contacts}/2.vcf</d:href>`
    const got = await dav('REPORT', `${contacts}/`, { body: body('addressbook-multiget', href) })
    expect(names(got.text)).toEqual(['2.vcf 200 OK'])
    expect(got.text).toContain('FN:Person 2')
    const filter = '<c:filter><c:prop-filter name="UID"><c:text-match>1</c:text-match></c:prop-filter></c:filter>'
    const found = await dav('REPORT', `${contacts}/`, {
      body: body('addressbook-query', filter),
      headers: { Depth: '1' },
    })
    expect(names(found.text)).toEqual(['1.vcf 200 OK'])
  })
})

describe('address books', () => {
  it('are made with an extended MKCOL and deleted for good', async () => {
    const body =
      '<d:mkcol xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:set><d:prop><d:resourcetype><d:collection/><c:addressbook/></d:resourcetype><d:displayname>Work</d:displayname></d:prop></d:set></d:mkcol>'
    expect((await dav('MKCOL', 'addressbooks/users/alice/work/', { body })).status).toBe(201)
    const list = () => dav('PROPFIND', 'addressbooks/users/alice/', { headers: { Depth: '1' } })
    expect(listed((await list()).text).map((entry) => entry.href.split('/').at(-2))).toEqual([
      'alice',
      'contacts',
      'work',
    ])
    expect((await dav('DELETE', 'addressbooks/users/alice/work/')).status).toBe(204)
    expect(listed((await list()).text)).toHaveLength(2)
  })

  it('give their feed in pages with a 507 element, first by card, then by change', async () => {
    for (const uid of ['1', '2', '3', '4']) await put(uid, card(uid))
    const sync = (token: string) => dav('REPORT', `${contacts}/`, { body: syncBody(token) })
    const first = await sync('')
    expect(names(first.text)).toEqual(['1.vcf 200 OK', '2.vcf 200 OK', '3.vcf 200 OK', ' 507 Insufficient Storage'])
    expect(tokenOf(first.text)).toMatch(/\/init_\d+_5$/)
    const rest = await sync(tokenOf(first.text))
    expect(names(rest.text)).toEqual(['4.vcf 200 OK'])
    await dav('DELETE', `${contacts}/1.vcf`)
    await put('1', card('1'))
    expect(names((await sync(tokenOf(rest.text))).text)).toEqual(['1.vcf 200 OK'])
  })
})
