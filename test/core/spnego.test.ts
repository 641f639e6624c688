/** Negotiate with Kerberos without a KDC: a stand-in for the package `kerberos`. The real one is tried in test/interop/kerberos.test.ts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKerberos } from '../../src/exchange/auth/kerberos.ts'
import { kerberosError } from '../../src/exchange/auth/kerberos-tickets.ts'
import type { Handshake } from '../../src/exchange/auth/port.ts'
import { instantClock } from './ews-script-server.ts'

/** Its tokens name the service and the cache that was in the environment when the context was opened. */
const STAND_IN = `
let opening = 0
export default {
  GSS_C_MUTUAL_FLAG: 2, GSS_C_SEQUENCE_FLAG: 8, GSS_MECH_OID_SPNEGO: 6,
  async initializeClient(service, { gssFlag }) {
    if (++opening > 1) throw new Error('two at once')
    const cache = process.env.KRB5CCNAME
    await new Promise((done) => setTimeout(done, 5))
    const context = {
      contextComplete: false,
      async step(token) {
        if (token === '') {
          await new Promise((done) => setTimeout(done, 5))
          if (process.env.KRB5CCNAME !== cache) throw new Error('another cache')
          opening--
          return service + '|' + cache + '|' + gssFlag
        }
        if (token !== 'proof') throw new Error('Wrong token')
        context.contextComplete = true
        return ''
      },
    }
    return context
  },
}
`

let dir: string
let packageName: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'spnego-'))
  writeFileSync(join(dir, 'stand-in.mjs'), STAND_IN)
  packageName = pathToFileURL(join(dir, 'stand-in.mjs')).href
})
afterAll(() => rmSync(dir, { recursive: true }))

function begin(cache: string, name = packageName, servicePrincipal: string | null = null): Handshake {
  const kerberos = createKerberos({ clock: instantClock(), packageName: name })
  const auth = kerberos.auth({ username: 'svc', secret: { kind: 'credential-cache', name: cache }, servicePrincipal })
  if (auth.kind !== 'per-connection') throw new Error('unexpected kind')
  return auth.begin({ host: 'Mail.Example.org:8443', certificate: null })
}

describe('a Kerberos handshake', () => {
  it('asks for a ticket of the host, with mutual authentication, and sends the request with it', async () => {
    expect(await begin('FILE:/a').next(['Negotiate', 'NTLM'])).toEqual({
      authorization: 'Negotiate HTTP@mail.example.org|FILE:/a|10',
      complete: true,
    })
  })

  it('takes the service principal of the configuration', async () => {
    const step = await begin('FILE:/a', packageName, 'HTTP/exch.example.org').next(['Negotiate'])
    expect(step?.authorization).toMatch(/^Negotiate HTTP@exch\.example\.org\|/)
  })

  it('gives each account its own cache, and the environment back', async () => {
    const before = process.env.KRB5CCNAME
    const kerberos = createKerberos({ clock: instantClock(), packageName })
    const caches = ['FILE:/1', 'FILE:/2', 'FILE:/3', 'FILE:/4']
    const steps = caches.map((name) => {
      const auth = kerberos.auth({ username: 's', secret: { kind: 'credential-cache', name }, servicePrincipal: null })
      if (auth.kind !== 'per-connection') throw new Error('unexpected kind')
      return auth.begin({ host: 'h', certificate: null }).next(['Negotiate'])
    })
    const used = (await Promise.all(steps)).map((step) => step?.authorization.split('|')[1])
    expect(used).toEqual(caches)
    expect(process.env.KRB5CCNAME).toBe(before)
  })

  it('is given up where Negotiate is not offered, or the ticket is refused', async () => {
    expect(await begin('FILE:/a').next(['NTLM', 'Basic realm="x"'])).toBeNull()
    const handshake = begin('FILE:/a')
    await handshake.next(['Negotiate'])
    expect(await handshake.next(['Negotiate'])).toBeNull()
  })

  it.each([
    ['proves itself', ['Negotiate proof'], null],
    ['says nothing', [], 'server-not-proven'],
    ['gives a wrong proof', ['Negotiate nonsense'], 'server-not-proven'],
  ])('ends with a server that %s', async (_, challenges, reason) => {
    const handshake = begin('FILE:/a')
    await handshake.next(['Negotiate'])
    const end = handshake.finish?.(challenges)
    if (reason === null) await expect(end).resolves.toBeUndefined()
    else await expect(end).rejects.toMatchObject({ code: 'exchange.sign-in', fields: { reason, sent: 'maybe' } })
  })

  it('says what to install when the optional package is missing', async () => {
    await expect(begin('FILE:/a', 'no-such-package-kerberos').next(['Negotiate'])).rejects.toMatchObject({
      code: 'config.invalid',
      fields: { problems: expect.stringMatching(/libkrb5-dev.*npm ci/), sent: 'no' },
    })
  })
})

describe('words of Kerberos', () => {
  it.each([
    ['Preauthentication failed while getting initial credentials', 'exchange.sign-in', 'wrong-password'],
    ['Password incorrect while getting initial credentials', 'exchange.sign-in', 'wrong-password'],
    ["Client 'x@Y' not found in Kerberos database while getting", 'exchange.sign-in', 'unknown-account'],
    ["Client's credentials have been revoked while getting", 'exchange.sign-in', 'account-disabled-or-locked'],
    ['Clock skew too great while getting initial credentials', 'exchange.sign-in', 'clock-skew'],
    ["Cannot contact any KDC for realm 'Y'", 'exchange.unreachable', 'no-kdc'],
    ['Server HTTP/mail@Y not found in Kerberos database', 'exchange.sign-in', 'unknown-service-principal'],
    ['Something that nobody foresaw', 'exchange.sign-in', 'kerberos'],
  ])('%s', (words, code, reason) => {
    expect(kerberosError(words, { account: 'a' })).toMatchObject({ code, fields: { reason, account: 'a', sent: 'no' } })
  })
})
