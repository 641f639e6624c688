/**
 * The first afternoon of an administrator, command by command: from a clone to a mailbox in step, then what goes wrong and how it is mended. What
 * each step says is kept as a file, on a terminal of 80 columns and as JSON; UPDATE_WALK=1 writes the files anew, to be read before they are committed.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Checkout, freshCheckout } from './checkout.ts'
import { appointment } from './items.ts'
import { makeOlder } from './older-database.ts'
import { ALICE, type Form, WalkStage } from './walk-stage.ts'

const START = join(import.meta.dirname, '..', '..', 'docs', 'start.md')
let program: Checkout
beforeAll(() => {
  program = freshCheckout()
}, 120_000)
afterAll(() => program?.dispose())

describe.each(['text', 'json'] satisfies Form[])('an administrator who reads %s', (form) => {
  let stage: WalkStage
  beforeAll(async () => {
    stage = await WalkStage.open(form, program)
  })
  afterAll(() => stage?.close())
  const step = (name: string, ...words: string[]) => stage.step(name, words)
  const mailbox = () => stage.world.exchange.mailbox(ALICE)

  it.runIf(form === 'text')('clones it and looks what it can do', async () => {
    const { exitCode, output } = await stage.runByNpm(['--help'])
    stage.kept(
      '00-clone.txt',
      `$ npm run -s connector -- --help\n${output.replace(/connector\/.*/, 'connector/VERSION')}`,
    )
    expect(exitCode).toBe(0)
  })

  it('begins without knowing anything', async () => {
    expect(await step('01-nothing-there', 'config', 'check')).toBe(78)
    const { exchange, nextcloud } = stage.world
    const answers = ['--exchange-type', '3', '--ews-url', exchange.url, '--account', 'svc-sync', '--users-from', 'file']
    const secret = ['--account-password-file', join(stage.folder, 'exchange.secret')]
    const url = new URL('/', nextcloud.davUrl).href
    expect(await step('02-init', 'init', ...answers, ...secret, '--nextcloud-url', url)).toBe(0)
    // The appointments of this story stay where they are while the year goes on.
    stage.write('.env', `${readFileSync(join(stage.folder, '.env'), 'utf8')}Service__SyncWindow__PastDays=unlimited\n`)
    stage.setUser()
    expect(await step('03-config-check', 'config', 'check')).toBe(0)
    expect(await step('04-not-initialised', 'sync', 'run')).toBe(10)
    expect(await step('05-db-migrate', 'db', 'migrate')).toBe(0)
    expect(await step('06-doctor', 'doctor')).toBe(0)
  })

  it('sees before it acts, then syncs the first mailbox', async () => {
    for (const [index, title] of ['Budget', 'Team meeting', 'Dentist'].entries())
      mailbox().addEvent({ ...appointment(title, { day: 3 + index }), uid: `uid-${index}@example.org` })
    expect(await step('07-dry-run', 'sync', 'user', ALICE, '--dry-run')).toBe(0)
    expect(await step('08-first-sync', 'sync', 'user', ALICE)).toBe(0)
    expect(await step('09-status', 'status')).toBe(0)
  })

  it.runIf(form === 'text')('has done then what the first page of the documentation says', () => {
    const commands = [...readFileSync(START, 'utf8').matchAll(/^connector .*$/gm)].map(([line]) => line)
    const done = ['connector init', ...stage.typed.map((words) => `connector ${words}`)]
    expect(commands.length).toBeGreaterThan(4)
    for (const command of commands) expect(done).toContain(command.replace('anna@example.org', ALICE))
  })

  it('has a wrong password, is told so, and mends it', async () => {
    stage.setAdmin('wrong')
    expect(await step('10-wrong-password', 'sync', 'user', ALICE)).toBe(4)
    expect(await step('11-wrong-password-status', 'status')).toBe(0)
    stage.setAdmin('service-password')
    expect((await stage.run(['sync', 'user', ALICE])).exitCode).toBe(0)
  })

  it('has a user with a wrong address, and one who is not enrolled', async () => {
    stage.setUser({ Email: 'nobody@corp.test' })
    expect(await step('12-wrong-address', 'sync', 'user', 'nobody@corp.test')).toBe(1)
    stage.setUser()
    expect(await step('13-not-enrolled', 'sync', 'user', 'bob@corp.test')).toBe(64)
  })

  it('meets a conflict, looks at it and keeps what is there', async () => {
    const item = mailbox()
      .list()
      .find(({ fields }) => fields.Subject === 'Budget')
    mailbox().editItem(item?.id ?? '', { fields: { Subject: 'Budget, from Outlook' } })
    const calendar = stage.world.nextcloud.user('alice').calendar('personal')
    const object = calendar.list().find((one) => one.text.includes('SUMMARY:Budget'))
    const edited = (object?.text ?? '').replace('SUMMARY:Budget', 'SUMMARY:Budget\\, from the web')
    calendar.put(object?.uri ?? '', edited, { silent: true })
    expect(await step('14-conflict', 'sync', 'user', ALICE)).toBe(0)
    type Listed = { conflicts: { id: string; archiveId: string | null }[] }
    const { conflicts } = await stage.json<Listed>(['conflicts', 'list'])
    const { id = '', archiveId } = conflicts[0] ?? {}
    stage.name(id, 'ID-OF-A-CONFLICT')
    stage.name(archiveId ?? '', 'ID-IN-AN-ARCHIVE')
    expect(await step('15-conflicts-list', 'conflicts', 'list', ALICE)).toBe(0)
    expect(await step('16-conflict-shown', 'conflicts', 'show', id)).toBe(0)
    expect(await step('17-conflict-resolved', 'conflicts', 'resolve', id, '--keep')).toBe(0)
    expect(await step('18-no-conflict-left', 'conflicts', 'list')).toBe(0)
  })

  it('is asked why a meeting vanished, and answers with one command', async () => {
    const item = mailbox()
      .list()
      .find(({ fields }) => fields.Subject === 'Dentist')
    mailbox().deleteItem(item?.id ?? '')
    expect((await stage.run(['sync', 'user', ALICE])).exitCode).toBe(0)
    expect(await step('19-vanished', 'status', ALICE, '--log', '--find', 'dentist')).toBe(0)
  })

  it('is stopped by a guard, and lets the exact number pass', async () => {
    for (let number = 0; number < 30; number++) {
      const item = appointment(`Item ${number}`, { day: 3 + (number % 20) })
      mailbox().addEvent({ ...item, uid: `item-${number}@example.org` })
    }
    await stage.run(['sync', 'user', ALICE])
    for (const { id, fields } of mailbox().list())
      if (/^Item 1?\d$/.test(fields.Subject ?? '')) mailbox().deleteItem(id)
    expect(await step('20-halted', 'sync', 'user', ALICE)).toBe(7)
    expect(await step('21-halted-status', 'status', ALICE)).toBe(0)
    expect(await step('22-released', 'sync', 'user', ALICE, '--allow-deletes', '20')).toBe(0)
  })

  it('upgrades: the database of the version before is refused until it is migrated, and nothing is done twice', async () => {
    makeOlder(join(stage.folder, 'data', 'connector.db'))
    expect(await step('23-old-database', 'sync', 'run', '--now')).toBe(10)
    expect(await step('24-migrated', 'db', 'migrate')).toBe(0)
    expect(await step('25-after-upgrade', 'sync', 'run', '--now')).toBe(0)
    expect(stage.world.nextcloud.user('alice').calendar('personal').list()).toHaveLength(12)
  })

  it('runs an old program on a database that was upgraded', async () => {
    stage.inDatabase('insert into schema_version select max(version) + 1, 0 from schema_version')
    expect(await step('26-newer-database', 'sync', 'run')).toBe(78)
  })
})
