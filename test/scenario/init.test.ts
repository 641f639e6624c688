/** The first configuration, from flags and from questions at a terminal: files that work, secrets that are not shown, nothing written over. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emailOf, passwordOf } from '../world.ts'
import { builtConnector } from './built.ts'
import type { ErrorJson, Ran } from './command-line.ts'
import { disposeProgram, type Office, openOffice } from './office.ts'

const ALICE = emailOf('alice')
const program = builtConnector()
let office: Office
let folder: string
beforeEach(async () => {
  office = await openOffice()
  folder = mkdtempSync(join(tmpdir(), 'init-'))
  writeFileSync(join(folder, 'exchange.secret'), 'service-password\n', { mode: 0o600 })
})
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true })
  await office.close()
})
afterAll(() => {
  disposeProgram()
  program.dispose()
})

const flags = () => [
  ...['--exchange-type', '3', '--ews-url', office.world.exchange.url, '--account', 'svc-sync'],
  ...['--account-password-file', join(folder, 'exchange.secret'), '--users-from', 'file'],
  ...['--nextcloud-url', new URL('/', office.world.nextcloud.davUrl).href, '--into', folder],
]

/** A command in the folder that init wrote to, with nothing else set. The servers are in this process: it must not wait blindly. */
async function inFolder(...words: string[]): Promise<Ran> {
  const env = { PATH: process.env.PATH ?? '', NO_COLOR: '1' }
  const child = spawn(process.execPath, [program.entry, ...words], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, exitCode] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1))),
  ])
  return { exitCode, stdout, stderr }
}

describe('init with flags', () => {
  it('writes a configuration that syncs, for this user only, and leaves the secret where it is', async () => {
    const made = await office.cli.run(['init', ...flags()])
    expect([made.exitCode, made.stderr]).toEqual([0, expect.stringContaining('✓ reach')])
    for (const name of ['.env', 'admins.json', 'users.json'])
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
    const admins = readFileSync(join(folder, 'admins.json'), 'utf8')
    expect(JSON.parse(admins)).toEqual([{ Username: 'svc-sync', Password_FILE: join(folder, 'exchange.secret') }])
    const user = {
      Email: ALICE,
      DavUrl: office.world.nextcloud.davUrl,
      Username: 'alice',
      AppPassword: passwordOf('alice'),
    }
    writeFileSync(join(folder, 'users.json'), JSON.stringify([user]), { mode: 0o600 })
    expect((await inFolder('config', 'check')).exitCode).toBe(0)
    expect((await inFolder('db', 'migrate')).exitCode).toBe(0)
    expect((await inFolder('doctor')).stdout).toContain('0 failed')
    expect(await inFolder('sync', 'user', ALICE)).toMatchObject({ exitCode: 0 })
  })

  it('names everything that is missing or wrong at once, and writes nothing', async () => {
    const ran = await office.cli.run(['init', '--ews-url', 'mail.example.org', '--users-from', 'app', '--into', folder])
    expect(ran.exitCode).toBe(64)
    for (const flag of ['ews-url', 'account', 'account-password-file', 'nextcloud-url', 'shared-secret-file'])
      expect(ran.stderr).toContain(`--${flag} `)
    expect(() => statSync(join(folder, '.env'))).toThrow()
  })

  it('tells at once that a server is not there, and writes the files all the same', async () => {
    const words = flags().map((word) =>
      word === office.world.exchange.url ? 'http://127.0.0.1:9/EWS/Exchange.asmx' : word,
    )
    const ran = await office.cli.run(['init', ...words])
    expect(ran.stderr).toMatch(/✗ reach: Exchange could not be reached/)
    expect(ran.exitCode).toBe(0)
  })

  it('writes over nothing', async () => {
    writeFileSync(join(folder, 'admins.json'), 'mine')
    const { error, ran } = await office.cli.json<{ error: ErrorJson }>(['init', ...flags(), '--no-test'])
    expect([ran.exitCode, error.code]).toEqual([78, 'config.exists'])
    expect(readFileSync(join(folder, 'admins.json'), 'utf8')).toBe('mine')
  })

  it('makes a key for the archive where the database is PostgreSQL', async () => {
    await office.cli.run(['init', ...flags(), '--no-test', '--database', 'postgres://u:p@db/connector'])
    expect(readFileSync(join(folder, '.env'), 'utf8')).toMatch(
      /^Service__ArchiveConfiguration__EncryptionKey='?[A-Za-z0-9+/]{43}='?$/m,
    )
  })
})

describe('init at a terminal', () => {
  it('asks for what no flag says, again after a wrong answer, and never shows a secret', async ({ skip }) => {
    if (spawnSync('script', ['--version']).error) {
      console.log('skipped: script (util-linux) is not installed')
      return skip()
    }
    const given = flags().filter(
      (_, index, all) => !/account|ews-url/.test(all[index] ?? '') && !/account|ews-url/.test(all[index - 1] ?? ''),
    )
    const ran = await atTerminal(
      ['init', ...given, '--no-test'],
      [
        [/Exchange Web Services/, 'nonsense'],
        [/must be /, office.world.exchange.url],
        [/Service account/, 'svc-sync'],
        [/Its password/, 'typed-canary'],
        [/Database/, ''],
      ],
    )
    expect(ran.exitCode).toBe(0)
    expect(ran.screen).not.toContain('typed-canary')
    expect(JSON.parse(readFileSync(join(folder, 'admins.json'), 'utf8'))).toEqual([
      { Username: 'svc-sync', Password: 'typed-canary' },
    ])
  })
})

/** Types each answer when its question is on the screen. */
async function atTerminal(words: string[], script: [RegExp, string][]): Promise<{ exitCode: number; screen: string }> {
  const line = [process.execPath, program.entry, ...words].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env.PATH, TERM: 'xterm' },
  })
  let screen = ''
  let seen = 0
  let step = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text
    const next = script[step]
    if (next?.[0].test(screen.slice(seen)) !== true) return
    seen = screen.length
    step++
    child.stdin.write(`${next[1]}\r`)
  })
  const exitCode = await new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)))
  return { exitCode, screen }
}
