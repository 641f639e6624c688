/**
 * The whole product between the Exchange simulator and a CalDAV server that nobody here wrote: first sync, edits on both sides,
 * deletions, a conflict, and a comparison of every field by a connector that remembers nothing.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'vitest'
import { compose } from '../../src/compose.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Connector } from '../../src/ports/service.ts'
import { seedDocuments, seedExchange } from '../demo/seed.ts'
import { startExchangeSimulator } from '../simulators/exchange/simulator.ts'
import { runOptions, SILENT } from '../world.ts'

export type DavAccount = { davUrl: string; username: string; password: string }

const EMAIL = 'interop@corp.test'

type Init = { body?: string; headers?: Record<string, string> }
const BUSY_TRIES_MAX = 30
const BUSY_WAIT_MS = 200

/** Plain HTTP, so that nothing of the connector's own client helps here. */
export function rawDav(account: DavAccount, collectionUrl: string) {
  const authorization = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`
  const askOnce = (method: string, url: string, init: Init) =>
    fetch(url, {
      method,
      ...(init.body === undefined ? {} : { body: init.body }),
      headers: {
        authorization,
        'Schedule-Reply': 'F',
        'Content-Type': 'text/calendar; charset=utf-8',
        ...init.headers,
      },
    })
  /** A person whose server is busy (Nextcloud on SQLite has one writer) tries again. */
  const ask = async (method: string, url: string, init: Init = {}) => {
    for (let tries = 1; ; tries++) {
      const answer = await askOnce(method, url, init)
      if (answer.status !== 500 || tries === BUSY_TRIES_MAX) return answer
      await wait(BUSY_WAIT_MS)
    }
  }
  const urlOf = (name: string) => `${collectionUrl}${name}`
  return {
    urlOf,
    /** Makes the collection itself, for events. */
    makeCalendar: async (displayName: string) => {
      const body = `<c:mkcalendar xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:set><d:prop><d:displayname>${displayName}</d:displayname><c:supported-calendar-component-set><c:comp name="VEVENT"/></c:supported-calendar-component-set></d:prop></d:set></c:mkcalendar>`
      const { status } = await ask('MKCALENDAR', collectionUrl, {
        body,
        headers: { 'Content-Type': 'application/xml' },
      })
      expect(status).toBe(201)
    },
    /** `silent: false`: as the web page does it, with invitations. */
    put: async (name: string, text: string, { silent = true } = {}) => {
      const { status } = await ask('PUT', urlOf(name), { body: text, headers: silent ? {} : { 'Schedule-Reply': 'T' } })
      expect([200, 201, 204]).toContain(status)
    },
    get: async (name: string): Promise<string> => (await ask('GET', urlOf(name))).text(),
    list: async (): Promise<{ url: string; text: string }[]> => {
      const answer = await ask('PROPFIND', collectionUrl, { headers: { Depth: '1' }, body: '' })
      const hrefs = [...(await answer.text()).matchAll(/<(?:\w+:)?href>([^<]+\.ics)<\/(?:\w+:)?href>/g)].map(
        (match) => match[1] ?? '',
      )
      const urls = hrefs.map((href) => new URL(href, collectionUrl).href)
      return Promise.all(urls.map(async (url) => ({ url, text: await (await ask('GET', url)).text() })))
    },
    replace: async (url: string, text: string) =>
      expect([200, 201, 204]).toContain((await ask('PUT', url, { body: text })).status),
    remove: async (url: string) => expect([200, 204]).toContain((await ask('DELETE', url)).status),
  }
}

/** Runs the story; every step is an assertion. The collection must be empty before. */
export async function fullSync(account: DavAccount, collection: { name: string; url: string }): Promise<void> {
  const exchange = await startExchangeSimulator()
  const directory = mkdtempSync(join(tmpdir(), 'interop-'))
  exchange.addServiceAccount('svc', 'secret')
  const mailbox = exchange.addMailbox(EMAIL, { displayName: 'Inter Op' })
  const dav = rawDav(account, collection.url)
  seedExchange(mailbox, 0)
  for (const { uid, text } of seedDocuments(0)) await dav.put(`${uid}.ics`, text)
  const open = () => connect({ account, calendar: collection.name, directory, ewsUrl: exchange.url })
  try {
    let connector = await open()
    const first = await connector.syncUser(EMAIL, runOptions())
    expect(first).toMatchObject({ outcome: 'in-step', error: null })
    expect(first.pairs[0]?.counts).toMatchObject({ created: mailbox.list().length, failed: 0 })

    const choir = mailbox.list().find((item) => item.fields.Subject === 'Choir rehearsal')
    const plants = mailbox.list().find((item) => item.fields.Subject === 'Water the plants')
    const garage = mailbox.list().find((item) => item.fields.Subject === 'Car to the garage')
    mailbox.editEvent(choir?.id ?? '', { subject: 'Choir rehearsal in the town hall' })
    mailbox.deleteOccurrence(plants?.id ?? '', 4)
    mailbox.deleteItem(garage?.id ?? '')
    const objects = await dav.list()
    const having = (text: string) => objects.find((object) => object.text.includes(text)) ?? { url: '', text: '' }
    const swimming = having('SUMMARY:Swimming')
    await dav.replace(swimming.url, swimming.text.replace('SUMMARY:Swimming', 'SUMMARY:Swimming in the sea'))
    const conflicting = having('SUMMARY:Choir rehearsal\r\n')
    await dav.replace(
      conflicting.url,
      conflicting.text.replace('SUMMARY:Choir rehearsal', 'SUMMARY:Choir, bring the score'),
    )
    await dav.remove(having('SUMMARY:Write to Aunt Olga').url)

    const second = await connector.syncUser(EMAIL, runOptions())
    expect(second).toMatchObject({ outcome: 'in-step', error: null })
    expect(second.pairs[0]?.counts).toMatchObject({ removed: 2, conflicts: 1, updated: 2, failed: 0 })
    const third = await connector.syncUser(EMAIL, runOptions())
    expect(third.pairs[0]?.counts).toMatchObject({ created: 0, removed: 0, conflicts: 0, updated: 0, failed: 0 })
    await connector.close()

    rmSync(join(directory, 'data'), { recursive: true })
    connector = await open()
    const compared = await connector.syncUser(EMAIL, runOptions({ dryRun: true }))
    const actions = compared.pairs.flatMap((pair) => pair.actions)
    expect(actions.filter(({ action }) => action !== 'link' && action !== 'skip')).toEqual([])
    expect(actions.filter(({ action }) => action === 'link')).toHaveLength(mailbox.list().length)
    await connector.close()
    const subjects = mailbox.list().map((item) => item.fields.Subject)
    expect(subjects).toContain('Swimming in the sea')
    expect(subjects).not.toContain('Write to Aunt Olga')
    expect((await dav.list()).some(({ text }) => text.includes('SUMMARY:Choir rehearsal in the town hall'))).toBe(true)
    expect(exchange.outbox.mails).toEqual([])
  } finally {
    await exchange.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function connect(to: {
  account: DavAccount
  calendar: string
  directory: string
  ewsUrl: string
}): Promise<Connector> {
  const { account, calendar, directory, ewsUrl } = to
  const entry = {
    Email: EMAIL,
    DavUrl: account.davUrl,
    Username: account.username,
    AppPassword: account.password,
    Calendars: [{ Exchange: 'Calendar', Nextcloud: calendar }],
  }
  writeFileSync(join(directory, 'users.json'), JSON.stringify([entry]), { mode: 0o600 })
  writeFileSync(join(directory, 'admins.json'), JSON.stringify([{ Username: 'svc', Password: 'secret' }]), {
    mode: 0o600,
  })
  const env = {
    Service__ExchangeConfiguration__ExchangeType: '3',
    Service__ExchangeConfiguration__EwsUrl: ewsUrl,
    Service__DefaultTimeZone: 'Europe/Berlin',
    Service__SyncMode: '1',
  }
  const connector = await compose(loadConfig({ env, cwd: directory, flags: {} }), { log: SILENT })
  await connector.store.migrate()
  return connector
}
