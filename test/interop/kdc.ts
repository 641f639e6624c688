/** A real Kerberos realm for one test run: MIT's krb5kdc on the loopback interface, its database in a temporary folder. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '../free-port.ts'
import { has } from './gssapi.ts'

const SBIN = '/usr/sbin:/sbin'
export const REALM = 'EXAMPLE.TEST'

export const hasKdc = has(
  'sh',
  '-c',
  `export PATH=$PATH:${SBIN}; for p in krb5kdc kdb5_util kadmin.local kinit; do command -v $p || exit 1; done`,
)

export type Kdc = {
  /** For the processes that take part. */
  env: Record<string, string>
  /** A keytab with the keys of these principals. */
  keytab(name: string, ...principals: string[]): string
  admin(query: string): void
  close(): void
}

export async function startKdc(): Promise<Kdc> {
  const folder = mkdtempSync(join(tmpdir(), 'connector-kdc-'))
  const port = await freePort()
  writeFileSync(
    join(folder, 'krb5.conf'),
    `[libdefaults]
  default_realm = ${REALM}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
[realms]
  ${REALM} = {
    kdc = 127.0.0.1:${port}
  }
[domain_realm]
  localhost = ${REALM}
`,
  )
  writeFileSync(
    join(folder, 'kdc.conf'),
    `[kdcdefaults]
  kdc_listen = 127.0.0.1:${port}
  kdc_tcp_listen = 127.0.0.1:${port}
[realms]
  ${REALM} = {
    database_name = ${join(folder, 'principal')}
    key_stash_file = ${join(folder, 'stash')}
    acl_file = ${join(folder, 'acl')}
    max_life = 10h
  }
[logging]
  kdc = FILE:${join(folder, 'kdc.log')}
`,
  )
  const env = { KRB5_CONFIG: join(folder, 'krb5.conf'), KRB5_KDC_PROFILE: join(folder, 'kdc.conf') }
  const all = { ...process.env, ...env, PATH: `${process.env.PATH}:${SBIN}` }
  execFileSync('kdb5_util', ['create', '-s', '-r', REALM, '-P', 'master'], { env: all, stdio: 'ignore' })
  const admin = (query: string): void => {
    execFileSync('kadmin.local', ['-r', REALM, '-q', query], { env: all, stdio: 'ignore' })
  }
  const child = spawn('krb5kdc', ['-n', '-r', REALM], { env: all, stdio: 'ignore' })
  await sleep(500)
  if (child.exitCode !== null) throw new Error(`krb5kdc ended with ${child.exitCode}`)
  return {
    env,
    admin,
    keytab: (name, ...principals) => {
      const path = join(folder, name)
      admin(`ktadd -norandkey -k ${path} ${principals.join(' ')}`)
      return path
    },
    close: () => void child.kill(),
  }
}
