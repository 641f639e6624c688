/** Autodiscover of the Exchange simulator, asked by exchangelib: what it finds is what our own client finds, in both languages, with every redirect. */
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CERTIFICATE, fleetOn, NAMES, type Network, ON_PREMISES, openNetwork } from '../core/autodiscover-network.ts'

const run = promisify(execFile)
const PYTHON = '/usr/bin/python3'
const SCRIPT = fileURLToPath(new URL('./exchange-simulator-autodiscover.py', import.meta.url))

const ANNA = 'anna@corp.test'
const MOVED = 'moved@corp.test'
const SENT_ON = 'sent-on@corp.test'
const LIGHT = 'light@plain.test'
const NOBODY = 'nobody@corp.test'

type Answer = { kind: string; email: string; url?: string; address?: string; error?: string; message?: string }

function hasExchangelib(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import exchangelib.autodiscover.discovery.pox'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('autodiscover of the Exchange simulator and exchangelib', () => {
  const present = hasExchangelib()
  let network: Network
  let folder: string
  let answers: Answer[] = []

  beforeAll(async () => {
    network = await openNetwork()
    folder = mkdtempSync(join(tmpdir(), 'autodiscover-'))
    const here = await network.serve([NAMES.mail, 'autodiscover.corp.test'])
    const there = await network.serve([NAMES.other, 'autodiscover.other.test'])
    for (const server of [here, there]) server.addServiceAccount('svc', 'secret')
    here.addMailbox(ANNA, { displayName: 'Anna' })
    here.addMailbox(LIGHT, { displayName: 'Light' })
    there.addMailbox('moved@other.test', { displayName: 'Moved' })
    there.addMailbox(SENT_ON, { displayName: 'Sent on' })
    here.autodiscover.redirects.set(MOVED, { kind: 'address', address: 'moved@other.test' })
    here.autodiscover.redirects.set(SENT_ON, {
      kind: 'url',
      url: 'https://autodiscover.other.test/autodiscover/autodiscover.svc',
    })
    await network.redirect('autodiscover.plain.test', `https://${NAMES.mail}/autodiscover/autodiscover.xml`)
    if (!present) return
    const bundle = join(folder, 'ca.pem')
    writeFileSync(bundle, CERTIFICATE.cert)
    const proxy = network.proxyUrl.href
    const env = { ...process.env, HTTPS_PROXY: proxy, http_proxy: proxy, NO_PROXY: '', REQUESTS_CA_BUNDLE: bundle }
    const { stdout } = await run(PYTHON, [SCRIPT, 'svc', 'secret', ANNA, MOVED, SENT_ON, NOBODY], {
      env,
      timeout: 120_000,
    })
    answers = stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as Answer] : []))
  }, 180_000)

  afterAll(async () => {
    await network.close()
    rmSync(folder, { recursive: true })
  })

  const found = (email: string) => answers.filter((answer) => answer.email === email)

  it.skipIf(!present)('agree on a mailbox (skipped: python3-exchangelib is not installed)', () => {
    const url = `https://${NAMES.mail}/EWS/Exchange.asmx`
    expect(found(ANNA)).toEqual([
      { kind: 'soap', email: ANNA, address: ANNA, url },
      { kind: 'pox', email: ANNA, address: ANNA, url },
    ])
  })

  it.skipIf(!present)('agree on a mailbox in another domain (skipped: python3-exchangelib is not installed)', () => {
    const url = `https://${NAMES.other}/EWS/Exchange.asmx`
    expect(found(MOVED).map((answer) => answer.url)).toEqual([url, url])
  })

  it.skipIf(!present)('agree on a mailbox at another server (skipped: python3-exchangelib is not installed)', () => {
    // In plain XML exchangelib looks for RedirectURL, which Exchange does not send.
    const [soap] = found(SENT_ON)
    expect([soap?.kind, soap?.url]).toEqual(['soap', `https://${NAMES.other}/EWS/Exchange.asmx`])
  })

  it.skipIf(!present)('agree that there is no such mailbox (skipped: python3-exchangelib is not installed)', () => {
    expect(found(NOBODY).map(({ error, kind }) => [kind, error])).toEqual([
      ['soap', 'ErrorNonExistentMailbox'],
      ['pox', 'ErrorNonExistentMailbox'],
    ])
  })

  it('says to our client what it says to exchangelib, and where both redirects lead', async () => {
    const fleet = fleetOn(network, { config: { ...ON_PREMISES, allowedHosts: ['*.corp.test', '*.other.test'] } })
    try {
      const urls = await Promise.all(
        [ANNA, MOVED, SENT_ON, LIGHT].map(async (email) => (await fleet.endpointOf(email)).url),
      )
      expect(urls).toEqual(
        [NAMES.mail, NAMES.other, NAMES.other, NAMES.mail].map((name) => `https://${name}/EWS/Exchange.asmx`),
      )
    } finally {
      await fleet.close()
    }
  })
})
