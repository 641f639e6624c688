/** From admins.json and the configuration to accounts that sign in: every kind of Exchange, and secrets that end. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadAdmins } from '../../src/config/admins.ts'
import { proxyFor, proxyFromEnvironment } from '../../src/exchange/http-proxy.ts'
import { createExchangePool } from '../../src/exchange/pool/pool.ts'
import type { PoolAdmin, PoolConfig } from '../../src/exchange/pool/settings.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import type { Log } from '../../src/ports/log.ts'
import { silentLog } from './ews-script-server.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'pool-accounts-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

function admins(...content: unknown[]) {
  const path = join(dir, 'admins.json')
  writeFileSync(path, JSON.stringify(content), { mode: 0o600 })
  return loadAdmins(path).admins
}

describe('admins.json', () => {
  it('takes a keytab, a credential cache or a certificate instead of a secret', () => {
    const read = admins(
      { Username: 'a@EXAMPLE.ORG', Keytab: 'a.keytab' },
      { Username: 'b@EXAMPLE.ORG', CredentialCache: 'FILE:/run/krb5cc' },
    )
    expect(read).toEqual([
      expect.objectContaining({ username: 'a@EXAMPLE.ORG', password: null, keytabFile: join(dir, 'a.keytab') }),
      expect.objectContaining({ username: 'b@EXAMPLE.ORG', password: null, credentialCache: 'FILE:/run/krb5cc' }),
    ])
    expect(admins({ AppId: 'x', CertificateFile: '/etc/app.pem' })).toEqual([
      { kind: 'cloud', name: 'x', appId: 'x', clientSecret: null, tenantId: null, certificateFile: '/etc/app.pem' },
    ])
  })

  it.each([
    [{ Username: 'a', Password: 'p', Keytab: 'k' }, /only one of Password, Keytab, CredentialCache/],
    [{ Username: 'a', Keytab: 'k', CredentialCache: 'c' }, /only one of/],
    [{ AppId: 'a', ClientSecret: 's', CertificateFile: 'c' }, /only one of ClientSecret, CertificateFile/],
    [{ AppId: 'a', Keytab: 'k' }, /mixes an account/],
    [{ AppId: 'a' }, /ClientSecret is missing/],
    [{ Username: 'a', Keytabb: 'k' }, /did you mean Keytab/],
  ])('refuses %j', (entry, message) => {
    try {
      admins(entry)
      expect.unreachable()
    } catch (error) {
      expect(error instanceof ConnectorError ? error.fields.problems : error).toMatch(message)
    }
  })
})

const CONFIG: PoolConfig = {
  type: 'cloud',
  ewsUrl: null,
  tenantId: 'contoso.example',
  appId: null,
  clientSecret: null,
  certificateFile: null,
}

function certificate(days: number): string | null {
  const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')]
  try {
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=app', '-keyout', key, '-out', cert]
    execFileSync('openssl', [...args, '-days', String(days)], { stdio: 'ignore' })
  } catch {
    return null
  }
  const path = join(dir, 'both.pem')
  writeFileSync(path, readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'))
  return path
}

describe('an application named by the configuration alone', () => {
  function pool(config: Partial<PoolConfig>, list: readonly PoolAdmin[] = []) {
    const said: string[] = []
    const log: Log = {
      ...silentLog,
      warn: (fields, message) => void said.push(`${message} ${JSON.stringify(fields)}`),
      error: (_, message) => void said.push(message),
    }
    let nowMs = Date.now()
    const clock = { nowMs: () => nowMs, sleep: async () => {} }
    const random = { uuid: () => '', fraction: () => 0 }
    const made = createExchangePool({ config: { ...CONFIG, ...config }, admins: () => list, clock, log, random })
    const forward = (days: number): void => {
      nowMs += days * 86_400_000
    }
    return { made, said, forward }
  }

  it('is an account of the pool, beside those of the file and never twice', () => {
    const own = { appId: 'own', clientSecret: 's' }
    expect(
      pool(own)
        .made.health()
        .map(({ account }) => account),
    ).toEqual(['own'])
    const other: PoolAdmin = { kind: 'cloud', name: 'other', appId: 'other', clientSecret: 's', tenantId: 't' }
    expect(pool(own, [other, { ...other, name: 'own', appId: 'own' }]).made.health()).toHaveLength(2)
  })

  it('announces the end of its certificate a month ahead, once a day (skipped without openssl)', (context) => {
    const certificateFile = certificate(40)
    if (certificateFile === null) return context.skip()
    const { made, said, forward } = pool({ appId: 'own', certificateFile })
    const expiresAtMs = made.health()[0]?.secretExpiresAtMs ?? 0
    expect(Math.round((expiresAtMs - Date.now()) / 86_400_000)).toBe(40)
    made.clientFor('a@example.org')
    expect(said).toEqual([])
    forward(15)
    for (let i = 0; i < 5; i++) made.clientFor('a@example.org')
    expect(said).toEqual(['certificate of a service account ends soon {"account":"own","days":24}'])
    forward(20)
    made.clientFor('a@example.org')
    expect(said.at(-1)).toBe('certificate of a service account ends within a week')
    forward(10)
    made.clientFor('a@example.org')
    expect(said.at(-1)).toBe('certificate of a service account has ended')
  })
})

describe('a proxy', () => {
  const env = { HTTPS_PROXY: 'http://proxy.example:3128', NO_PROXY: 'example.org, .corp.example,10.0.0.1:8443 [::1]' }
  const proxy = proxyFromEnvironment(env)

  it.each([
    ['https://outlook.office365.com/EWS', 'proxy.example:3128'],
    ['https://example.org/EWS', null],
    ['https://mail.EXAMPLE.org/EWS', null],
    ['https://notexample.org/EWS', 'proxy.example:3128'],
    ['https://mail.corp.example/EWS', null],
    ['https://10.0.0.1:8443/EWS', null],
    ['https://10.0.0.1/EWS', 'proxy.example:3128'],
    ['https://[::1]/EWS', null],
    ['http://mail.other.example/EWS', null],
  ])('for %s is %s', (url, expected) => {
    expect(proxy && (proxyFor(new URL(url), proxy)?.host ?? null)).toBe(expected)
  })

  it('is none without a setting, everything is direct with *, and nonsense is refused', () => {
    expect(proxyFromEnvironment({})).toBeNull()
    expect(proxyFromEnvironment({ HTTP_PROXY: 'http://from-a-cgi-header' })).toBeNull()
    const none = proxyFromEnvironment({ https_proxy: 'proxy:1', no_proxy: '*' })
    expect(none && proxyFor(new URL('https://a.example'), none)).toBeNull()
    expect(() => proxyFromEnvironment({ HTTPS_PROXY: 'socks5://x' })).toThrow('config.invalid')
  })
})
