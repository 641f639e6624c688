/** A dry run that is kept as a file and done later: exactly what was shown, or nothing (P5). */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emailOf } from '../world.ts'
import type { ErrorJson, UserJson } from './command-line.ts'
import { expectEqual } from './equality.ts'
import { appointment } from './items.ts'
import { disposeProgram, type Office, openOffice } from './office.ts'

const ALICE = emailOf('alice')
let office: Office
let file: string
beforeEach(async () => {
  office = await openOffice()
  file = join(office.world.directory, 'plan.json')
  const mailbox = office.world.exchange.mailbox(ALICE)
  mailbox.addEvent(appointment('Planned one', { day: 3 }))
  mailbox.addEvent(appointment('Planned two', { day: 4 }))
})
afterEach(() => office.close())
afterAll(disposeProgram)

const titles = () =>
  office.world.nextcloud
    .user('alice')
    .calendar('personal')
    .list()
    .map(({ text }) => /SUMMARY:(.*)\r/.exec(text)?.[1] ?? '')
const makePlan = () => office.cli.run(['sync', 'user', ALICE, '--dry-run', '--out', file])
const doPlan = () => office.cli.json<UserJson & { error: ErrorJson | null }>(['sync', 'user', ALICE, '--plan', file])

describe('a plan that was kept', () => {
  it('is written for its owner only, and is done as it was shown', async () => {
    const made = await makePlan()
    expect(made.exitCode).toBe(0)
    expect(made.stdout).toContain(`\nNext: connector sync user ${ALICE} --plan ${file}\n`)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(titles()).not.toContain('Planned one')
    const done = await doPlan()
    expect([done.ran.exitCode, done.outcome]).toEqual([0, 'in-step'])
    expect(titles()).toEqual(expect.arrayContaining(['Planned one', 'Planned two']))
    await expectEqual(office.world)
  })

  it.each([
    ['an item was added', () => office.world.exchange.mailbox(ALICE).addEvent(appointment('Not planned', { day: 5 }))],
    [
      'an item was edited',
      () => {
        const mailbox = office.world.exchange.mailbox(ALICE)
        const item = mailbox.list().find(({ fields }) => fields.Subject === 'Planned two')
        mailbox.editItem(item?.id ?? '', { fields: { Subject: 'Planned otherwise' } })
      },
    ],
  ])('is refused whole when %s', async (_, edit) => {
    await makePlan()
    edit()
    const before = titles()
    const refused = await doPlan()
    expect([refused.ran.exitCode, refused.error?.code]).toEqual([7, 'guard.plan-changed'])
    expect(titles()).toEqual(before)
  })

  it('has no titles with --redact, and is done all the same', async () => {
    await office.cli.run(['sync', 'user', ALICE, '--dry-run', '--redact', '--out', file])
    expect(readFileSync(file, 'utf8')).not.toContain('Planned one')
    expect((await doPlan()).outcome).toBe('in-step')
  })

  it.each([
    ['nonsense', '{"hello": 1}', 'usage.bad-plan'],
    ['no JSON', 'hello', 'usage.bad-plan'],
    ['half of one', '{"format": "connector-plan/1", "email": "alice@co', 'usage.bad-plan'],
    ['of another version', `{"format": "connector-plan/9", "email": "${ALICE}", "pairs": []}`, 'usage.bad-plan'],
    ["another mailbox's", '{"format": "connector-plan/1", "email": "bob@corp.test", "pairs": []}', 'usage.bad-plan'],
  ])('is refused when it is %s', async (_, text, code) => {
    writeFileSync(file, text)
    const refused = await doPlan()
    expect([refused.ran.exitCode, refused.error?.code]).toEqual([64, code])
  })

  it('says what to do when it is not there, and when it cannot be written', async () => {
    const gone = await doPlan()
    expect(gone.error).toMatchObject({ code: 'usage.bad-plan', exitCode: 64, fields: { reason: 'ENOENT' } })
    expect(gone.error?.next).toContain(`connector sync user ${ALICE} --dry-run --out plan.json`)
    const nowhere = join(office.world.directory, 'no', 'plan.json')
    const unwritten = await office.cli.run(['sync', 'user', ALICE, '--dry-run', '--out', nowhere])
    expect([unwritten.exitCode, unwritten.stderr]).toEqual([64, expect.stringContaining('(usage.cannot-write)')])
    expect(unwritten.stderr).toContain('ENOENT: it is not there')
  })
})
