/** The administrator's commands on the terminal and as JSON: what is shown, what is hidden, and the exit codes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Config } from '@oclif/core'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { ArchiveList } from '../../commands/archive/list.ts'
import { ArchiveRestore } from '../../commands/archive/restore.ts'
import { ArchiveShow } from '../../commands/archive/show.ts'
import { ConflictsList } from '../../commands/conflicts/list.ts'
import { ConflictsResolve } from '../../commands/conflicts/resolve.ts'
import { ConflictsShow } from '../../commands/conflicts/show.ts'
import { DbRotateKey } from '../../commands/db/rotate-key.ts'
import { Status } from '../../commands/status.ts'
import { SyncUser } from '../../commands/sync/user.ts'
import { UsersPause } from '../../commands/users/pause.ts'
import { UsersResume } from '../../commands/users/resume.ts'
import { sinceMs } from '../../src/cli/admin-ids.ts'
import type { BaseCommand } from '../../src/cli/base-command.ts'
import { type AdminWorld, adminWorld, conflicted, EMAIL, edit, event, only } from './admin-world.ts'

const root = join(import.meta.dirname, '..', '..')
let oclif: Config
let world: AdminWorld
let out = ''
let err = ''

beforeAll(async () => {
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  oclif = new Config({ root, pjson: { ...pjson, oclif: { ...pjson.oclif, commands: './no-commands' } } })
  await oclif.load()
})

beforeEach(async () => {
  world = await adminWorld({ guards: { deletesMax: 0, deletesMaxPercent: 0 } })
  vi.stubEnv('Service__ExchangeConfiguration__EwsUrl', 'https://mail.example.org/EWS/Exchange.asmx')
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text)
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
})

type CommandClass = new (argv: string[], config: Config) => BaseCommand

/** Runs a command on the simulated world and gives its exit code. */
async function run(command: CommandClass, ...argv: string[]): Promise<number> {
  const Tested = class extends (command as new (argv: string[], config: Config) => SyncUser) {
    protected override async compose() {
      return { ...world.connector, close: async () => {} }
    }
    protected override nowMs() {
      return world.clock.nowMs()
    }
    protected override async finally() {}
    async runAll() {
      await this._run()
    }
  }
  out = ''
  err = ''
  process.exitCode = undefined
  await new Tested(argv, oclif).runAll()
  const code = Number(process.exitCode ?? 0)
  process.exitCode = undefined
  return code
}

const json = () => JSON.parse(out)

function expectHarmless(): void {
  expect(out).not.toContain('\u001b[2J')
  expect(out).not.toContain('\u202E')
}

describe('conflicts', () => {
  it('are listed with what to do next, and without titles when asked', async () => {
    const id = await conflicted(world)
    expect(await run(ConflictsList)).toBe(0)
    expect(out).toContain('"Nextcloud title"')
    expect(out).toContain('Both sides changed title. Exchange won')
    expect(out).toContain('connector conflicts show ID')
    await run(ConflictsList, EMAIL, '--redact')
    expect(out).not.toContain('Nextcloud title')
    expect(out).toContain('UID u1')
    await run(ConflictsList, '--json')
    expect(json().conflicts).toMatchObject([{ id, email: EMAIL, title: 'Nextcloud title', fields: ['title'] }])
    await run(ConflictsList, '--json', '--redact')
    expect(json().conflicts[0].title).toBeNull()
  })

  it('are shown with both versions; contents get into JSON only when asked for', async () => {
    world.servers.exchange.create(event('u9'), null, 0)
    const id = await conflicted(world)
    edit(world, 'exchange', {
      uid: 'u1',
      body: { text: 'canary-body', html: null },
      attendees: [{ email: 'canary@corp.test', name: '', role: 'required', partStat: 'accepted' }],
    })
    expect(await run(ConflictsShow, id)).toBe(0)
    expect(out).toMatch(/What lost: Nextcloud[\s\S]*Nextcloud title[\s\S]*What won: Exchange[\s\S]*Exchange title/)
    expect(out).toContain('canary-body')
    expect(out).toContain(`connector conflicts resolve ${id} --restore`)
    await run(ConflictsShow, id, '--redact')
    expect(out).not.toMatch(/title"|Nextcloud title|Exchange title|canary/)
    await run(ConflictsShow, id, '--json')
    expect(out).not.toContain('canary')
    expect(json()).toMatchObject({
      lost: { side: 'nextcloud', title: 'Nextcloud title' },
      won: { state: 'present', title: 'Exchange title' },
      differing: ['attendee', 'body', 'title'],
    })
    await run(ConflictsShow, id, '--json', '--documents')
    expect(json().lost.document).toContain('Nextcloud title')
  })

  it('are resolved one way or the other, never both or none', async () => {
    const id = await conflicted(world)
    expect(await run(ConflictsResolve, id)).toBe(64)
    expect(await run(ConflictsResolve, id, '--keep', '--restore')).toBe(64)
    expect(await run(ConflictsResolve, id, '--restore', '--json')).toBe(0)
    expect(json()).toMatchObject({ id, resolution: 'restored', already: false, restored: { outcome: 'updated' } })
    expect(await run(ConflictsResolve, id, '--keep')).toBe(0)
    expect(out).toContain('resolved before')
    await run(ConflictsList, '--all')
    expect(out).toContain('Resolved: the lost version was restored')
    await run(ConflictsList)
    expect(out).toContain('no open conflicts')
  })

  it('that do not exist are an error with the next command', async () => {
    expect(await run(ConflictsShow, 'nope')).toBe(64)
    expect(err).toMatch(/There is no conflict with the id nope[\s\S]*Next: .*connector conflicts list/)
  })
})

describe('the archive', () => {
  const idOf = async () => (await world.connector.admin.archive({}))[0]?.entry.id ?? ''

  it('is listed by time and shown; hostile titles stay harmless', async () => {
    world.servers.exchange.create(event('u1'), null, 0)
    await world.sync()
    edit(world, 'exchange', { uid: 'u1', title: 'One' })
    edit(world, 'nextcloud', { uid: 'u1', title: 'Two\u001b[2J\u202Eevil' })
    await world.sync()
    expect(await run(ArchiveList, '--since', '1d')).toBe(0)
    expect(out).toContain('lost a conflict on Nextcloud')
    expectHarmless()
    await run(ArchiveShow, await idOf())
    expectHarmless()
    await run(ArchiveShow, await idOf(), '--documents')
    expect(out).toContain('| {')
    world.clock.advance(2 * 86_400_000)
    await run(ArchiveList, '--since', '1d', '--json')
    expect(json()).toEqual({ entries: [] })
    expect(await run(ArchiveList, '--since', 'yesterday')).toBe(64)
  })

  it('restores to the side that is named', async () => {
    await conflicted(world)
    expect(await run(ArchiveRestore, await idOf(), '--to', 'exchange')).toBe(0)
    expect(out).toMatch(/"Nextcloud title": restored on Exchange[\s\S]*connector sync user anna@corp.test/)
    expect(only(world.servers.exchange, 'u1').model.title).toBe('Nextcloud title')
    expect(await run(ArchiveRestore, await idOf(), '--to', 'mars')).toBe(64)
    expect(await run(ArchiveRestore, await idOf(), '--to', 'exchange', '--json', '--redact')).toBe(0)
    expect(json()).toMatchObject({ outcome: 'already-there', title: null, losses: [] })
  })
})

describe('pausing and resuming', () => {
  it('says how to go on, and sync user is refused with 64 until then', async () => {
    expect(await run(UsersPause, EMAIL, '--reason', 'move')).toBe(0)
    expect(out).toContain(`connector users resume ${EMAIL}`)
    await run(Status)
    expect(out).toContain('paused: move')
    await run(Status, '--json')
    expect(json().mailboxes[0]).toMatchObject({ status: 'paused', statusReason: 'move' })
    expect(await run(SyncUser, EMAIL)).toBe(64)
    expect(err).toMatch(/paused: move/)
    expect(await run(SyncUser, EMAIL, '--dry-run')).toBe(0)
    expect(await run(SyncUser, EMAIL, '--force')).toBe(0)
    expect(await run(UsersResume, EMAIL, '--json')).toBe(0)
    expect(json()).toMatchObject({ email: EMAIL, status: 'active', before: 'paused', reason: 'move', waiting: [] })
    expect(await run(SyncUser, EMAIL)).toBe(0)
  })

  it('goes from a halt to its release: 7, the plan, a wrong number, the right one', async () => {
    for (const uid of ['u1', 'u2']) world.servers.exchange.create(event(uid, { title: `Title ${uid}` }), null, 0)
    await world.sync()
    world.servers.exchange.remove(only(world.servers.exchange, 'u1').id)
    expect(await run(SyncUser, EMAIL)).toBe(7)
    expect(out).toContain('--allow-deletes 1')
    expect(await run(SyncUser, EMAIL, '--dry-run')).toBe(7)
    expect(out).toContain('Title u1')
    expect(await run(UsersResume, EMAIL)).toBe(7)
    expect(out).toMatch(/still halted[\s\S]*--allow-deletes 1/)
    expect(await run(SyncUser, EMAIL, '--allow-deletes', '2')).toBe(7)
    expect(world.servers.nextcloud.items.size).toBe(2)
    expect(await run(SyncUser, EMAIL, '--allow-deletes', '1')).toBe(0)
    expect(world.servers.nextcloud.items.size).toBe(1)
  })
})

describe('a halted collection', () => {
  it('is in the status until it is released, and then says that it is', async () => {
    world = await adminWorld({ guards: { changesMinItems: 0, changesMaxPercent: 10 } })
    world.servers.exchange.create(event('u1'), null, 0)
    await world.sync()
    edit(world, 'exchange', { uid: 'u1', title: 'Changed' })
    expect(await run(SyncUser, EMAIL)).toBe(7)
    await run(Status)
    expect(out).toMatch(/halted\. 1 of 1 items changed[\s\S]*connector users resume/)
    expect(await run(UsersResume, EMAIL)).toBe(0)
    expect(out).toContain('released. The guard saw: 1 of 1 items changed')
    await run(Status)
    expect(out).toContain('released, the next pass goes on')
    await run(Status, '--json')
    expect(json().mailboxes[0].pairs[0].halt).toMatchObject({ guard: 'mass-change', released: true })
    expect(await run(SyncUser, EMAIL)).toBe(0)
  })
})

describe('db rotate-key', () => {
  it('says whether there was something to do', async () => {
    expect(await run(DbRotateKey)).toBe(0)
    expect(out).toContain('Nothing to do')
    await run(DbRotateKey, '--json')
    expect(json()).toEqual({ rewrapped: 0 })
  })
})

describe('--since', () => {
  const now = Date.parse('2026-03-10T12:00:00Z')
  it.each([
    ['90m', '2026-03-10T10:30:00Z'],
    ['7d', '2026-03-03T12:00:00Z'],
    ['2026-03-01', '2026-03-01T00:00:00Z'],
    ['2026-03-01T08:00', '2026-03-01T08:00:00Z'],
    ['2026-03-01T08:00:00+02:00', '2026-03-01T06:00:00Z'],
  ])('reads %s', (text, wanted) => {
    expect(new Date(sinceMs(text, now)).toISOString()).toBe(new Date(wanted).toISOString())
  })

  it.each(['', '7', 'd', '2026-13-01', '2026-3-1', 'today'])('refuses "%s"', (text) => {
    expect(() => sinceMs(text, now)).toThrow(/--since/)
  })
})
