/** Whose mailbox is whose, on a real server: what people can edit is never believed, and what was believed is looked at again when it changes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AppUser } from '../../src/nextcloud/app/answers.ts'
import { clientOf } from '../contract/nextcloud-app-suite.ts'
import { eventText } from '../contract/nextcloud-side-fixture.ts'
import { type RealAppServer, startAppServer } from './app-server.ts'
import { basic } from './raw-request.ts'
import { nextcloudTree } from './server.ts'

const given = nextcloudTree()
const title = `whose mailbox is whose, on a real server${given.kind === 'skip' ? ` (skipped: ${given.reason})` : ''}`
const UI = '/ocs/v2.php/apps/exchange_connector/ui/v1/me'

describe.skipIf(given.kind === 'skip')(title, () => {
  let server: RealAppServer
  beforeAll(async () => {
    if (given.kind === 'skip') return
    server = await startAppServer({ tree: given.tree })
    await server.set({ allowed_domains: '["corp.test"]' })
    await server.newUsers([
      { uid: 'alice', mailbox: 'alice@corp.test' },
      ...['dora', 'emil', 'mallory', 'paula'].map((uid) => ({ uid })),
    ])
  })
  afterAll(() => server?.close())

  const enable = (uid: string) =>
    server.occ(['exchange_connector:users:enable', uid]).catch((error: Error) => error.message)
  const users = async () => {
    const found: AppUser[] = []
    for await (const page of clientOf(server).users()) found.push(...page)
    return found
  }
  const user = async (uid: string) => (await users()).find((one) => one.uid === uid)
  /** What a person's browser asks for; their answer's status and refusal. */
  async function ui(uid: string, method: string, path: string, body: object): Promise<string> {
    const headers = { 'OCS-APIRequest': 'true', Accept: 'application/json', 'Content-Type': 'application/json' }
    const { status, text } = await server.asUser(uid, { method, path: UI + path, headers, body: JSON.stringify(body) })
    const code = (JSON.parse(text) as { ocs: { data: { code?: string } } }).ocs.data?.code
    return code ?? String(status)
  }
  const CHOICES = [{ kind: 'calendar', exchange: { kind: 'default' }, nextcloud: null, direction: 'both' }]

  it('is not what somebody entered in their own settings, even where the server takes it', async () => {
    const headers = {
      'OCS-APIRequest': 'true',
      'Content-Type': 'application/x-www-form-urlencoded',
      Authorization: basic('mallory', 'a-Pass-w0rd-of-mallory'),
    }
    const body = 'key=email&value=alice@corp.test'
    const edit = await server.asUser('mallory', {
      method: 'PUT',
      path: '/ocs/v2.php/cloud/users/mallory',
      headers,
      body,
    })
    expect(edit.status).toBe(200)
    expect(await server.occ(['user:info', 'mallory'])).toContain('alice@corp.test')
    expect(await enable('mallory')).toContain('no mailbox is assigned')
    expect(await ui('mallory', 'PUT', '/consent', { choices: CHOICES })).toBe('no-identity')
    expect((await users()).map(({ uid }) => uid)).not.toContain('mallory')
  })

  it('is what the directory says where nobody can edit it, and no longer once the directory says something else', async () => {
    for (const key of ['allow_user_to_change_email', 'allow_user_to_change_display_name'])
      await server.occ(['config:system:set', key, '--type=boolean', '--value=false'])
    expect(await enable('dora')).toContain('dora: takes part')
    expect(await user('dora')).toMatchObject({
      email: 'dora@corp.test',
      identity: { source: 'directory' },
      state: 'active',
    })
    // Alice's mailbox is taken, whoever's address it became.
    expect(await enable('mallory')).toContain('the mailbox belongs to another account')
    await server.occ(['user:setting', 'dora', 'settings', 'email', 'boss@corp.test'])
    expect(await user('dora')).toMatchObject({ state: 'withdrawn', withdrawal: 'keep', email: null })
    await server.occ(['user:setting', 'emil', 'settings', 'email', 'emil@other.test'])
    expect(await enable('emil')).toContain('no mailbox is assigned')
    for (const key of ['allow_user_to_change_email', 'allow_user_to_change_display_name'])
      await server.occ(['config:system:delete', key])
  })

  it('lets the connector make calendars and address books for people who never signed in', async () => {
    await server.newUsers([{ uid: 'nina', mailbox: 'nina@corp.test', isNew: true }])
    const app = clientOf(server)
    expect((await app.collections('nina')).filter(({ isOwn, isWritable }) => isOwn && isWritable)).toEqual([])
    const url = `${server.rootUrl}remote.php/dav/calendars/nina/personal/`
    expect((await app.dav('nina', { method: 'MKCALENDAR', url, headers: {} })).status).toBe(201)
    const resourcetype = '<d:resourcetype><d:collection/><c:addressbook/></d:resourcetype>'
    const body = `<d:mkcol xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><d:set><d:prop>${resourcetype}</d:prop></d:set></d:mkcol>`
    const headers = { 'Content-Type': 'application/xml' }
    const [book, event] = await app.batch('nina', [
      { method: 'MKCOL', path: 'addressbooks/users/nina/contacts/', headers, body },
      {
        ...{ method: 'PUT', path: 'calendars/nina/personal/a.ics', headers: { 'Content-Type': 'text/calendar' } },
        body: eventText('a', 'A'),
      },
    ])
    expect([book?.status, event?.status]).toEqual([201, 201])
  })

  it('is proved by a code that only the mailbox shows: one hour, five tries', async () => {
    await server.set({ identity_sources: '["admin","proof"]' })
    expect(await ui('paula', 'POST', '/proof', { email: 'paula@other.test' })).toBe('domain-not-allowed')
    expect(await ui('paula', 'POST', '/proof', { email: 'alice@corp.test' })).toBe('duplicate-email')
    const ask = async () => {
      expect(await ui('paula', 'POST', '/proof', { email: 'paula@corp.test' })).toBe('200')
      const { commands } = await clientOf(server).commands()
      const command = commands.find(({ kind, uid }) => kind === 'place-proof' && uid === 'paula')
      return command?.kind === 'place-proof' ? command : undefined
    }
    const first = await ask()
    expect(first?.args).toMatchObject({ email: 'paula@corp.test', code: expect.stringMatching(/^[2-9A-Z]{8}$/) })
    for (let n = 0; n < 5; n++)
      expect(await ui('paula', 'POST', '/proof/confirm', { code: 'WRONG222' })).toBe('proof-wrong')
    expect(await ui('paula', 'POST', '/proof/confirm', { code: first?.args.code ?? '' })).toBe('proof-attempts')
    const second = await ask()
    expect(second?.args.code).not.toBe(first?.args.code)
    expect(await ui('paula', 'POST', '/proof/confirm', { code: second?.args.code ?? '' })).toBe('200')
    expect(await ui('paula', 'PUT', '/consent', { choices: CHOICES })).toBe('200')
    expect(await user('paula')).toMatchObject({
      email: 'paula@corp.test',
      identity: { source: 'proof' },
      state: 'active',
    })
    await clientOf(server).ackCommands([{ id: second?.id ?? 0, outcome: 'done', message: '' }])
    // A code that was placed is not kept anywhere.
    const kept = await server.occ(['config:list', 'exchange_connector'])
    expect(kept).not.toContain(second?.args.code ?? 'no code')
  })

  it('ends with the domain, with the group and with the account, and the connector is told each time', async () => {
    const before = (await clientOf(server).work()).usersUpdatedAt
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    await server.setEnabled('paula', false)
    expect(await user('paula')).toMatchObject({ enabled: false })
    expect((await clientOf(server).work()).usersUpdatedAt).toBeGreaterThan(before)
    await server.setEnabled('paula', true)
    expect(await user('paula')).toMatchObject({ enabled: true })
    await server.occ(['user:delete', 'paula'])
    expect(await user('paula')).toMatchObject({ state: 'withdrawn', withdrawal: 'keep', email: null, enabled: false })
  })
})
