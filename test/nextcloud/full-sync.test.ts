/**
 * The whole product between the Exchange simulator and a real Nextcloud through the app, both authentications on: events, tasks and cards in both
 * directions, edits, deletions and a conflict, compared by a connector that remembers nothing; and what an idle connector asks of Nextcloud.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compose } from '../../src/compose.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { UserReport } from '../../src/ports/report.ts'
import type { Connector } from '../../src/ports/service.ts'
import { seedDocuments, seedExchange } from '../demo/seed.ts'
import type { MailboxHandle } from '../simulators/exchange/mailbox-handle.ts'
import { type ExchangeSimulator, startExchangeSimulator } from '../simulators/exchange/simulator.ts'
import { runOptions, SILENT } from '../world.ts'
import { type RealAppServer, startAppServer } from './app-server.ts'
import { nextcloudTree } from './server.ts'

const EMAIL = 'alice@corp.test'
const OTHERS = 10
/** Of the documents of the demo: a rule that Exchange has not. It stays where it is, named. */
const UNFIT = 'Full moon walk'
const tree = nextcloudTree()

const todo = (uid: string, summary: string) =>
  [
    ...[
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//test//EN',
      'BEGIN:VTODO',
      `UID:${uid}`,
      'DTSTAMP:20260101T000000Z',
    ],
    ...[`SUMMARY:${summary}`, 'DUE;VALUE=DATE:20300105', 'PRIORITY:1', 'END:VTODO', 'END:VCALENDAR', ''],
  ].join('\r\n')
const card = (uid: string, name: string) =>
  [
    ...['BEGIN:VCARD', 'VERSION:3.0', `UID:${uid}`, `FN:${name}`, `N:${name.split(' ').reverse().join(';')};;;`],
    ...[`EMAIL;TYPE=WORK:${uid}@partner.test`, 'TEL;TYPE=CELL:+49 170 0000000', 'END:VCARD', ''],
  ].join('\r\n')

function seedOthers(mailbox: MailboxHandle): void {
  for (let number = 1; number <= 10; number++) {
    mailbox.addItem('Task', { values: { Subject: `Outlook task ${number}` } })
    const values = { GivenName: 'Outlook', Surname: `Person ${number}`, DisplayName: `Outlook Person ${number}` }
    mailbox.addItem('Contact', { values: { ...values, FileAs: values.DisplayName } })
  }
}

/** Requests that the web server logged. */
function requestsOf(server: RealAppServer): string[] {
  const log = readFileSync(join(server.server.directory, 'php.log'), 'utf8')
  return [...log.matchAll(/\[\d{3}\]: ([A-Z]+ \S+)/g)].map((match) => match[1] ?? '')
}

describe.skipIf(tree.kind === 'skip')(
  `the full sync through the app (${tree.kind === 'skip' ? tree.reason : tree.tree})`,
  () => {
    let server: RealAppServer
    let exchange: ExchangeSimulator
    let mailbox: MailboxHandle
    let directory: string
    let env: Record<string, string>
    let connector: Connector

    async function connect(state: string): Promise<Connector> {
      const database = { Service__DatabaseConfiguration__ConnectionString: `sqlite:${join(directory, state)}` }
      const made = await compose(loadConfig({ env: { ...env, ...database }, cwd: directory, flags: {} }), {
        log: SILENT,
      })
      await made.store.migrate()
      return made
    }

    beforeAll(async () => {
      if (tree.kind === 'skip') return
      server = await startAppServer({ tree: tree.tree })
      const others = Array.from({ length: OTHERS }, (_, index) => ({
        uid: `other${index}`,
        mailbox: `other${index}@corp.test`,
      }))
      await server.newUsers([{ uid: 'alice', mailbox: EMAIL }, ...others])
      exchange = await startExchangeSimulator()
      exchange.addServiceAccount('svc-sync', 'service-password')
      mailbox = exchange.addMailbox(EMAIL, { displayName: 'Alice' })
      for (const { mailbox: address } of others) exchange.addMailbox(address, { displayName: address })
      directory = mkdtempSync(join(tmpdir(), 'full-sync-'))
      const admins = JSON.stringify([{ Username: 'svc-sync', Password: 'service-password' }])
      writeFileSync(join(directory, 'admins.json'), admins, { mode: 0o600 })
      env = {
        Service__ExchangeConfiguration__ExchangeType: '3',
        Service__ExchangeConfiguration__EwsUrl: exchange.url,
        Service__NextcloudConfiguration__Url: server.rootUrl,
        Service__NextcloudConfiguration__Username: server.account.username,
        Service__NextcloudConfiguration__AppPassword: server.account.appPassword,
        Service__NextcloudConfiguration__SharedSecret: server.account.sharedSecret,
        Service__DefaultTimeZone: 'Europe/Berlin',
        Service__SyncMode: '7',
        Service__SyncWindow__PastDays: 'unlimited',
      }
      seedExchange(mailbox, 0)
      const plumber = { start: '2030-03-04T10:00:00', end: '2030-03-04T11:00:00', zone: 'W. Europe Standard Time' }
      mailbox.addEvent({ subject: 'Call the plumber', ...plumber })
      seedOthers(mailbox)
      for (const { uid, text } of seedDocuments(0))
        await server.put('alice', `calendars/alice/personal/${uid}.ics`, text)
      for (let number = 1; number <= 5; number++)
        await server.put(
          'alice',
          `addressbooks/users/alice/contacts/web${number}.vcf`,
          card(`web${number}`, `Web Person ${number}`),
        )
      connector = await connect('state.db')
    }, 600_000)
    afterAll(async () => {
      await connector?.close()
      await exchange?.close()
      await server?.close()
      if (directory) rmSync(directory, { recursive: true, force: true })
    })

    const numbersOf = (report: UserReport) =>
      report.pairs.map(
        ({ kind, outcome, counts }) =>
          `${kind} ${outcome}: ${counts.created} created, ${counts.updated} updated, ${counts.removed} removed`,
      )

    async function settle(): Promise<UserReport> {
      const first = await connector.syncUser(EMAIL, runOptions())
      expect(first.error).toBeNull()
      let last = first
      for (
        let passes = 0;
        last.pairs.some(({ counts }) => counts.created + counts.updated + counts.removed + counts.conflicts > 0);
        passes++
      ) {
        expect(passes, JSON.stringify(last.pairs, null, 1)).toBeLessThan(3)
        last = await connector.syncUser(EMAIL, runOptions())
      }
      const titles = last.pairs.flatMap(({ problems }) => problems.map(({ title }) => title))
      expect([last.outcome, titles.filter((title) => title !== UNFIT)]).toEqual(['in-step', []])
      return first
    }

    /** Nothing to write for who compares every field and knows nothing. */
    async function expectEqual(): Promise<void> {
      const stranger = await connect(`stranger-${Date.now()}.db`)
      try {
        const report = await stranger.syncUser(EMAIL, runOptions({ dryRun: true }))
        expect({ outcome: report.outcome, error: report.error }).toEqual({ outcome: 'in-step', error: null })
        const actions = report.pairs.flatMap((pair) => pair.actions).filter(({ action }) => action !== 'link')
        expect(actions.map(({ action, title }) => [action, title])).toEqual([['skip', UNFIT]])
      } finally {
        await stranger.close()
      }
    }

    it('brings events, tasks and cards of both sides into step, in batches, and mails nobody', async () => {
      const before = await server.mails()
      const startedAtMs = performance.now()
      const first = await settle()
      const tookMs = Math.round(performance.now() - startedAtMs)
      expect(first.pairs.map(({ kind }) => kind)).toEqual(['calendar', 'tasks', 'contacts'])
      const asked = requestsOf(server)
      const batches = asked.filter((line) => line.includes('/users/alice/dav')).length
      console.log(
        `Nextcloud ${server.server.version}: first sync in ${tookMs} ms, ${batches} batches\n  ${numbersOf(first).join('\n  ')}`,
      )
      expect(batches).toBeGreaterThan(0)
      // A task list was made and one item of each kind cannot be a batch; everything else travels together.
      expect(
        asked.filter((line) => line.startsWith('PUT ') && !line.includes('/personal/') && !line.includes('/contacts/')),
      ).toHaveLength(0)
      expect(mailbox.list('tasks')).toHaveLength(10)
      // Nextcloud gives every new user an example of its own.
      expect(mailbox.list('contacts').length).toBeGreaterThanOrEqual(15)
      await expectEqual()
      expect(await server.mails()).toBe(before)
      expect(exchange.outbox.mails).toEqual([])
    })

    it('carries edits, deletions and creations both ways, and settles a conflict', async () => {
      const before = await server.mails()
      const personal = 'calendars/alice/personal'
      const list = () =>
        server.asUser('alice', {
          method: 'REPORT',
          path: `/remote.php/dav/${personal}/`,
          headers: { Depth: '1', 'Content-Type': 'application/xml' },
          body: '<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/><c:calendar-data/></d:prop><c:filter><c:comp-filter name="VCALENDAR"/></c:filter></c:calendar-query>',
        })
      const objects = [
        ...(await list()).text.matchAll(
          /<d:href>([^<]+)<\/d:href>[\s\S]*?<cal:calendar-data>([\s\S]*?)<\/cal:calendar-data>/g,
        ),
      ]
      const having = (text: string) => {
        const found = objects.find(([, , data]) => data?.includes(text))
        return {
          path: decodeURIComponent((found?.[1] ?? '').replace('/remote.php/dav/', '')),
          text: (found?.[2] ?? '').replaceAll('&#13;', '\r').replaceAll('&amp;', '&').replaceAll('\r\r', '\r'),
        }
      }
      const titled = (title: string) => mailbox.list().find((item) => item.fields.Subject === title)?.id ?? ''
      mailbox.editEvent(titled('Choir rehearsal'), { subject: 'Choir rehearsal in the town hall' })
      const choir = having('SUMMARY:Choir rehearsal')
      await server.put(
        'alice',
        choir.path,
        choir.text.replace('SUMMARY:Choir rehearsal', 'SUMMARY:Choir rehearsal at home'),
      )
      mailbox.deleteItem(titled('Call the plumber'))
      const swimming = having('SUMMARY:Swimming')
      await server.put('alice', swimming.path, swimming.text.replace('SUMMARY:Swimming', 'SUMMARY:Swimming in the sea'))
      const holiday = having('SUMMARY:Holiday on the lake')
      const gone = await server.asUser('alice', {
        method: 'DELETE',
        path: `/remote.php/dav/${holiday.path}`,
        headers: {},
      })
      expect(gone.status).toBe(204)
      const contact = mailbox
        .list('contacts')
        .find(
          (item) =>
            item.fields.Subject === 'Outlook Person 3' || JSON.stringify(item.fields).includes('Outlook Person 3'),
        )
      mailbox.editItem(contact?.id ?? '', { values: { JobTitle: 'Carpenter' } })
      await server.put('alice', 'addressbooks/users/alice/contacts/new.vcf', card('new', 'New Friend'))
      const lists = (
        await server.asUser('alice', {
          method: 'PROPFIND',
          path: '/remote.php/dav/calendars/alice/',
          headers: { Depth: '1' },
        })
      ).text
      const taskList =
        /<d:href>\/remote\.php\/dav\/(calendars\/alice\/(?!personal|inbox|outbox|trashbin|contact_birthdays)[^/]+)\/<\/d:href>/.exec(
          lists,
        )?.[1]
      await server.put('alice', `${taskList}/web-task.ics`, todo('web-task', 'Task of the web'))

      const report = await settle()
      console.log(`  ${numbersOf(report).join('\n  ')}`)
      const [conflict] = await connector.admin.conflicts({ email: EMAIL, all: false })
      expect(conflict?.title).toBe('Choir rehearsal at home')
      const titles = mailbox.list().map((item) => item.fields.Subject)
      expect(titles).toContain('Swimming in the sea')
      expect(titles).toContain('Choir rehearsal in the town hall')
      expect(titles).not.toContain('Holiday on the lake')
      expect(mailbox.list('tasks').map((item) => item.fields.Subject)).toContain('Task of the web')
      expect(JSON.stringify(mailbox.list('contacts'))).toContain('New Friend')
      expect((await list()).text).not.toContain('Call the plumber')
      await expectEqual()
      expect(await server.mails()).toBe(before)
    })

    it(`asks Nextcloud one question per poll when there is nothing to do, for ${OTHERS + 1} users`, async () => {
      await connector.syncRun(runOptions())
      // Twice more: the users are looked at again, and the reports of the passes go out.
      for (let round = 0; round < 2; round++) await connector.syncRun(runOptions())
      await new Promise((resolve) => setTimeout(resolve, 4_000))
      await connector.syncRun(runOptions())
      const before = requestsOf(server).length
      const polls = 5
      for (let poll = 0; poll < polls; poll++) expect((await connector.syncRun(runOptions())).users).toEqual([])
      const asked = requestsOf(server).slice(before)
      console.log(
        `Nextcloud ${server.server.version}: ${asked.length} requests for ${polls} idle polls of ${OTHERS + 1} users`,
      )
      expect(asked).toEqual(Array.from({ length: polls }, () => 'GET /ocs/v2.php/apps/exchange_connector/api/v1/work'))
    })
  },
)
