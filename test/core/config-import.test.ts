/** Coming from another connector: what its `.env` and `admins.json` become, and that nothing is guessed, lost in silence or written over. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { importConfig } from '../../src/cli/import-config.ts'
import { renderImport } from '../../src/cli/render/import.ts'
import { PLAIN } from '../../src/cli/render/view.ts'
import { envText, quoted } from '../../src/config/env-text.ts'
import { importSettings } from '../../src/config/foreign.ts'
import { loadConfig } from '../../src/config/load.ts'
import { ConnectorError } from '../../src/ports/errors.ts'

const CANARY = 'canary-p$ssword'
const OLD = `ASPNETCORE_ENVIRONMENT=Production
Service__IsPrimary=true
Service__SyncMode=7
Service__SyncType=1
Service__SensitiveSyncConfiguration__SensitiveTitle=Busy
Service__SyncIntervalInSeconds=60
Service__MaxParallelProcessingUsers=100000
service__batchlimit=20
Service__ExchangeConfiguration__ExchangeType=3
Service__ExchangeConfiguration__EwsUrl=https://mail.example.org/EWS/Exchange.asmx
Service__ExchangeConfiguration__AdminsFile=exchangeAdmins/admins.json
Service__NextcloudConfiguration__Url=https://cloud.example.org
Service__NextcloudConfiguration__Username=svc
Service__NextcloudConfiguration__AppPassword=canary-p$$ssword
Service__NextcloudConfiguration__SharedSecret=
Service__DatabaseConfiguration__ConnectionString=Host=db;Database=sync;Username=u;Password=canary
Service__DatabaseConfiguration__DatabaseType=PostgreSQL
Service__SomethingNew=1
Service__SyncIntervalSeconds=9
`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'import-'))
  mkdirSync(join(folder, 'exchangeAdmins'))
  writeFileSync(join(folder, '.env'), OLD)
  writeFileSync(
    join(folder, 'exchangeAdmins', 'admins.json'),
    '[{"Username": "one", "Password": "canary"}, {"Username": "two", "Password_FILE": "two.txt"}]',
  )
  writeFileSync(join(folder, 'exchangeAdmins', 'two.txt'), 'canary')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const options = () => ({ from: folder, admins: null, into: join(folder, 'new'), dryRun: false })

describe('config import', () => {
  it('takes what means the same, says what it changed, left out, cannot allow and does not know', () => {
    const { fates } = importConfig(options())
    const by = (kind: string) => fates.filter((fate) => fate.kind === kind).map(({ name }) => name)
    expect(by('taken')).toContain('Service__SyncType')
    expect(by('changed')).toEqual(['Service__NextcloudConfiguration__AppPassword', 'service__batchlimit'])
    expect(by('left').sort()).toEqual([
      'ASPNETCORE_ENVIRONMENT',
      'Service__DatabaseConfiguration__ConnectionString',
      'Service__DatabaseConfiguration__DatabaseType',
      'Service__IsPrimary',
      'Service__NextcloudConfiguration__SharedSecret',
    ])
    expect(by('invalid')).toEqual(['Service__MaxParallelProcessingUsers'])
    expect(by('unknown')).toEqual(['Service__SomethingNew', 'Service__SyncIntervalSeconds'])
    expect(fates.find(({ name }) => name === 'Service__SyncIntervalSeconds')).toMatchObject({
      near: 'Service__SyncIntervalInSeconds',
    })
  })

  it('accounts for every setting', () => {
    const { fates } = importConfig(options())
    expect(fates.map(({ name }) => name).sort()).toEqual(Object.keys(parseEnv(OLD)).sort())
  })

  it('writes files that the connector reads, for this user only', () => {
    const { written, accounts } = importConfig(options())
    expect(written).toHaveLength(2)
    for (const path of written) expect(statSync(path).mode & 0o777).toBe(0o600)
    const config = loadConfig({ env: {}, cwd: join(folder, 'new') })
    expect(config.sync).toMatchObject({ type: 'sensitive', intervalMs: 60_000, batchLimit: 20 })
    expect(parseEnv(readFileSync(join(folder, 'new', '.env'), 'utf8'))).toMatchObject({
      Service__NextcloudConfiguration__AppPassword: CANARY,
      Service__ExchangeConfiguration__AdminsFile: 'admins.json',
    })
    const admins = JSON.parse(readFileSync(join(folder, 'new', 'admins.json'), 'utf8'))
    expect([accounts, admins[1].Password_FILE]).toEqual([2, join(folder, 'exchangeAdmins', 'two.txt')])
  })

  it('shows no value', () => {
    const text = renderImport(importConfig(options()), PLAIN)
    expect(text).not.toMatch(/canary|p\$+ssword/)
    expect(text).toContain('perhaps Service__SyncIntervalInSeconds?')
  })

  it('writes nothing in a dry run, and never over a file that is there', () => {
    expect(importConfig({ ...options(), dryRun: true }).written).toEqual([])
    importConfig(options())
    expect(() => importConfig(options())).toThrow(
      expect.objectContaining({ code: 'config.exists', fields: { path: join(folder, 'new', '.env') } }),
    )
  })

  it('writes no .env when admins.json is there already', () => {
    mkdirSync(join(folder, 'new'))
    writeFileSync(join(folder, 'new', 'admins.json'), '[]')
    expect(() => importConfig(options())).toThrow(ConnectorError)
    expect(() => statSync(join(folder, 'new', '.env'))).toThrow()
  })

  it.each([
    ['no such folder', 'nowhere', 'usage.bad-file'],
    ['a file of something else', 'other.env', 'usage.bad-file'],
  ])('refuses %s', (_, name, code) => {
    writeFileSync(join(folder, 'other.env'), 'PATH=/bin\n')
    expect(() => importConfig({ ...options(), from: join(folder, name) })).toThrow(expect.objectContaining({ code }))
  })

  it('says when the service accounts are nowhere', () => {
    rmSync(join(folder, 'exchangeAdmins'), { recursive: true })
    expect(renderImport(importConfig(options()), PLAIN)).toContain('--admins FILE')
  })
})

describe('the text of .env', () => {
  it('gives every value back exactly, or refuses it by name', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        const read = (text: string) => parseEnv(text).Service__NextcloudConfiguration__SharedSecret
        try {
          const key = 'Service__NextcloudConfiguration__SharedSecret'
          expect(read(`${key}=${quoted(key, value)}\n`)).toBe(value)
        } catch (error) {
          if (!(error instanceof ConnectorError)) throw error
          expect(error.fields.problems).toContain('_FILE')
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('holds ordinary passwords', () => {
    for (const value of ["it's", 'a"b', '#x', ' lead', '$HOME', 'a\\nb', '"quoted"', "`'", 'ünï'])
      expect(parseEnv(`X=${quoted('X', value)}`).X).toBe(value)
  })

  it('explains every key that it sets', () => {
    const { values } = importSettings({ Service__SyncMode: '7' })
    expect(envText(values, [])).toContain('# What is synced.')
  })
})
