/**
 * The first afternoon of an administrator, command by command: from nothing to a mailbox in step, then what goes wrong and how it is mended. What
 * each step says is kept as a file, on a terminal of 80 columns and as JSON; UPDATE_WALK=1 writes the files anew, to be read before they are committed.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { emailOf, passwordOf, startWorld, type World } from '../world.ts'
import { builtConnector } from './built.ts'
import { appointment } from './items.ts'

const ALICE = emailOf('alice')
const GOLDEN = join(import.meta.dirname, '..', 'golden', 'walk')
const program = builtConnector()
let world: World
let folder: string
beforeAll(async () => {
  world = await startWorld({ people: ['alice'] })
  folder = mkdtempSync(join(tmpdir(), 'walk-'))
  writeFileSync(join(folder, 'exchange.secret'), 'service-password\n', { mode: 0o600 })
  if (process.env.UPDATE_WALK) mkdirSync(GOLDEN, { recursive: true })
})
afterAll(async () => {
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
  program.dispose()
})

async function connector(words: readonly string[]): Promise<{ exitCode: number; output: string }> {
  const env = { PATH: process.env.PATH, NO_COLOR: '1', COLUMNS: '80' }
  const child = spawn(process.execPath, [program.entry, ...words], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)))
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), closed])
  return { exitCode, output: stdout + (stderr === '' ? '' : `--- standard error ---\n${stderr}`) }
}

/** What differs from run to run: addresses, ids, times and how long something took. */
function settled(output: string): string {
  return output
    .replaceAll(folder, '/etc/connector')
    .replace(/127\.0\.0\.1:\d+/g, 'HOST:PORT')
    .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'INSTANT')
    .replace(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}(:\d{2})? UTC/g, 'INSTANT')
    .replace(/"(to|from|needs|knows|version|tookMs|lagMs|latencyMs|median|max|answered|tried|skewMs)": \d+/g, '"$1": N')
    .replace(/\b\d+ ms\b/g, 'N ms')
    .replace(/\b(?:less than a minute|\d+ (?:min|h|s|days))\b/g, 'A WHILE')
    .replace(/\b\d+ known\b/g, 'N known')
    .replace(/\b2[4-9]\.\d+\.\d+\b/g, 'NODE')
    .replace(/"restMs":\d+/g, '"restMs":N')
    .replace(/\b(schema|Schema 0 ->|knows) \d+/g, '$1 N')
    .replace(/pass [0-9a-f]{8}/g, 'pass ID')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'ID')
    .replace(/[A-Z0-9]{100,}/g, 'UID')
    .replace(/"(exchange|nextcloud)": "[^"]{8,}"/g, '"$1": "VERSION"')
}

/** Runs it twice, for people and as JSON, and compares both with what is kept. `once`: it does something; its JSON form is not tried. */
async function step(name: string, words: readonly string[], { once = false } = {}): Promise<number> {
  const shown = await connector(words)
  kept(`${name}.txt`, `$ connector ${settled(words.join(' '))}\n${settled(shown.output)}exit code ${shown.exitCode}\n`)
  if (!once) {
    const json = await connector([...words, '--json'])
    kept(`${name}.json`, settled(json.output))
    expect(json.exitCode).toBe(shown.exitCode)
  }
  return shown.exitCode
}

function kept(file: string, output: string): void {
  const path = join(GOLDEN, file)
  if (process.env.UPDATE_WALK) writeFileSync(path, output)
  // Errors are one line each where no terminal is: a program may read them there.
  const [printed = ''] = output.split('--- standard error ---')
  const free = /^\$ |https?:|\bService__|\/etc\/connector/
  for (const line of file.endsWith('.txt') ? printed.split('\n') : [])
    if (!free.test(line)) expect([...line].length, line).toBeLessThanOrEqual(80)
  expect(output, file).toBe(readFileSync(path, 'utf8'))
}

function setUser(more: object = {}): void {
  const user = {
    Email: ALICE,
    DavUrl: world.nextcloud.davUrl,
    Username: 'alice',
    AppPassword: passwordOf('alice'),
    ...more,
  }
  writeFileSync(join(folder, 'users.json'), JSON.stringify([user]), { mode: 0o600 })
}

function setAdmin(password: string): void {
  writeFileSync(join(folder, 'admins.json'), JSON.stringify([{ Username: 'svc-sync', Password: password }]), {
    mode: 0o600,
  })
}

/** Refusals are remembered so that the directory does not lock the account; the time they take is not waited for here. */
function inDatabase(sql: string): void {
  const state = new DatabaseSync(join(folder, 'data', 'connector.db'))
  state.exec(sql)
  state.close()
}

describe('an administrator', () => {
  it('begins without knowing anything', async () => {
    expect(await step('01-nothing-there', ['config', 'check'])).toBe(78)
    const answers = [
      '--exchange-type',
      '3',
      '--ews-url',
      world.exchange.url,
      '--account',
      'svc-sync',
      '--users-from',
      'file',
    ]
    const secret = ['--account-password-file', join(folder, 'exchange.secret')]
    const url = new URL('/', world.nextcloud.davUrl).href
    expect(await step('02-init', ['init', ...answers, ...secret, '--nextcloud-url', url], { once: true })).toBe(0)
    setUser()
    expect(await step('03-config-check', ['config', 'check'])).toBe(0)
    expect(await step('04-not-initialised', ['sync', 'run'])).toBe(10)
    expect(await step('05-db-migrate', ['db', 'migrate'], { once: true })).toBe(0)
  })

  it('sees before it acts, then syncs the first mailbox', async () => {
    const mailbox = world.exchange.mailbox(ALICE)
    for (const [index, title] of ['Budget', 'Team meeting', 'Dentist'].entries())
      mailbox.addEvent({ ...appointment(title, { day: 3 + index }), uid: `uid-${index}@example.org` })
    expect(await step('06-dry-run', ['sync', 'user', ALICE, '--dry-run'])).toBe(0)
    expect(await step('07-first-sync', ['sync', 'user', ALICE], { once: true })).toBe(0)
    expect(await step('08-status', ['status'])).toBe(0)
  })

  it('has a wrong password, is told so, and mends it', async () => {
    setAdmin('wrong')
    expect(await step('09-wrong-password', ['sync', 'user', ALICE], { once: true })).toBe(4)
    setAdmin('service-password')
    expect((await connector(['sync', 'user', ALICE])).exitCode).toBe(0)
  })

  it('has a user with a wrong address, and one who is not enrolled', async () => {
    setUser({ Email: 'nobody@corp.test' })
    expect(await step('10-wrong-address', ['sync', 'user', 'nobody@corp.test'], { once: true })).not.toBe(0)
    setUser()
    expect(await step('11-not-enrolled', ['sync', 'user', 'bob@corp.test'])).toBe(64)
  })

  it('meets a conflict, looks at it and keeps what is there', async () => {
    const mailbox = world.exchange.mailbox(ALICE)
    const item = mailbox.list().find(({ fields }) => fields.Subject === 'Budget')
    mailbox.editItem(item?.id ?? '', { fields: { Subject: 'Budget, from Outlook' } })
    const calendar = world.nextcloud.user('alice').calendar('personal')
    const object = calendar.list().find((one) => one.text.includes('SUMMARY:Budget'))
    calendar.put(object?.uri ?? '', (object?.text ?? '').replace('SUMMARY:Budget', 'SUMMARY:Budget\\, from the web'), {
      silent: true,
    })
    expect(await step('12-conflict', ['sync', 'user', ALICE], { once: true })).toBe(0)
    const { output } = await connector(['conflicts', 'list', '--json'])
    const [conflict] = (JSON.parse(output) as { conflicts: { id: string }[] }).conflicts
    const shown = await connector(['conflicts', 'show', conflict?.id ?? ''])
    expect(shown.output).toMatch(/Budget, from Outlook[\s\S]*|Budget, from the web/)
    expect((await connector(['conflicts', 'resolve', conflict?.id ?? '', '--keep'])).exitCode).toBe(0)
    expect(await step('13-no-conflict-left', ['conflicts', 'list'])).toBe(0)
  })

  it('is stopped by a guard, and lets the exact number pass', async () => {
    const mailbox = world.exchange.mailbox(ALICE)
    for (let number = 0; number < 30; number++)
      mailbox.addEvent({
        ...appointment(`Item ${number}`, { day: 3 + (number % 20) }),
        uid: `item-${number}@example.org`,
      })
    await connector(['sync', 'user', ALICE])
    for (const { id, fields } of mailbox.list()) if (/^Item 1?\d$/.test(fields.Subject ?? '')) mailbox.deleteItem(id)
    expect(await step('14-halted', ['sync', 'user', ALICE], { once: true })).toBe(7)
    expect(await step('15-halted-status', ['status', ALICE])).toBe(0)
    expect(await step('16-released', ['sync', 'user', ALICE, '--allow-deletes', '20'], { once: true })).toBe(0)
  })

  it('runs an old program on a database that was upgraded', async () => {
    inDatabase('insert into schema_version select max(version) + 1, 0 from schema_version')
    expect(await step('17-newer-schema', ['sync', 'run'])).not.toBe(0)
  })
})
