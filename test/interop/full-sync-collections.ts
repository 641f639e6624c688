/**
 * The whole product with tasks, contacts and further collections, between the Exchange simulator and a CalDAV and CardDAV server that nobody
 * here wrote: collections are made on both sides, items travel field by field, names follow, and a deleted collection waits for a person.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { compose } from '../../src/compose.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { UserReport } from '../../src/ports/report.ts'
import type { Connector } from '../../src/ports/service.ts'
import { startExchangeSimulator } from '../simulators/exchange/simulator.ts'
import { runOptions, SILENT } from '../world.ts'
import { davCollections } from './dav-collections.ts'
import type { DavAccount } from './full-sync.ts'

const EMAIL = 'interop@corp.test'
const HOUR_MS = 3_600_000
const ALL = [{}, { Exchange: '*', Nextcloud: '*' }]
const JPEG = '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAP//'

const card = (version: string, uid: string, ...lines: string[]) =>
  ['BEGIN:VCARD', `VERSION:${version}`, `UID:${uid}`, ...lines, 'END:VCARD', ''].join('\r\n')
const todo = (uid: string, ...lines: string[]) =>
  [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Interop//EN', 'BEGIN:VTODO', `UID:${uid}`],
    ...['DTSTAMP:20260101T000000Z', ...lines, 'END:VTODO', 'END:VCALENDAR', ''],
  ].join('\r\n')

/** `trash`: a deleted calendar is in the trash first, and its name is taken for a while. */
export async function fullSyncOfCollections(account: DavAccount): Promise<void> {
  const exchange = await startExchangeSimulator()
  const directory = mkdtempSync(join(tmpdir(), 'interop-'))
  exchange.addServiceAccount('svc', 'secret')
  const mailbox = exchange.addMailbox(EMAIL, { displayName: 'Inter Op' })
  const dav = await davCollections(account)
  let laterMs = 0
  const clock: Clock = { nowMs: () => Date.now() + laterMs, sleep: async () => {} }
  const open = () => connect({ account, directory, ewsUrl: exchange.url, clock })
  let connector = await open()
  const pass = async (outcome: UserReport['outcome'] = 'in-step'): Promise<UserReport> => {
    const report = await connector.syncUser(EMAIL, runOptions())
    expect({ outcome: report.outcome, pairs: report.pairs.filter((pair) => pair.error || pair.halt) }).toMatchObject({
      outcome,
      ...(outcome === 'in-step' ? { pairs: [] } : {}),
    })
    return report
  }
  /** As after an hour or more: both sides' collections are looked at again. */
  const later = async (outcome?: UserReport['outcome']) => {
    laterMs += 2 * HOUR_MS
    return pass(outcome)
  }
  try {
    mailbox.addItem('Task', { fields: { Subject: 'Write the report' }, values: { DueDate: '2026-03-05T00:00:00Z' } })
    mailbox.addFolder('Office', 'TasksFolder')
    mailbox.addItem('Task', { fields: { Subject: 'Order paper' }, folder: 'Office' })
    mailbox.addFolder('Suppliers', 'ContactsFolder')
    mailbox.addItem('Contact', { values: { DisplayName: 'Sam Supply', JobTitle: 'Buyer' }, folder: 'Suppliers' })
    const shopping = await dav.makeTaskList('shopping', { displayName: 'Shopping', color: '#00AA00' })
    await dav.put(`${shopping}bread.ics`, todo('bread@example.org', 'SUMMARY:Bread', 'RELATED-TO:bakery', 'PRIORITY:1'))
    const club = await dav.makeBook('club', 'Club')
    await dav.put(
      `${club}clara.vcf`,
      card(
        '3.0',
        'clara',
        'FN:Clara Club',
        'N:Club;Clara;;;',
        'TEL;TYPE=CELL:1',
        'GENDER:F',
        'X-CUSTOM1:Member 1',
        'X-THEIRS:kept',
        `PHOTO;ENCODING=b;TYPE=JPEG:${JPEG}`,
      ),
    )
    await dav.put(
      `${club}board.vcf`,
      card(
        '4.0',
        'board',
        'KIND:group',
        'FN:Board',
        'MEMBER:mailto:clara@example.org',
        'MEMBER:mailto:dora@example.org',
      ),
    )

    await pass()
    const folders = () => [...mailbox.folderNames('TasksFolder'), ...mailbox.folderNames('ContactsFolder')]
    expect(folders()).toEqual(expect.arrayContaining(['Office', 'Shopping', 'Suppliers', 'Club']))
    expect(await dav.names()).toEqual(expect.arrayContaining(['Office', 'Shopping', 'Suppliers', 'Club']))
    const office = await dav.urlOf('Office')
    const suppliers = await dav.urlOf('Suppliers')
    expect((await dav.list(office)).map(({ text }) => /SUMMARY:(.*)\r/.exec(text)?.[1])).toEqual(['Order paper'])
    expect((await dav.list(suppliers))[0]?.text).toMatch(/TITLE:Buyer/)
    const inClub = mailbox.list('Club').map(({ fields }) => fields.other?.DisplayName?.text ?? fields.Subject)
    expect(inClub.sort()).toEqual(['Board', 'Clara Club'])
    const quiet = await pass()
    expect(quiet.pairs.every(({ counts }) => counts.seen === counts.unchanged + counts.skipped)).toBe(true)

    const [bread] = mailbox.list('Shopping')
    mailbox.editItem(bread?.id ?? '', { values: { Status: 'Completed', PercentComplete: '100' } })
    const clara = mailbox.list('Club').find(({ fields }) => fields.other?.DisplayName?.text === 'Clara Club')
    mailbox.editItem(clara?.id ?? '', { values: { JobTitle: 'Chair' } })
    const [supplier] = await dav.list(suppliers)
    await dav.put(supplier?.url ?? '', (supplier?.text ?? '').replace('TITLE:Buyer', 'TITLE:Head of sales'))
    await pass()
    const cards = await dav.list(club)
    const claraNow = cards.find(({ text }) => text.includes('Clara'))?.text ?? ''
    for (const line of ['TITLE:Chair', 'X-THEIRS:kept', 'X-CUSTOM1:Member 1', 'GENDER:F', 'TEL;TYPE=CELL:1'])
      expect(claraNow).toContain(line)
    expect(claraNow.replace(/\r?\n /g, '')).toContain(JPEG)
    const breadNow = (await dav.list(shopping))[0]?.text ?? ''
    for (const line of ['STATUS:COMPLETED', 'RELATED-TO:bakery', 'PRIORITY:1']) expect(breadNow).toContain(line)
    expect(mailbox.list('Suppliers')[0]?.fields.other?.JobTitle?.text).toBe('Head of sales')

    mailbox.renameFolder('Office', 'Desk')
    mailbox.renameFolder('Suppliers', 'Vendors')
    await dav.rename(shopping, 'Groceries')
    await dav.rename(club, 'Chess club')
    await later()
    expect(await dav.names()).toEqual(expect.arrayContaining(['Desk', 'Vendors', 'Groceries', 'Chess club']))
    expect(folders()).toEqual(expect.arrayContaining(['Desk', 'Vendors', 'Groceries', 'Chess club']))

    await dav.remove(shopping)
    await dav.remove(club)
    const halted = await later('halted')
    expect(halted.pairs.flatMap(({ name, halt }) => (halt ? [[name, halt.guard, halt.side]] : []))).toEqual([
      ['Shopping', 'collection-deleted', 'nextcloud'],
      ['Club', 'collection-deleted', 'nextcloud'],
    ])
    expect([mailbox.list('Groceries').length, mailbox.list('Chess club').length]).toEqual([1, 2])
    await connector.admin.resume(EMAIL, { signal: new AbortController().signal })
    await pass()
    expect(await dav.list(await dav.urlOf('Groceries'))).toHaveLength(1)
    expect(await dav.list(await dav.urlOf('Chess club'))).toHaveLength(2)

    await connector.close()
    rmSync(join(directory, 'data'), { recursive: true })
    connector = await open()
    const compared = await connector.syncUser(EMAIL, runOptions({ dryRun: true }))
    const actions = compared.pairs.flatMap((pair) => pair.actions)
    expect(actions.filter(({ action }) => action !== 'link' && action !== 'skip')).toEqual([])
    expect(exchange.outbox.mails).toEqual([])
  } finally {
    await connector.close()
    await exchange.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

async function connect(to: {
  account: DavAccount
  directory: string
  ewsUrl: string
  clock: Clock
}): Promise<Connector> {
  const { account, directory, ewsUrl, clock } = to
  const entry = {
    Email: EMAIL,
    DavUrl: account.davUrl,
    Username: account.username,
    AppPassword: account.password,
    TaskLists: ALL,
    AddressBooks: ALL,
  }
  writeFileSync(join(directory, 'users.json'), JSON.stringify([entry]), { mode: 0o600 })
  writeFileSync(join(directory, 'admins.json'), JSON.stringify([{ Username: 'svc', Password: 'secret' }]), {
    mode: 0o600,
  })
  const env = {
    Service__ExchangeConfiguration__ExchangeType: '3',
    Service__ExchangeConfiguration__EwsUrl: ewsUrl,
    Service__DefaultTimeZone: 'Europe/Berlin',
    Service__SyncMode: '6',
  }
  const connector = await compose(loadConfig({ env, cwd: directory, flags: {} }), { log: SILENT, clock })
  await connector.store.migrate()
  return connector
}
