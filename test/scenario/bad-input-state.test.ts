/** Bad input, part 3: the database and the files of the connector, and two runs at once. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { emailOf } from '../world.ts'
import type { ErrorJson, RunJson, UserJson } from './command-line.ts'
import { expectEqual } from './equality.ts'
import { appointment } from './items.ts'
import { belongings, disposeProgram, expectHealed, type Office, openOffice, userOf } from './office.ts'

let office: Office
afterEach(() => office.close())
afterAll(disposeProgram)

function database(): DatabaseSync {
  return new DatabaseSync(join(office.world.directory, 'data', 'connector.db'))
}

/** `sync run`, refused as a whole: in words, and as JSON. */
async function expectRefused(expected: { code: string; exitCode: number; what: RegExp; next: RegExp }) {
  const before = [belongings(office.world), belongings(office.world, 'bob')]
  const words = await office.cli.run(['sync', 'run'])
  expect([words.exitCode, words.stdout]).toEqual([expected.exitCode, ''])
  expect(words.stderr).toMatch(expected.what)
  expect(words.stderr).toMatch(expected.next)
  const json = await office.cli.json<{ error: ErrorJson }>(['sync', 'run'])
  expect(json.ran.exitCode).toBe(expected.exitCode)
  expect(json.error).toMatchObject({ code: expected.code, exitCode: expected.exitCode })
  expect(json.error.next).toMatch(expected.next)
  expect([belongings(office.world), belongings(office.world, 'bob')]).toEqual(before)
}

describe('the database', () => {
  it('without tables: exit 10, and how to make them', async () => {
    office = await openOffice()
    rmSync(join(office.world.directory, 'data'), { recursive: true })
    await expectRefused({
      code: 'state.not-initialised',
      exitCode: 10,
      what: /tables are missing, or of an older version/,
      next: /connector db migrate/,
    })
    expect((await office.cli.run(['db', 'migrate'])).exitCode).toBe(0)
    await expectHealed(office)
  })

  it('of a newer version: exit 78, and it is not touched', async () => {
    office = await openOffice()
    const db = database()
    const version = Number(db.prepare('select max(version) as version from schema_version').get()?.version)
    db.prepare('insert into schema_version (version, applied_at_ms) values (?, 0)').run(version + 1)
    db.close()
    await expectRefused({ code: 'state.newer-schema', exitCode: 78, what: /newer version/, next: /Install the newer/ })
  })

  it('locked by another program: exit 11 after a bounded wait, then in step', async () => {
    office = await openOffice()
    const db = database()
    db.exec('begin exclusive')
    try {
      const words = await office.cli.run(['sync', 'run'])
      expect([words.exitCode, words.stdout]).toEqual([11, ''])
      expect(words.stderr).toMatch(/locked by another program[\s\S]*run the same command again[\s\S]*state\.locked/)
    } finally {
      db.close()
    }
    await expectHealed(office)
  })

  it('on a full disk: exit 1 with its code, nothing doubled or lost after space was made', async () => {
    office = await openOffice()
    const mailbox = office.world.exchange.mailbox(emailOf('alice'))
    for (let day = 4; day < 28; day++) mailbox.addEvent(appointment(`Long ${day}`, { day }))
    const db = database()
    const pages = Number(db.prepare('pragma page_count').get()?.page_count)
    db.close()
    const env = { NODE_OPTIONS: `--import=${import.meta.dirname}/full-disk.ts`, DISK_PAGES: String(pages + 4) }
    const run = await office.cli.json<RunJson>(['sync', 'run'], env)
    expect([run.ran.exitCode, run.ran.stderr]).toEqual([1, ''])
    expect(userOf(run, 'alice').error).toMatchObject({
      code: 'state.disk-full',
      next: expect.stringMatching(/Free space/),
    })
    await expectHealed(office)
  })
})

describe('files of the configuration', () => {
  it.each(['admins.json', 'users.json'])('no %s: exit 78, and which file it is', async (name) => {
    office = await openOffice()
    rmSync(join(office.world.directory, name))
    const words = await office.cli.run(['config', 'check'])
    expect([words.exitCode, words.stdout]).toEqual([78, ''])
    expect(words.stderr).toContain(name)
    if (name === 'users.json')
      await expectRefused({ code: 'config.file', exitCode: 78, what: /users\.json/, next: /config check/ })
  })
})

describe('two runs at once', () => {
  it('of one mailbox: exit 11 and who holds it; a run over all leaves it alone; the first one ends well', async () => {
    office = await openOffice()
    const { world, cli } = office
    const slow = world.exchange.faults.add({
      mailbox: emailOf('alice'),
      operation: 'CreateItem',
      effect: { kind: 'delay', ms: 6_000 },
    })
    const first = cli.start(['sync', 'user', emailOf('alice')])
    while (slow.fired === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    const [second, all] = await Promise.all([
      cli.json<{ error: ErrorJson }>(['sync', 'user', emailOf('alice')]),
      cli.json<RunJson>(['sync', 'run']),
    ])
    expect(second.ran.exitCode).toBe(11)
    expect(second.error).toMatchObject({
      code: 'lease.held',
      fields: { mailbox: emailOf('alice'), holder: expect.stringContaining(String(first.child.pid)) },
    })
    expect(second.error.message).toContain('is being synced by another run')
    expect(all.ran.exitCode).toBe(0)
    expect(all.users.map(({ email }) => email)).toEqual([emailOf('bob')])
    expect((await first.ended).exitCode).toBe(0)
    await expectEqual(world)
    await expectEqual(world, { person: 'bob' })
  })

  it('started at the same moment over all mailboxes: each is synced once, nothing is doubled', async () => {
    office = await openOffice({ people: ['alice', 'bob', 'carol'] })
    const runs = await Promise.all([1, 2, 3].map(() => office.cli.json<RunJson>(['sync', 'run'])))
    // One that found everything held by the others says so.
    const codes = runs.map(({ ran }) => ran.exitCode).sort()
    expect([codes[0], codes.filter((code) => code !== 0 && code !== 11)]).toEqual([0, []])
    const served = runs.flatMap(({ users }) => users.map(({ email }) => email)).sort()
    expect(served).toEqual(['alice', 'bob', 'carol'].map(emailOf))
    for (const person of ['alice', 'bob', 'carol']) await expectEqual(office.world, { person })
  })
})

describe('a stop', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: exit %d after the write under way, the next run goes on', async (signal, exitCode) => {
    office = await openOffice({ env: { Service__BatchSaveSize: '2' } })
    const { world, cli } = office
    for (let day = 4; day < 24; day++)
      world.exchange.mailbox(emailOf('alice')).addEvent(appointment(`Daily ${day}`, { day }))
    const slow = world.nextcloud.fault({ user: 'alice', method: 'PUT', times: 100 }, { kind: 'delay', ms: 150 })
    const running = cli.start(['sync', 'user', emailOf('alice'), '--json'])
    while (slow.hits() < 2) await new Promise((resolve) => setTimeout(resolve, 10))
    running.child.kill(signal)
    const ran = await running.ended
    expect(ran.exitCode).toBe(exitCode)
    expect(ran.stderr).toMatch(/^Stopping: /)
    expect(JSON.parse(ran.stdout) as UserJson).toMatchObject({ outcome: 'stopped' })
    const written = world.nextcloud.user('alice').calendar('personal').list().length
    expect(written).toBeGreaterThan(1)
    expect(written).toBeLessThan(22)
    world.nextcloud.clearFaults()
    const next = await cli.json<RunJson>(['sync', 'run'])
    expect([next.ran.exitCode, userOf(next, 'alice').outcome]).toEqual([0, 'in-step'])
    await expectEqual(world)
  })
})
