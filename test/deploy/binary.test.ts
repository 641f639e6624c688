/** The tarball on a machine without Node: unpacked elsewhere, with nothing in PATH but a shell's needs, it syncs, runs as a daemon and tests its accounts. */
import { type ChildProcessByStdio, execFileSync, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { appointment } from '../scenario/items.ts'
import { emailOf, startWorld, type World } from '../world.ts'

const root = join(import.meta.dirname, '..', '..')
const ALICE = emailOf('alice')
let folder: string
let world: World
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'binary-'))
  execFileSync('npm', ['run', '-s', 'build:binary', '--', '--out', folder], { cwd: root, stdio: 'inherit' })
  const [tarball] = globSync('*.tar.gz', { cwd: folder })
  execFileSync('tar', ['-xzf', join(folder, tarball ?? ''), '-C', folder])
  world = await startWorld({ people: ['alice'] })
  world.exchange.mailbox(ALICE).addEvent(appointment('From the tarball'))
})
afterAll(async () => {
  await world?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** PATH has no Node: sh, readlink and dirname are all that the start script needs. */
function start(...words: string[]) {
  const env = { PATH: '/usr/bin:/bin', NO_COLOR: '1', ...world.env, Service__HttpConfiguration__Port: '0' }
  return spawn(join(folder, 'connector', 'connector'), words, {
    cwd: world.directory,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

const run = (...words: string[]) => outputOf(start(...words))

async function outputOf(child: ChildProcessByStdio<null, Readable, Readable>) {
  const closed = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)))
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), closed])
  return { stdout, stderr, exitCode }
}

describe('the tarball', () => {
  it('brings its own Node and tells its version', async () => {
    const { stdout, exitCode } = await run('--version')
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/node-v2[4-9]/)])
  })

  it('syncs', async () => {
    expect(await run('db', 'migrate')).toMatchObject({ exitCode: 0 })
    expect(await run('sync', 'run')).toMatchObject({ exitCode: 0, stderr: '' })
    const texts = world.nextcloud
      .user('alice')
      .calendar('personal')
      .list()
      .map((object) => object.text)
    expect(texts.join('')).toContain('SUMMARY:From the tarball')
  })

  it('tests its accounts and finds itself well', async () => {
    expect((await run('pool', 'test')).exitCode).toBe(0)
    expect((await run('doctor')).exitCode).toBe(0)
  })

  it('runs as a daemon with logs in files, until it is told to stop', async () => {
    const child = start('daemon')
    let said = ''
    await new Promise<void>((resolve) =>
      child.stderr.on('data', (part) => {
        said += part
        if (said.includes('Running')) resolve()
      }),
    )
    child.kill('SIGTERM')
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(143)
  })

  it('is relocatable, also by a link', async () => {
    cpSync(join(folder, 'connector'), join(folder, 'moved'), { recursive: true })
    execFileSync('ln', ['-s', join(folder, 'moved', 'connector'), join(folder, 'link')])
    expect(
      execFileSync(join(folder, 'link'), ['--version'], { env: { PATH: '/usr/bin:/bin' }, encoding: 'utf8' }),
    ).toContain('connector')
  })
})

/** ARM's own program, on this machine: Debian's qemu-user-static with libc6-arm64-cross and libstdc++6-arm64-cross. */
const EMULATOR = ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu'] as const

describe('the tarball for ARM', () => {
  it('runs there: it tells its version and syncs', async ({ skip }) => {
    if (spawnSync(EMULATOR[0], ['--version']).status !== 0 || !existsSync(join(EMULATOR[2], 'lib', 'libstdc++.so.6'))) {
      console.log('skipped: qemu-aarch64-static with the libraries of arm64 is not on this machine')
      skip()
    }
    const arm = join(folder, 'arm')
    mkdirSync(arm)
    execFileSync('npm', ['run', '-s', 'build:binary', '--', '--arch', 'arm64', '--out', arm], {
      cwd: root,
      stdio: 'inherit',
    })
    execFileSync('tar', ['-xzf', join(arm, globSync('*.tar.gz', { cwd: arm })[0] ?? ''), '-C', arm])
    const [emulator, ...options] = EMULATOR
    const run = (...words: string[]) => {
      const args = [
        ...options,
        join(arm, 'connector', 'bin', 'node'),
        join(arm, 'connector', 'bin', 'run.js'),
        ...words,
      ]
      return outputOf(
        spawn(emulator, args, {
          cwd: world.directory,
          env: { PATH: '/usr/bin:/bin', NO_COLOR: '1', ...world.env },
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      )
    }
    expect((await run('--version')).stdout).toContain('linux-arm64')
    world.exchange.mailbox(ALICE).addEvent(appointment('From the tarball for ARM'))
    expect(await run('sync', 'run', '--now')).toMatchObject({ exitCode: 0 })
    const { stdout } = await run('status', '--json')
    expect(JSON.parse(stdout)).toBeTypeOf('object')
    const texts = world.nextcloud
      .user('alice')
      .calendar('personal')
      .list()
      .map((object) => object.text)
    expect(texts.join('')).toContain('SUMMARY:From the tarball for ARM')
  })
})
