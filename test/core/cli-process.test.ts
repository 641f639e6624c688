/** The connector as a process: what stands on standard output and error, the exit code, and the hand-over from an older Node. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const version: string = createRequire(import.meta.url)('../../package.json').version
const EWS = 'Service__ExchangeConfiguration__EwsUrl=https://mail.example.org/EWS/Exchange.asmx'
const CANARY = 'canary-4711'
let dir: string

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cli-'))
  writeFileSync(join(dir, '.env'), `${EWS}\nService__ExchangeConfiguration__ClientSecret=${CANARY}\n`, { mode: 0o600 })
})
afterAll(() => rmSync(dir, { recursive: true }))

/** Without the caller's own settings. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^Service__|^NODE_/.test(name)))

function connector(...argv: string[]) {
  const done = spawnSync(process.execPath, [join(root, 'bin', 'dev.ts'), ...argv], { cwd: dir, env, encoding: 'utf8' })
  return { out: done.stdout, err: done.stderr, code: done.status }
}

describe('the process', () => {
  it('prints its version', () => {
    expect(connector('--version')).toMatchObject({ code: 0, out: expect.stringContaining(`/${version} `), err: '' })
  })

  it.each(['--help', 'help', 'sync --help', 'sync user --help', 'help sync user'])('helps: %s', (line) => {
    const { code, out, err } = connector(...line.split(' '))
    expect({ code, err, helped: out.includes('USAGE') }).toEqual({ code: 0, err: '', helped: true })
  })

  it('refuses an unknown command with 64, in words or as JSON', () => {
    const words = connector('nope')
    expect([words.code, words.out]).toEqual([64, ''])
    expect(words.err).toMatch(/^Error: There is no command: nope\nWhy: /)
    const json = connector('nope', '--json')
    expect([json.code, json.err]).toEqual([64, ''])
    expect(JSON.parse(json.out).error).toMatchObject({ code: 'usage', exitCode: 64 })
  })

  it('I26: shows the configuration without its secrets', () => {
    for (const argv of [
      ['config', 'show', '--origin'],
      ['config', 'show', '--json'],
    ]) {
      const { code, out, err } = connector(...argv)
      expect(code).toBe(0)
      expect(out).toContain('*** (set)')
      expect(out + err).not.toContain(CANARY)
    }
  })

  it('names every problem of the files that the configuration needs', () => {
    const { code, out, err } = connector('config', 'check')
    expect([code, out]).toEqual([78, ''])
    expect(err).toMatch(/admins\.json.*\n.*users\.json/)
  })

  it('checks a complete configuration', () => {
    const admins = join(dir, 'admins.json')
    const users = join(dir, 'users.json')
    writeFileSync(admins, '[{"Username": "svc", "Password_COMMAND": "echo pw"}]', { mode: 0o600 })
    writeFileSync(
      users,
      '[{"Email": "anna@example.org", "DavUrl": "https://c.example.org/dav", "Username": "anna", "AppPassword": "x-y"}]',
      { mode: 0o600 },
    )
    const { code, out } = connector('config', 'check', '--json')
    expect([code, JSON.parse(out)]).toEqual([0, { valid: true, admins: 1, users: 1, warnings: [] }])
  })

  it('refuses a file that it cannot read', () => {
    const { code, err } = connector('mapping', 'dry-run', 'absent.ics')
    expect(code).toBe(64)
    expect(err).toContain('absent.ics could not be used: ENOENT')
  })
})

/** A Node below 24 on this machine, outside of node_modules. */
function olderNode(): string | null {
  const places = (process.env.PATH ?? '').split(delimiter).filter((place) => !place.includes('node_modules'))
  const found = places.map((place) => join(place, 'node')).find((path) => existsSync(path))
  if (found === undefined) return null
  return Number.parseInt(spawnSync(found, ['--version'], { encoding: 'utf8' }).stdout.slice(1), 10) < 24 ? found : null
}

const built = existsSync(join(root, 'dist', 'oclif.manifest.json'))
const old = olderNode()

describe.skipIf(!built)('the built program (needs npm run build)', () => {
  it('runs from dist', () => {
    const done = spawnSync(process.execPath, [join(root, 'bin', 'run.js'), '--version'], { env, encoding: 'utf8' })
    expect([done.status, done.stderr]).toEqual([0, ''])
    expect(done.stdout).toContain(`/${version} `)
  })

  it.skipIf(old === null)('hands over to Node 24 from an older one (needs an older Node in PATH)', () => {
    const run = join(root, 'bin', 'run.js')
    const done = spawnSync(old ?? '', [run, 'nope'], { env, encoding: 'utf8' })
    expect([done.status, done.stdout]).toEqual([64, ''])
    expect(spawnSync(old ?? '', [run, '--version'], { env, encoding: 'utf8' }).stdout).toMatch(/node-v2[4-9]/)
  })

  it.skipIf(old === null)('passes a signal on when it handed over (needs an older Node in PATH)', async () => {
    const command = 'Service__NextcloudConfiguration__AppPassword_COMMAND'
    const slow = spawn(old ?? '', [join(root, 'bin', 'run.js'), 'config', 'show'], {
      cwd: dir,
      env: { ...env, [command]: 'echo started >&2; sleep 5; echo x' },
    })
    setTimeout(() => slow.kill('SIGTERM'), 1000)
    const code = await new Promise((resolve) => slow.on('exit', (status) => resolve(status)))
    expect(code).toBe(143)
  })
})

describe.skipIf(!built)('the built program, started by its first line (needs npm run build)', () => {
  const run = (argv: string[], more: Record<string, string> = {}) =>
    spawnSync(join(root, 'bin', 'run.js'), argv, { cwd: dir, env: { ...env, ...more }, encoding: 'utf8' })

  it('keeps its flags from Node, which would take --env-file for its own', () => {
    const done = run(['config', 'check', '--env-file', 'absent.env'])
    expect(done.status).toBe(78)
    expect(done.stderr).toMatch(/absent\.env \(ENOENT: it is not there\)/)
  })

  it('says nothing of a HOME that its user may not read', () => {
    const done = run(['--version'], { HOME: '/dev/null/nobody', XDG_DATA_HOME: '/dev/null/nobody' })
    expect([done.status, done.stderr]).toEqual([0, ''])
  })
})
