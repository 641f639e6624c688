/** Starts real CalDAV servers that we did not write, on loopback, for the interop tests. Null where the program is absent. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'

export type DavProgram = { name: string; url: string; username: string; password: string; close(): Promise<void> }

const RADICALE = '/usr/bin/radicale'
const XANDIKOS = '/usr/bin/xandikos'
const ACCOUNT = { username: 'anna', password: 'app-password' }

export const hasRadicale = existsSync(RADICALE)
export const hasXandikos = existsSync(XANDIKOS)

/** Radicale rewrites what it stores (vobject) and answers with the ETag of the rewritten text. */
export async function startRadicale(): Promise<DavProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'radicale-'))
  const port = await freePort()
  writeFileSync(join(folder, 'users'), `${ACCOUNT.username}:${ACCOUNT.password}\n`)
  writeFileSync(
    join(folder, 'config'),
    [
      '[server]',
      `hosts = 127.0.0.1:${port}`,
      '[auth]',
      'type = htpasswd',
      `htpasswd_filename = ${join(folder, 'users')}`,
      'htpasswd_encryption = plain',
      'delay = 0',
      '[storage]',
      `filesystem_folder = ${join(folder, 'data')}`,
      '[logging]',
      'level = warning',
    ].join('\n'),
  )
  const child = spawn(RADICALE, ['--config', join(folder, 'config')], { stdio: 'ignore' })
  return ready('radicale', { child, folder, url: `http://127.0.0.1:${port}/` })
}

/** Xandikos keeps objects in git and knows no users; its ETags are git object names. */
export async function startXandikos(): Promise<DavProgram> {
  const folder = mkdtempSync(join(tmpdir(), 'xandikos-'))
  const port = await freePort()
  const args = [
    '-d',
    join(folder, 'data'),
    '-l',
    '127.0.0.1',
    '-p',
    String(port),
    '--current-user-principal',
    '/anna/',
    '--autocreate',
  ]
  const child = spawn(XANDIKOS, args, { stdio: 'ignore' })
  return ready('xandikos', { child, folder, url: `http://127.0.0.1:${port}/` })
}

type Started = { child: ChildProcess; folder: string; url: string }

async function ready(name: string, { child, folder, url }: Started): Promise<DavProgram> {
  const close = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve))
    if (child.exitCode === null && child.kill('SIGTERM')) await ended
    rmSync(folder, { recursive: true, force: true })
  }
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null) break
    const answered = await fetch(url, { redirect: 'manual' }).then(
      () => true,
      () => false,
    )
    if (answered) return { name, url, ...ACCOUNT, close }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await close()
  throw new Error(`${name} did not start`)
}
