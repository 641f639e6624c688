/** The app's command line on a real server: who takes part, whose mailbox is whose, and a self-test that finds what is wrong and says what to change. */
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWebhookVerifier } from '../../src/nextcloud/app/webhook.ts'
import { clientOf } from '../contract/nextcloud-app-suite.ts'
import { eventText } from '../contract/nextcloud-side-fixture.ts'
import { type RealAppServer, startAppServer } from './app-server.ts'
import { nextcloudTree } from './server.ts'

const given = nextcloudTree()
const title = `the app's command line${given.kind === 'skip' ? ` (skipped: ${given.reason})` : ''}`

type Step = { outcome: 'ok' | 'failed' | 'note'; text: string; advice: string }

describe.skipIf(given.kind === 'skip')(title, () => {
  let server: RealAppServer
  let daemon: FakeDaemon
  const occ = (name: string, ...args: string[]) => server.occ([`exchange_connector:${name}`, ...args])
  const failing = (name: string, ...args: string[]) =>
    occ(name, ...args).then(
      () => 'it succeeded',
      (error: Error) => error.message,
    )

  beforeAll(async () => {
    if (given.kind === 'skip') return
    server = await startAppServer({ tree: given.tree })
    await server.newUsers(['anna', 'bert', 'cleo'].map((uid) => ({ uid })))
    daemon = await startFakeDaemon(server)
  })
  afterAll(async () => {
    await daemon?.close()
    await server?.close()
  })

  it('enrols nobody whose mailbox is not established, and says what to do', async () => {
    const said = await failing('users:enable', 'anna', 'nobody')
    expect(said).toContain('anna: no mailbox is assigned')
    expect(said).toContain('nobody: there is no such account')
    expect(said).toContain('0 take part, 2 refused')
  })

  it('maps from a file, line by line, and changes nothing in a dry run', async () => {
    const file = join(server.server.directory, 'map.csv')
    await server.set({ allowed_domains: '["corp.test"]' })
    writeFileSync(
      file,
      'account,address\nanna,Anna@Corp.test\nbert;bert@other.test\nnobody,nobody@corp.test\ncleo,anna@corp.test\nbert,bert@corp.test\n',
    )
    const dry = await failing('users:map', '--csv', file, '--dry-run')
    expect(dry).toContain('2 new, 0 changed, 0 as before, 3 refused; nothing was changed')
    expect(dry).toContain('line 3, bert: mailboxes of this domain are not allowed')
    expect(dry).toContain('line 5, cleo: the mailbox belongs to another account')
    expect(await failing('status', 'anna')).toContain('does not take part')
    expect(await failing('users:map', '--csv', file)).toContain('2 new, 0 changed, 0 as before, 3 refused')
    expect(await occ('status', 'anna')).toMatch(/Mailbox\s+Anna@corp.test \(admin\)/)
    expect(await failing('users:map', 'cleo', 'ANNA@corp.test')).toContain('belongs to another account')
  })

  it('enrols, pauses nothing by itself, and ends it; another mailbox needs another consent', async () => {
    expect(await occ('users:enable', 'anna', 'bert')).toContain('2 take part, 0 refused')
    expect(await occ('status')).toMatch(/Accounts\s+2 active, 0 paused, 0 withdrawn/)
    await occ('users:map', 'bert', 'robert@corp.test')
    expect(await occ('status', 'bert')).toMatch(/State\s+none/)
    await occ('users:enable', 'bert')
    expect(await occ('users:disable', 'bert')).toContain('bert: takes part no longer')
    expect(await failing('users:disable', 'bert')).toContain('bert: the account does not take part')
    expect(await occ('users:map', 'bert', '--clear')).toContain('no mailbox assigned')
  })

  it('tells its state to programs', async () => {
    const state = JSON.parse(await occ('status', '--json')) as { users: object; secrets: { current: string } }
    expect(state.users).toEqual({ active: 1, paused: 0, withdrawn: 1 })
    expect(state.secrets.current).toMatch(/^[0-9a-f]{8}$/)
    expect(await occ('status', '--json')).not.toContain(server.account.sharedSecret)
  })

  it('throws the journal away on demand, and only old rows otherwise', async () => {
    await server.put('anna', 'calendars/anna/personal/x.ics', eventText('x', 'X'))
    expect(await occ('journal:prune')).toMatch(/^0 rows thrown away, [1-9]/)
    expect(await occ('journal:prune', '--days=0')).toMatch(/^[1-9]\d* rows thrown away, 0 left/)
    expect(await failing('journal:prune', '--days=x')).toContain('--days is a number')
  })

  it('tidies by itself: used numbers, expired codes, old rows, and people who are long gone', async () => {
    const db = new DatabaseSync(join(server.server.directory, 'data/owncloud.db'))
    const now = Math.floor(Date.now() / 1000)
    const old = now - 91 * 86_400
    const run = (sql: string, ...values: (string | number)[]) => db.prepare(sql).run(...values)
    run(
      "insert into oc_exc_nonces (nonce, expires_at) values ('expired-nonce-0123', ?), ('present-nonce-0123', ?)",
      now - 5,
      now + 500,
    )
    const row =
      "insert into oc_exc_journal (uid, kind, collection, op, origin, created_at) values ('anna', 'calendar', ?, 'update', 'user', ?)"
    run(row, 'old', old)
    run(row, 'new', now)
    const user =
      'insert into oc_exc_users (uid, email, state, withdrawal, consent_at, updated_at) values (?, ?, ?, ?, ?, ?)'
    db.prepare(user).run('gone-long-ago', null, 'withdrawn', 'keep', null, old)
    db.prepare(user).run('gone-lately', null, 'withdrawn', 'keep', null, now)
    db.prepare(user).run('back-soon', 'back@corp.test', 'withdrawn', 'keep', old, old)
    const jobs = await server.occ([
      'background-job:list',
      '--class=OCA\\ExchangeConnector\\BackgroundJob\\TidyJob',
      '--output=json',
    ])
    const id = /"id": ?"?(\d+)/.exec(jobs)?.[1] ?? ''
    await server.occ(['background-job:execute', id, '--force-execute'])
    const column = (sql: string) =>
      db
        .prepare(sql)
        .all()
        .map((found) => Object.values(found)[0])
    expect(column("select nonce from oc_exc_nonces where nonce like '%-nonce-0123'")).toEqual(['present-nonce-0123'])
    expect(column("select collection from oc_exc_journal where collection in ('old', 'new')")).toEqual(['new'])
    expect(column("select uid from oc_exc_users where uid like '%-%' order by uid")).toEqual([
      'back-soon',
      'gone-lately',
    ])
    db.close()
  })

  const steps = async (...args: string[]) => {
    const text = await occ('self-test', '--json', ...args).catch((error: Error) => error.message)
    return JSON.parse(text.slice(text.indexOf('[\n'), text.lastIndexOf(']') + 1)) as Step[]
  }
  const failures = (found: readonly Step[]) => found.filter(({ outcome }) => outcome === 'failed')

  it('walks the whole loop: signed requests, refusals, journal, both doors, webhook, and a connector that comes', async () => {
    await server.set({ webhook_url: daemon.url })
    const found = await steps('--wait=20')
    expect(failures(found)).toEqual([])
    const said = found.map(({ text }) => text).join('\n')
    for (const part of [
      'a signed request',
      'sent again is refused',
      'altered is refused',
      'journal',
      'by DAV',
      'in a batch',
      'webhook',
      'asked for work',
    ])
      expect(said).toContain(part)
    expect(daemon.accepted).toBeGreaterThan(0)
    expect(await occ('self-test', '--wait=20')).not.toContain('✗')
  })

  it('leaves no app password behind', async () => {
    const tokens = await server.occ(['user:auth-tokens:list', server.account.username, '--output=json'])
    expect(tokens).not.toContain('self-test')
  })

  it.each([
    {
      about: 'the address is another machine',
      args: ['--url=http://127.0.0.1:9/'],
      text: 'cannot be reached',
      advice: 'overwrite.cli.url',
    },
    {
      about: 'a proxy changes the path',
      args: ['--url=PROXY'],
      text: 'refuses a signed request: HTTP 401 signature',
      advice: 'a proxy changes the path',
    },
  ])('says what to change when $about', async ({ args, text, advice }) => {
    const [first] = failures(await steps('--wait=1', ...args.map((arg) => arg.replace('PROXY', daemon.proxyUrl))))
    expect(first?.text).toContain(text)
    expect(first?.advice).toContain(advice)
  })

  it('says what to change when the daemon is not there, or has another secret', async () => {
    daemon.secret = 'x'.repeat(43)
    const refused = failures(await steps('--wait=0'))
    expect(refused[0]?.text).toContain('refuses the signature: HTTP 401')
    expect(refused[0]?.advice).toContain('SharedSecret')
    await server.set({ webhook_url: 'http://127.0.0.1:9/webhook' })
    const gone = failures(await steps('--wait=1'))
    expect(gone[0]?.text).toContain('cannot be reached')
    expect(gone[1]?.text).toContain('did not ask for work within 1 seconds')
    expect(gone[1]?.advice).toContain('Start the daemon')
  })

  it('stops at once when nothing is set up', async () => {
    await server.set({ service_account: '' })
    const found = await steps()
    expect(failures(found).map(({ text }) => text)).toEqual(['no service account is set'])
    await server.set({ service_account: 'admin' })
    expect(failures(await steps())[0]?.text).toContain('is an administrator')
  })
})

type FakeDaemon = { url: string; proxyUrl: string; secret: string; accepted: number; close(): Promise<void> }

/** What the self-test needs of a connector: its webhook, verified as the daemon verifies it, after which it asks for work. And a proxy that spoils paths. */
async function startFakeDaemon(app: RealAppServer): Promise<FakeDaemon> {
  const client = clientOf(app)
  const daemon = { secret: app.account.sharedSecret, accepted: 0 }
  const seen = new Set<string>()
  const nonces = { remember: async (nonce: string) => !seen.has(nonce) && Boolean(seen.add(nonce)) }
  const clock = { nowMs: () => Date.now(), sleep: async () => {} }
  const server = createServer(async (request, reply) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const { method = '', url = '' } = request
    if (url.startsWith('/spoilt/')) {
      const headers = new Headers()
      for (const [name, value] of Object.entries(request.headers))
        if (name !== 'host' && name !== 'connection' && name !== 'content-length') headers.set(name, String(value))
      const target = new URL(url.slice('/spoilt/'.length), app.rootUrl)
      const answer = await fetch(target, { method, headers, ...(body.length > 0 ? { body } : {}) })
      return void reply.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
    }
    const verifier = createWebhookVerifier({ secrets: [daemon.secret], nonces, clock, mailboxesOf: async () => [] })
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    const verdict = await verifier.verify({ method, path: url, headers, body })
    reply.writeHead(verdict.kind === 'accepted' ? 204 : 401).end()
    if (verdict.kind !== 'accepted') return
    daemon.accepted++
    setTimeout(() => void client.work().catch(() => undefined), 1_200)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${portOf(server)}`
  return Object.assign(daemon, {
    url: `${origin}/webhook`,
    proxyUrl: `${origin}/spoilt/`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
