/** The configuration: precedence, every problem at once, and nothing secret in what is shown. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inspectConfig, loadConfig } from '../../src/config/load.ts'
import { KEY_NAMES, specOf } from '../../src/config/schema.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import { GUARD_DEFAULTS } from '../../src/sync/guard.ts'

const EWS = { Service__ExchangeConfiguration__EwsUrl: 'https://mail.example.org/EWS/Exchange.asmx' }
let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'config-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

function load(env: Record<string, string>) {
  return loadConfig({ env: { ...EWS, ...env }, cwd: dir })
}

function problemsOf(env: Record<string, string | undefined>): { code: string; lines: string[] } {
  try {
    loadConfig({ env: { ...EWS, ...env }, cwd: dir })
  } catch (error) {
    if (error instanceof ConnectorError) return { code: error.code, lines: String(error.fields.problems).split('\n') }
    throw error
  }
  return { code: 'none', lines: [] }
}

describe('values', () => {
  it('has a working default for every key but the address of Exchange', () => {
    const config = load({})
    expect(config.sync).toMatchObject({
      calendars: true,
      contacts: true,
      tasks: false,
      type: 'full',
      intervalMs: 300_000,
    })
    expect(config.sync).toMatchObject({ windowPastDays: 365, windowFutureDays: null, conflictPolicy: 'exchange' })
    expect(config.database.connectionString).toBe(`sqlite:${join(dir, 'data/connector.db')}`)
    expect(config.exchange.adminsFile).toBe(join(dir, 'admins.json'))
    expect(config.sync.defaultTimeZone).not.toBe('')
    expect(problemsOf({ Service__ExchangeConfiguration__EwsUrl: undefined }).lines[0]).toMatch(/EwsUrl: is needed/)
  })

  it('takes the guard limits under the names that the guards use', () => {
    expect(load({}).guards).toEqual(GUARD_DEFAULTS)
  })

  it('prefers flag over environment over .env over default', () => {
    writeFileSync(
      join(dir, '.env'),
      'Service__BatchLimit=10\nService__BatchSaveSize=11\nService__MaxUsersPerAdmin=12\n',
    )
    const { config, entries } = inspectConfig({
      env: { ...EWS, Service__BatchLimit: '20', Service__BatchSaveSize: '21' },
      cwd: dir,
      flags: { values: { Service__BatchLimit: '30' } },
    })
    expect([config.sync.batchLimit, config.sync.batchSaveSize, config.sync.usersPerAdminMax]).toEqual([30, 21, 12])
    const origin = (key: string) => entries.find((entry) => entry.key === key)?.origin
    expect(
      ['Service__BatchLimit', 'Service__BatchSaveSize', 'Service__MaxUsersPerAdmin', 'Service__SyncMode'].map(origin),
    ).toEqual(['flag', 'environment', 'env-file', 'default'])
  })

  it('names a line that begins with a key and is no setting, which Node leaves out without a word', () => {
    const text = '# Service__Comment: x\nService__SyncMode: 7\nService__BatchLimit\nService__BatchSaveSize = 50\n'
    writeFileSync(join(dir, '.env'), text)
    expect(problemsOf({}).lines).toEqual([
      'Service__SyncMode: line 2 of the file is not KEY=value',
      'Service__BatchLimit: line 3 of the file is not KEY=value',
    ])
  })

  it('reads the file of --env-file instead of .env and refuses one that is absent', () => {
    writeFileSync(join(dir, '.env'), 'Service__BatchLimit=10\n')
    writeFileSync(join(dir, 'other.env'), 'Service__BatchLimit=33\n')
    expect(loadConfig({ env: EWS, cwd: dir, flags: { envFile: 'other.env' } }).sync.batchLimit).toBe(33)
    expect(() => loadConfig({ env: EWS, cwd: dir, flags: { envFile: 'no.env' } })).toThrow('config.file')
  })

  it('takes an empty value as absent, as Compose passes unset variables', () => {
    expect(load({ Service__BatchLimit: '' }).sync.batchLimit).toBe(50)
  })

  it('reads the bit mask of the sync mode', () => {
    expect(load({ Service__SyncMode: '5' }).sync).toMatchObject({ calendars: true, contacts: false, tasks: true })
    expect(load({ Service__SyncMode: '0' }).sync).toMatchObject({ calendars: false, contacts: false, tasks: false })
  })

  it('has a default that its own schema accepts, for every key', () => {
    for (const key of KEY_NAMES) {
      const { schema, fallback } = specOf(key)
      if (fallback !== null) expect(schema.safeParse(fallback).success, key).toBe(true)
    }
  })
})

describe('problems', () => {
  it('names an unknown key together with the nearest one', () => {
    const { code, lines } = problemsOf({
      Service__SyncMod: '3',
      service__syncwindow__pastdays: '4',
      Service__EwsUrl: 'x',
    })
    expect(code).toBe('config.unknown-key')
    expect(lines).toHaveLength(3)
    expect(lines.join()).toMatch(/Service__SyncMod: .*did you mean Service__SyncMode\?/)
    expect(lines.join()).toMatch(/service__syncwindow__pastdays: .*Service__SyncWindow__PastDays/)
    expect(lines.join()).toMatch(/Service__EwsUrl: .*Service__ExchangeConfiguration__EwsUrl/)
  })

  it('names all problems at once with key, value and what is allowed', () => {
    const { code, lines } = problemsOf({
      Service__SyncMode: '9',
      Service__BatchLimit: 'many',
      Service__SyncWindow__PastDays: '-1',
      Service__ConflictPolicy: 'Exchange',
      Service__DefaultTimeZone: 'Mars/Olympus',
      Service__Nope: '1',
    })
    expect(code).toBe('config.invalid')
    expect(lines).toHaveLength(6)
    expect(lines.join('\n')).toContain(
      'Service__BatchLimit: "many" is not allowed; allowed: a whole number from 1 to 10000',
    )
  })

  it.each([
    ['8', 'Loki__Url'],
    ['16', 'Syslog__Url'],
    ['33', 'Otlp__Url'],
  ])('wants the address of a log that is asked for: %s', (outputs, key) => {
    const { lines } = problemsOf({ Service__LoggingConfiguration__LogsOutput: outputs })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(`Service__LoggingConfiguration__${key}: is needed`)
  })

  it.each(['1', '2', '3', '4'])('takes every kind of sign-in: ExchangeType %s', (type) => {
    expect(problemsOf({ Service__ExchangeConfiguration__ExchangeType: type }).code).toBe('none')
  })

  it('needs the address of an Exchange of your own, not that of Microsoft 365', () => {
    const without = { Service__ExchangeConfiguration__EwsUrl: '' }
    expect(problemsOf({ ...without, Service__ExchangeConfiguration__ExchangeType: '4' }).lines[0]).toMatch(
      /EwsUrl: is needed/,
    )
    expect(problemsOf({ ...without, Service__ExchangeConfiguration__ExchangeType: '1' }).code).toBe('none')
  })

  it('refuses plain http to other hosts unless it is allowed', () => {
    const key = 'Service__ExchangeConfiguration__EwsUrl'
    expect(problemsOf({ [key]: 'http://mail.example.org/x' }).lines[0]).toMatch(/AllowPlainHttp/)
    expect(problemsOf({ [key]: 'http://127.0.0.1.example.org/x' }).lines[0]).toMatch(/AllowPlainHttp/)
    expect(problemsOf({ [key]: 'http://127.0.0.1:8080/x' }).code).toBe('none')
    expect(problemsOf({ [key]: 'http://mail/x', Service__AllowPlainHttp: 'true' }).code).toBe('none')
    expect(problemsOf({ [key]: 'https://user:pw@mail/x' }).lines[0]).toMatch(/without a user name/)
  })

  it('demands the archive key with PostgreSQL', () => {
    const postgres = { Service__DatabaseConfiguration__ConnectionString: 'postgres://c:pw@db/connector' }
    expect(problemsOf(postgres).lines[0]).toMatch(/EncryptionKey: is needed/)
    const key = Buffer.alloc(32, 1).toString('base64')
    expect(problemsOf({ ...postgres, Service__ArchiveConfiguration__EncryptionKey: key }).code).toBe('none')
    expect(problemsOf({ Service__ArchiveConfiguration__EncryptionKey: 'c2hvcnQ=' }).lines[0]).toMatch(
      /exactly 32 bytes/,
    )
  })

  it('takes users from the Nextcloud app when the shared secret is there, and then wants all of its keys and no file of users', () => {
    const key = (name: string) => `Service__NextcloudConfiguration__${name}`
    const secret = { [key('SharedSecret')]: 'a-secret-of-the-app-with-32-characters' }
    const account = { [key('Username')]: 'svc', [key('AppPassword')]: 'app-password' }
    const url = { [key('Url')]: 'https://cloud.example.org/nextcloud' }
    expect(load({ ...secret, ...account, ...url }).nextcloud.app).toMatchObject({ username: 'svc' })
    expect(load(url).nextcloud.app).toBeNull()
    const named = (env: Record<string, string>) => problemsOf(env).lines.map((line) => line.split(':')[0])
    expect(named({ ...secret, [key('Username')]: 'svc' })).toEqual([key('AppPassword'), key('Url')])
    expect(load(secret).nextcloud.app).toBeNull()
    expect(load({ ...account, ...url }).nextcloud.app).toBeNull()
    expect(named({ ...secret, ...account, ...url, [key('UsersFile')]: 'users.json' })).toEqual([key('UsersFile')])
    expect(named({ ...account, ...url, [key('SharedSecret')]: 'short' })).toEqual([key('SharedSecret')])
  })

  it('never repeats the value of a secret', () => {
    const { lines } = problemsOf({ Service__ArchiveConfiguration__EncryptionKey: 'canary-7f3a' })
    expect(lines.join()).not.toContain('canary')
  })
})

describe('secrets', () => {
  it('collects their values for masking, of a connection string only the password', () => {
    const { secrets } = inspectConfig({
      env: {
        ...EWS,
        Service__NextcloudConfiguration__AppPassword: 'canary-a',
        Service__DatabaseConfiguration__ConnectionString: 'postgres://c:canary%2Fb@db/connector',
      },
      cwd: dir,
    })
    expect(secrets).toEqual(['canary-a', 'canary%2Fb', 'canary/b'])
  })

  it('warns when a file with secrets can be read by others', () => {
    writeFileSync(join(dir, '.env'), 'Service__ExchangeConfiguration__ClientSecret=x1\n', { mode: 0o644 })
    expect(load({}).warnings.join()).toMatch(/chmod 600/)
    writeFileSync(join(dir, 'p.env'), 'Service__ExchangeConfiguration__ClientSecret=x1\n', { mode: 0o600 })
    expect(loadConfig({ env: EWS, cwd: dir, flags: { envFile: 'p.env' } }).warnings).toEqual([])
  })
})
