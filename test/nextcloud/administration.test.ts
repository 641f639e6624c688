/** The administrator's requests on a real server, as a browser sends them: a password entered lately for every change, and lists that are searched. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RealAppServer, startAppServer } from './app-server.ts'
import { type BrowserSession, openSession } from './browser-session.ts'
import { NEXTCLOUD_ADMIN } from './install.ts'
import { nextcloudTree } from './server.ts'
import { refusalIn, UI } from './signed-request.ts'

const given = nextcloudTree()
const title = `what an administrator asks on a real server${given.kind === 'skip' ? ` (skipped: ${given.reason})` : ''}`

/** Everything that changes something: none of it may come from a browser that was merely left open. */
const CHANGES = [
  ['PUT', 'settings', { allowedDomains: ['corp.test', 'evil.test'] }],
  ['PUT', 'settings', { webhookUrl: 'http://evil.test/' }],
  ['POST', 'secret/rotate', {}],
  ['DELETE', 'secret/previous', {}],
  ['PUT', 'users/mallory', { email: 'alice@corp.test' }],
  ['POST', 'users/import', { csv: 'mallory,alice@corp.test', dryRun: false }],
  ['POST', 'users/enable', { uids: ['mallory'] }],
] as const
const READS = ['settings', 'groups', 'users', 'connector']

describe.skipIf(given.kind === 'skip')(title, () => {
  let server: RealAppServer
  let admin: BrowserSession
  beforeAll(async () => {
    if (given.kind === 'skip') return
    server = await startAppServer({ tree: given.tree })
    await server.newUsers([
      { uid: 'u-1', mailbox: 'first@corp.test' },
      { uid: 'u-2', mailbox: 'second@corp.test' },
      { uid: 'mallory' },
    ])
    admin = await signedIn()
  })
  afterAll(() => server?.close())

  const signedIn = () => openSession(server.rootUrl, NEXTCLOUD_ADMIN.username, NEXTCLOUD_ADMIN.password)
  const ask = async (session: BrowserSession, method: string, path: string, body?: object) => {
    const headers: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' }
    const request = { method, path: `${UI}admin/${path}`, headers, ...(body && { body: JSON.stringify(body) }) }
    return session.ask(request)
  }
  const shown = async () => {
    const { text } = await ask(admin, 'GET', 'settings')
    const { webhookUrl, allowedDomains, secrets } = (JSON.parse(text) as { ocs: { data: Record<string, unknown> } }).ocs
      .data
    return { webhookUrl, allowedDomains, secrets }
  }
  const found = async (search: string) => {
    const { text } = await ask(admin, 'GET', `users?search=${encodeURIComponent(search)}`)
    const { users } = (JSON.parse(text) as { ocs: { data: { users: { uid: string; displayName: string }[] } } }).ocs
      .data
    return users.map(({ uid, displayName }) => `${uid} ${displayName}`)
  }

  it('needs a password entered lately for every change; to look is enough that the browser is known', async () => {
    const before = await shown()
    const later = (await signedIn()).reopened()
    for (const path of READS) expect([path, (await ask(later, 'GET', path)).status]).toEqual([path, 200])
    for (const [method, path, body] of CHANGES) {
      const answer = await ask(later, method, path, body)
      expect([method, path, answer.status]).toEqual([method, path, 403])
      expect(answer.text).not.toMatch(/"secret":/)
    }
    expect(await shown()).toEqual(before)
  })

  it('does all of that with such a password, so that the refusals above mean something', async () => {
    const before = await shown()
    const answer = await ask(admin, 'POST', 'secret/rotate', {})
    expect(answer.status).toBe(200)
    expect(answer.text).toMatch(/"secret":"[^"]{40,}"/)
    expect(await shown()).not.toEqual(before)
    expect((await ask(admin, 'DELETE', 'secret/previous', {})).status).toBe(200)
  })

  it('is not for people who are no administrators, whatever they entered', async () => {
    const mallory = await openSession(server.rootUrl, 'mallory', 'a-Pass-w0rd-of-mallory')
    for (const path of READS) expect([path, (await ask(mallory, 'GET', path)).status]).toEqual([path, 403])
    for (const [method, path, body] of CHANGES)
      expect([method, path, refusalIn(await ask(mallory, method, path, body))]).toEqual([method, path, '403'])
  })

  it('finds accounts by their name, as it is now, by their id and by their mailbox', async () => {
    const rename = async (uid: string, name: string) => {
      const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
      const body = new URLSearchParams({ key: 'display', value: name }).toString()
      const path = `/ocs/v2.php/cloud/users/${uid}`
      expect((await admin.ask({ method: 'PUT', path, headers, body })).status).toBe(200)
    }
    await rename('u-1', 'Ada Lovelace')
    await rename('u-2', 'Bob 100%')
    expect(await found('lovela')).toEqual(['u-1 Ada Lovelace'])
    expect(await found('ADA')).toEqual(['u-1 Ada Lovelace'])
    expect(await found('second@')).toEqual(['u-2 Bob 100%'])
    expect(await found('U-2')).toEqual(['u-2 Bob 100%'])
    expect(await found('%')).toEqual(['u-2 Bob 100%'])
    expect(await found('_')).toEqual([])
    await rename('u-1', 'Ada King')
    expect(await found('lovelace')).toEqual([])
    expect(await found('king')).toEqual(['u-1 Ada King'])
  })
})
