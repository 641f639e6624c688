/**
 * The daemon as its administrator runs it: a process with signals, an HTTP server and other processes beside it. It keeps mailboxes in
 * step, says how it fares, takes webhooks, and stops without losing a write.
 */
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { signatureOf, signingKey } from '../../src/nextcloud/app/signature.ts'
import { emailOf, startWorld, type World } from '../world.ts'
import { type Built, builtConnector } from './built.ts'
import { CommandLine, type Running } from './command-line.ts'
import { hurrySqlite } from './hurry.ts'
import { appointment, ics } from './items.ts'

const SECRET = 'a-shared-secret-of-more-than-32-characters'

let built: Built
let world: World
let connector: CommandLine
const running: Running[] = []
beforeAll(() => {
  built = builtConnector()
}, 120_000)
afterAll(() => built?.dispose())
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
  await world.close()
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function open(people: string[], env: Record<string, string> = {}) {
  const port = await freePort()
  world = await startWorld({
    people,
    env: {
      Service__HttpConfiguration__Port: String(port),
      Service__LoggingConfiguration__LogLevel: 'info',
      Service__NextcloudConfiguration__SharedSecret: SECRET,
      ...env,
    },
  })
  connector = new CommandLine(built.entry, world)
  expect((await connector.run(['db', 'migrate'])).exitCode).toBe(0)
  const base = `http://127.0.0.1:${port}`
  return { base, get: (path: string) => fetch(base + path) }
}

function daemon(env: Record<string, string> = {}): Running {
  const started = connector.start(['daemon'], env)
  running.push(started)
  return started
}

async function answers(get: (path: string) => Promise<Response>): Promise<void> {
  await expect
    .poll(
      () =>
        get('/readyz').then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 20_000 },
    )
    .toBe(200)
}

function inNextcloud(person: string, title: string): boolean {
  return world.nextcloud
    .user(person)
    .calendar('personal')
    .list()
    .some(({ text }) => text.includes(`SUMMARY:${title}`))
}

function webhook(base: string, users: string[], nonce: string): Promise<Response> {
  const body = JSON.stringify({ v: 1, event: 'changed', users })
  const timestamp = String(Math.floor(Date.now() / 1000))
  const parts = { method: 'POST', requestUri: '/webhook', user: '*', timestamp, nonce, body: Buffer.from(body) }
  const signature = signatureOf(signingKey(SECRET, 'app-to-connector'), parts)
  return fetch(`${base}/webhook`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-exc-user': '*',
      'x-exc-timestamp': timestamp,
      'x-exc-nonce': nonce,
      'x-exc-signature': signature,
    },
  })
}

describe('the daemon', () => {
  it('hears of a change on Exchange: it is on Nextcloud within three seconds, though no poll is due', async () => {
    const idle = Array.from({ length: 12 }, (_, at) => `idle${at}`)
    const { get } = await open(['alice', ...idle], {
      Service__SyncIntervalInSeconds: '3600',
      Service__CriticalSyncIntervalInSeconds: '3600',
    })
    daemon()
    await answers(get)
    await expect.poll(() => world.exchange.streams.subscriptions.size, { timeout: 20_000 }).toBe(13)
    const inStep = async () => Number(/outcome="in-step"} (\d+)/.exec(await (await get('/metrics')).text())?.[1] ?? 0)
    await expect.poll(inStep, { timeout: 30_000 }).toBeGreaterThanOrEqual(13)
    const listening = async () => Number(/notified_mailboxes (\d+)/.exec(await (await get('/metrics')).text())?.[1])
    await expect.poll(listening, { timeout: 15_000, interval: 500 }).toBe(13)
    const passes = await inStep()
    const startedAtMs = performance.now()
    world.exchange.mailbox(emailOf('alice')).addEvent(appointment('Just now', { day: 3 }))
    await expect.poll(() => inNextcloud('alice', 'Just now'), { timeout: 10_000, interval: 20 }).toBe(true)
    expect(performance.now() - startedAtMs).toBeLessThan(3000)
    await expect.poll(inStep).toBe(passes + 1)
  }, 60_000)

  it('keeps mailboxes in step, is woken by a webhook once, and stops on SIGTERM', async () => {
    const { base, get } = await open(['alice', 'bob'])
    world.exchange.mailbox(emailOf('alice')).addEvent(appointment('Before', { day: 3 }))
    const { child, ended } = daemon()
    await answers(get)
    await expect.poll(() => inNextcloud('alice', 'Before'), { timeout: 20_000 }).toBe(true)
    await expect.poll(async () => (await get('/metrics')).text(), { timeout: 20_000 }).toContain('outcome="in-step"} 2')

    // The next poll is minutes away: only the webhook can bring this.
    world.exchange.mailbox(emailOf('alice')).addEvent(appointment('Woken', { day: 4 }))
    expect((await webhook(base, ['alice', 'nobody'], 'nonce-0123456789-a')).status).toBe(204)
    await expect.poll(() => inNextcloud('alice', 'Woken'), { timeout: 20_000 }).toBe(true)
    expect((await webhook(base, ['alice'], 'nonce-0123456789-a')).status).toBe(401)
    expect((await fetch(`${base}/webhook`, { method: 'POST', body: 'x'.repeat(200_000) })).status).toBe(413)
    expect((await fetch(`${base}/webhook`, { method: 'POST' })).status).toBe(401)
    expect((await get('/webhook')).status).toBe(404)

    const metrics = await (await get('/metrics')).text()
    expect(metrics).toMatch(/connector_actions_total\{kind="calendar",result="created"\} 2/)
    expect(metrics).toMatch(/connector_change_lag_seconds_count\{side="nextcloud"\} 1/)
    expect(metrics).toMatch(/connector_mailboxes\{status="active"\} 2/)
    expect(metrics).toMatch(/connector_webhooks_total\{result="accepted"\} 1/)
    expect(metrics).toMatch(/connector_webhooks_total\{result="refused"\} 2/)
    expect(metrics).toMatch(/connector_build_info\{version="[^"]+",node="v[^"]+"\} 1/)
    expect(metrics).not.toMatch(/alice|corp\.test|svc-sync/)

    child.kill('SIGTERM')
    const { exitCode, stderr } = await ended
    expect(stderr).toContain('"msg":"daemon stopped"')
    expect(exitCode).toBe(143)
  })

  it('finishes the write under way when it is stopped, and starts nothing new', async () => {
    const { get } = await open(['alice'], { Service__BatchSaveSize: '1' })
    for (let day = 2; day < 12; day++)
      world.nextcloud
        .user('alice')
        .calendar('personal')
        .put(`${day}.ics`, ics(`${day}@x.test`, `SUMMARY:Web ${day}`), {
          silent: true,
        })
    const { child, ended } = daemon()
    await answers(get)
    const items = () => world.exchange.mailbox(emailOf('alice')).list().length
    await expect.poll(items, { timeout: 20_000, interval: 5 }).toBeGreaterThan(1)
    child.kill('SIGTERM')
    const { exitCode } = await ended
    expect(exitCode).toBe(143)
    const written = items()
    expect(written).toBeLessThan(10)
    // What was written is recorded: the lease is free, and the next run goes on where it stopped.
    const next = await connector.json<{ exitCode: number }>(['sync', 'run', '--now'])
    expect(next.exitCode).toBe(0)
    expect(items()).toBe(10)
    await wait(10)
  })

  it('ends at once on the second signal; what it left under way is there once after the next run', async () => {
    const { get } = await open(['alice'])
    world.nextcloud.user('alice').calendar('personal').put('1.ics', ics('1@x.test', 'SUMMARY:Slow'), { silent: true })
    const writing = new Promise<void>((begun) => {
      world.exchange.faults.hook = ({ operation }) => {
        if (operation !== 'CreateItem') return undefined
        begun()
        return { kind: 'delay', ms: 20_000 }
      }
    })
    const { child, ended } = daemon()
    await answers(get)
    await writing
    const startedAt = performance.now()
    child.kill('SIGTERM')
    await wait(700)
    expect(child.exitCode).toBe(null)
    child.kill('SIGTERM')
    expect((await ended).exitCode).toBe(143)
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    world.exchange.faults.hook = undefined
    await hurrySqlite(world)
    const next = await connector.json<{ exitCode: number }>(['sync', 'run', '--now'])
    expect(next.exitCode).toBe(0)
    expect(world.exchange.mailbox(emailOf('alice')).list()).toHaveLength(1)
  })

  it('ends by name when a newer version has changed the database under it', async () => {
    const { get } = await open(['alice'])
    const { child, ended } = daemon()
    await answers(get)
    const database = new DatabaseSync(join(world.directory, 'data', 'connector.db'))
    database.exec('insert into schema_version (version, applied_at_ms) values (999, 1)')
    database.close()
    expect((await get('/readyz')).status).toBe(503)
    // It looks every minute by itself.
    child.kill('SIGHUP')
    const { exitCode, stderr } = await ended
    expect(stderr).toContain('(state.newer-schema)')
    expect(exitCode).toBe(78)
  })

  it('shares leases with commands: they say who holds the mailbox, and end with 11', async () => {
    const { get } = await open(['alice'])
    world.exchange.faults.add({ operation: 'SyncFolderItems', effect: { kind: 'delay', ms: 20_000 } })
    const { child } = daemon()
    await answers(get)
    await expect.poll(async () => (await get('/metrics')).text(), { timeout: 20_000 }).toMatch(/connector_leases 1/)
    const single = await connector.json<{ error: { code: string; message: string } }>([
      'sync',
      'user',
      emailOf('alice'),
    ])
    expect(single.ran.exitCode).toBe(11)
    expect(single.error.message).toContain(`:${child.pid}:`)
    const all = await connector.json<{ exitCode: number; held: { email: string; holder: string }[] }>(['sync', 'run'])
    expect(all.ran.exitCode).toBe(11)
    expect(all.held).toMatchObject([{ email: emailOf('alice') }])
  })
})
