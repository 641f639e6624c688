/**
 * What a running daemon says, everywhere it says it: several logs at once, one of them dead, the level changed while it runs. Canary
 * strings are planted as passwords, bodies and attendees and looked for in all of it (I26).
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStateStore } from '../../src/state/open.ts'
import { emailOf, passwordOf, startWorld, type World } from '../world.ts'
import { type Built, builtConnector } from './built.ts'
import { CommandLine, type Ran, type Running } from './command-line.ts'
import { appointment, ics } from './items.ts'

const CANARIES = ['canary-body', 'canary-attendee@', 'canary-location', 'canary-shared-secret', 'canary-loki']
const LINES = 'Service__LoggingConfiguration__'

let built: Built
let world: World
let configured: Record<string, string>
let syslog: { port: number; text: () => string; close: () => void }
let daemon: Running
beforeAll(async () => {
  built = builtConnector()
  syslog = await fakeSyslog()
  world = await startWorld({ people: ['alice'] })
  configured = world.env
  world.env = {}
  writeEnv('info')
}, 120_000)
afterAll(async () => {
  syslog?.close()
  await world?.close()
  built?.dispose()
})

async function fakeSyslog() {
  let text = ''
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket
      .on('error', () => {})
      .on('data', (part) => {
        text += part
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { port: typeof address === 'object' && address !== null ? address.port : 0, text: () => text, close }
}

/** The whole configuration stands in .env, so that SIGHUP finds what was changed there. */
function writeEnv(level: string): void {
  const env = {
    ...configured,
    Service__HttpConfiguration__Port: '0',
    Service__NextcloudConfiguration__SharedSecret: 'canary-shared-secret-of-more-than-32-chars',
    [`${LINES}LogsOutput`]: '31',
    [`${LINES}LogLevel`]: level,
    [`${LINES}File__Path`]: './logs/daemon.log',
    // Nobody listens there.
    [`${LINES}Loki__Url`]: 'http://127.0.0.1:9/',
    [`${LINES}Loki__Username`]: 'anna',
    [`${LINES}Loki__Password`]: 'canary-loki-password',
    [`${LINES}Syslog__Url`]: `tcp://127.0.0.1:${syslog.port}`,
  }
  const lines = Object.entries(env).map(([key, value]) => `${key}=${value}`)
  writeFileSync(join(world.directory, '.env'), `${lines.join('\n')}\n`, { mode: 0o600 })
}

const files = () =>
  globSync('logs/*', { cwd: world.directory })
    .map((file) => readFileSync(join(world.directory, file), 'utf8'))
    .join('')

async function inDatabase(): Promise<string> {
  const store = await openStateStore({
    connectionString: `sqlite:${join(world.directory, 'data', 'connector.db')}`,
    archiveKey: null,
  })
  const rows = await store.database.db.selectFrom('log_line').select(['line', 'replica']).execute()
  await store.close()
  return rows.map(({ line, replica }) => `${replica} ${line}`).join('\n')
}

describe('the logs of a daemon', () => {
  let ran: Ran
  let metrics = ''

  it('go to several places at once, though one is dead, and the level follows SIGHUP', async () => {
    const person = { name: 'Someone', email: 'canary-attendee@corp.test', response: 'Accept' as const }
    const mailbox = world.exchange.mailbox(emailOf('alice'))
    mailbox.addEvent(
      appointment('Meeting', { day: 3, required: [person], body: 'canary-body', location: 'canary-location' }),
    )
    const attendee = 'ATTENDEE;CN=X:mailto:canary-attendee@corp.test'
    const text = ics(
      'web@x.test',
      'SUMMARY:Web',
      'DESCRIPTION:canary-body',
      'ORGANIZER:mailto:alice@corp.test',
      attendee,
    )
    world.nextcloud.user('alice').calendar('personal').put('web.ics', text, { silent: true })
    const connector = new CommandLine(built.entry, world)
    expect((await connector.run(['db', 'migrate'])).exitCode).toBe(0)
    daemon = connector.start(['daemon'])
    let stderr = ''
    daemon.child.stderr?.on('data', (part) => {
      stderr += part
    })
    await expect.poll(files, { timeout: 30_000 }).toContain('"msg":"pass finished"')
    expect(files()).not.toContain('"level":20')
    await expect
      .poll(syslog.text, { timeout: 20_000 })
      .toMatch(/<30>1 .*"passId":"[0-9a-f-]{36}".*"msg":"pass finished"/)
    await expect.poll(inDatabase, { timeout: 20_000 }).toContain(`:${daemon.child.pid} {`)
    expect(stderr).toContain('"msg":"pass finished"')
    await expect.poll(() => stderr, { timeout: 15_000 }).toContain('Log loki:')
    expect(mailbox.list()).toHaveLength(2)

    writeEnv('debug')
    daemon.child.kill('SIGHUP')
    await expect.poll(() => stderr, { timeout: 20_000 }).toContain('Read again')
    // Now that everything is told, contents are read and written.
    mailbox.addEvent(
      appointment('Second', { day: 4, required: [person], body: 'canary-body', location: 'canary-location' }),
    )
    world.nextcloud.user('alice').calendar('personal').put('b.ics', text.replace('web@', 'b@'), { silent: true })
    // An administrator asks for a pass; another process wakes it through the database.
    const address = /"address":"([^"]+)"/.exec(stderr)?.[1]
    const store = await openStateStore({
      connectionString: `sqlite:${join(world.directory, 'data', 'connector.db')}`,
      archiveKey: null,
    })
    await store.markDue([emailOf('alice')])
    await store.close()
    await expect.poll(files, { timeout: 20_000 }).toContain('"level":20')
    await expect.poll(() => mailbox.list().length, { timeout: 20_000 }).toBe(4)
    metrics = await (await fetch(`${address}/metrics`)).text()
    expect(metrics).toContain('connector_build_info')
    daemon.child.kill('SIGTERM')
    ran = await daemon.ended
    expect(ran.exitCode).toBe(143)
  })

  it('hold no password, no body and no attendee, at any level', async () => {
    const everything = [ran.stdout, ran.stderr, files(), syslog.text(), await inDatabase(), metrics].join('\n')
    expect(everything.length).toBeGreaterThan(5_000)
    for (const canary of [...CANARIES, passwordOf('alice'), 'service-password'])
      expect(everything.includes(canary), canary).toBe(false)
    expect(metrics).not.toMatch(/alice|corp\.test/)
  })
})
