/** The commands themselves, with a connector that answers as told: output, JSON, exit codes, stopping, errors. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Config } from '@oclif/core'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { DbMigrate } from '../../commands/db/migrate.ts'
import { Status } from '../../commands/status.ts'
import { SyncRun } from '../../commands/sync/run.ts'
import { SyncUser } from '../../commands/sync/user.ts'
import { UsersList } from '../../commands/users/list.ts'
import type { BaseCommand } from '../../src/cli/base-command.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import type { Connector, SyncOptions, User } from '../../src/ports/service.ts'
import type { StateStore } from '../../src/ports/state-store.ts'
import { action, counts, fakeConnector, NOW_MS, pair, status, user } from './cli-fake.ts'

const root = join(import.meta.dirname, '..', '..')
const CANARY = 'canary-app-password'
let oclif: Config
let out = ''
let err = ''

beforeAll(async () => {
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  oclif = new Config({ root, pjson: { ...pjson, oclif: { ...pjson.oclif, commands: './no-commands' } } })
  await oclif.load()
})

beforeEach(() => {
  out = ''
  err = ''
  vi.stubEnv('Service__ExchangeConfiguration__EwsUrl', 'https://mail.example.org/EWS/Exchange.asmx')
  vi.stubEnv('Service__NextcloudConfiguration__AppPassword', CANARY)
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

/** Any command; only its `run` differs, which the test never calls itself. */
type CommandClass = new (argv: string[], config: Config) => BaseCommand

/** Runs a command with a fake connector and gives its exit code. */
async function run(command: CommandClass, argv: string[], connector: Connector | Error): Promise<number> {
  const Tested = class extends (command as new (argv: string[], config: Config) => SyncRun) {
    protected override async compose() {
      if (connector instanceof Error) throw connector
      return connector
    }
    protected override nowMs() {
      return NOW_MS
    }
    protected override async finally() {}
    async runAll() {
      await this._run()
    }
  }
  process.exitCode = undefined
  await new Tested(argv, oclif).runAll()
  const code = Number(process.exitCode ?? 0)
  process.exitCode = undefined
  return code
}

describe('sync user', () => {
  it('passes the flags on, prints the plan on standard output and closes the connector', async () => {
    const calls: [string, SyncOptions][] = []
    const connector = fakeConnector({
      syncUser: async (email, options) => {
        calls.push([email, options])
        return user({ dryRun: true, pairs: [pair({ actions: [action()], counts: counts({ created: 1 }) })] })
      },
    })
    expect(await run(SyncUser, ['anna@example.org', '--dry-run', '--allow-deletes', '40'], connector)).toBe(0)
    expect(calls[0]?.[0]).toBe('anna@example.org')
    expect(calls[0]?.[1]).toMatchObject({ dryRun: true, allowDeletes: 40 })
    expect(out).toContain('Team meeting')
    expect(err).toBe('')
    expect(connector.closed).toBe(1)
  })

  it('prints JSON and nothing else with --json, without attendee addresses', async () => {
    const changed = ['title', 'attendee:canary@example.org', 'attendee:canary2@example.org']
    const report = user({ dryRun: true, pairs: [pair({ actions: [action({ changed })] })] })
    expect(await run(SyncUser, ['anna@example.org', '--json'], fakeConnector({ syncUser: async () => report }))).toBe(0)
    expect(JSON.parse(out).pairs[0].actions[0]).toMatchObject({
      title: 'Team meeting',
      changed: ['title', 'attendee'],
    })
    expect(out + err).not.toContain('canary')
  })

  it.each([
    ['in-step', 0],
    ['partial', 3],
    ['failed', 1],
    ['halted', 7],
  ] as const)('ends %s with %i', async (outcome, code) => {
    const connector = fakeConnector({ syncUser: async () => user({ outcome }) })
    expect(await run(SyncUser, ['a@b', '--quiet'], connector)).toBe(code)
    // Cron mails what is printed: quiet is silent only while all is well.
    expect(out === '').toBe(code === 0)
  })

  it('tells an error in words on standard error and closes the connector', async () => {
    const connector = fakeConnector({
      syncUser: async () => {
        throw new ConnectorError('lease.held', { email: 'a@b', holder: 'host-1' })
      },
    })
    expect(await run(SyncUser, ['a@b'], connector)).toBe(11)
    expect(out).toBe('')
    expect(err).toMatch(
      /^Error: The mailbox a@b is being synced by another run \(host-1\)\.\nWhy: .*\nNext: .*connector status/,
    )
    expect(connector.closed).toBe(1)
  })

  it('tells an error as JSON on standard output with --json', async () => {
    const code = await run(
      SyncUser,
      ['a@b', '--json'],
      new ConnectorError('state.not-initialised', { database: 'x.db' }),
    )
    expect(code).toBe(10)
    const parsed = JSON.parse(out)
    expect(Object.keys(parsed)).toEqual(['error'])
    expect(Object.keys(parsed.error)).toEqual(['code', 'message', 'next', 'exitCode', 'fields'])
    expect(parsed.error).toMatchObject({ code: 'state.not-initialised', exitCode: 10, fields: { database: 'x.db' } })
  })

  it('shows no stack and no secret of an unknown error, and a masked stack with --verbose', async () => {
    const error = Object.assign(new TypeError(`boom ${CANARY}`), { token: CANARY })
    for (const argv of [['a@b'], ['a@b', '--json'], ['a@b', '--verbose']]) {
      out = ''
      err = ''
      expect(await run(SyncUser, argv, error)).toBe(70)
      expect(out + err).not.toContain(CANARY)
      expect(err.includes('    at ')).toBe(argv.includes('--verbose'))
    }
    expect(err).toContain('boom ***')
  })

  it('refuses a wrong command line with 64', async () => {
    const connector = fakeConnector({})
    for (const argv of [[], ['a@b', '--nope'], ['a@b', '--allow-deletes', '0'], ['a@b', '-q', '-v'], ['a', 'b']])
      expect(await run(SyncUser, argv, connector), argv.join(' ')).toBe(64)
  })

  it('refuses a wrong configuration with 78 before anything is built', async () => {
    vi.stubEnv('Service__SyncMod', '1')
    expect(await run(SyncUser, ['a@b'], fakeConnector({}))).toBe(78)
    expect(err).toContain('did you mean Service__SyncMode?')
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('stops on %s, lets the connector finish and ends with %i', async (signal, code) => {
    const connector = fakeConnector({
      syncUser: async (_, options) => {
        process.emit(signal)
        expect(options.signal.aborted).toBe(true)
        return user({ outcome: 'stopped' })
      },
    })
    expect(await run(SyncUser, ['a@b'], connector)).toBe(code)
    expect(err).toMatch(/Stopping/)
    expect(connector.closed).toBe(1)
    expect(process.listenerCount(signal)).toBe(0)
  })

  it('ends with the signal when the work throws because it was stopped', async () => {
    const connector = fakeConnector({
      syncUser: async (_, options) => {
        process.emit('SIGTERM')
        return options.signal.throwIfAborted() as never
      },
    })
    expect(await run(SyncUser, ['a@b'], connector)).toBe(143)
    expect(err).toContain('Stopped before the end.')
  })
})

describe('the other commands', () => {
  it('sync run says who holds what was due, and ends with 11', async () => {
    const held = [{ email: 'anna@example.org', holder: 'host:12:ab', untilMs: 0 }]
    const connector = fakeConnector({ syncRun: async () => ({ dryRun: false, users: [], held, tookMs: 1 }) })
    expect(await run(SyncRun, [], connector)).toBe(11)
    expect(out).toContain('The mailbox anna@example.org is being synced by another run (host:12:ab).')
  })

  it('sync run reports every user', async () => {
    const report = {
      dryRun: false,
      users: [user(), user({ email: 'bob@example.org', outcome: 'partial' })],
      held: [],
      tookMs: 9,
    }
    const connector = fakeConnector({ syncRun: async () => report })
    expect(await run(SyncRun, [], connector)).toBe(3)
    expect(out).toContain('bob@example.org: partly done')
    out = ''
    expect(await run(SyncRun, ['--json'], connector)).toBe(3)
    expect(JSON.parse(out)).toMatchObject({ exitCode: 3, users: [{ outcome: 'in-step' }, { outcome: 'partial' }] })
  })

  it('sync run says when nothing is due', async () => {
    expect(
      await run(
        SyncRun,
        [],
        fakeConnector({ syncRun: async () => ({ dryRun: false, users: [], held: [], tookMs: 1 }) }),
      ),
    ).toBe(0)
    expect(out).toBe('Nothing is due. See when each mailbox is: connector status\n')
  })

  it('users list', async () => {
    const file = { source: 'users-file', enabled: true, state: 'active', identity: null } as const
    const proven = { source: 'proof', atMs: Date.UTC(2026, 0, 2) } as const
    const users: User[] = [
      { email: 'a@b', nextcloudUser: 'a', ...file },
      { email: 'c@d', nextcloudUser: 'c', source: 'app', enabled: false, state: 'paused', identity: proven },
    ]
    await run(UsersList, ['--json'], fakeConnector({ users: async () => users }))
    const identity = { source: 'proof', at: '2026-01-02T00:00:00.000Z' }
    expect(JSON.parse(out)).toEqual({ users: [users[0], { ...users[1], identity }] })
  })

  it('status asks for one mailbox or for all', async () => {
    const asked: (string | undefined)[] = []
    const connector = fakeConnector({
      status: async (email) => {
        asked.push(email)
        return [status()]
      },
    })
    await run(Status, [], connector)
    await run(Status, ['anna@example.org', '--json'], connector)
    expect(asked).toEqual([undefined, 'anna@example.org'])
    expect(out).toContain('1 mailbox: 1 ok')
    expect(out).toContain('"light": "ok"')
  })

  it('db migrate', async () => {
    const store = { migrate: async () => ({ from: 0, to: 1 }) } as unknown as StateStore
    await run(DbMigrate, [], fakeConnector({ store }))
    expect(out).toBe('The tables are made (schema 1).\n')
  })
})
