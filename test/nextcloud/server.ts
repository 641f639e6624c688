/**
 * A real Nextcloud for tests: a copy of the server tree in NEXTCLOUD_DIR, installed into a folder of its own and served on loopback,
 * gone when the test process is. Tests of what only the real server does build on it; the tree itself is never written to.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { freePort } from '../free-port.ts'
import { install, occIn, PHP, run, usersOf } from './install.ts'

export type NextcloudServerOptions = {
  /** The server tree as released (`version.php` in it); it is copied. */
  tree: string
  /** SQLite, or the connection string of an empty PostgreSQL database. */
  database?: 'sqlite' | `postgres://${string}`
  /** Requests that are served at once. Nextcloud on SQLite answers 500 when two of them write. */
  phpWorkers?: number
  /** Folders of apps, copied into `apps/` under their own names and enabled. */
  apps?: readonly string[]
  /** Further keys of config.php. */
  config?: Readonly<Record<string, string | number | boolean>>
}

export type NextcloudUser = { username: string; password: string; email: string }

export type NextcloudServer = {
  /** With a slash at the end. */
  url: string
  davUrl: string
  /** The installed tree: `data/` and `php.log` lie in it. */
  directory: string
  /** As `occ status` tells it. */
  version: string
  /** Runs occ and gives its output; throws with the output when it fails. */
  occ(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>
  /** A new user; `password` is an app password, which costs no slow hash per request. */
  addUser(username: string, email: string): Promise<NextcloudUser>
  /** An app password of a user whose own password is known. */
  appPassword(username: string, password: string): Promise<string>
  close(): Promise<void>
}

const START_TIME_MAX_MS = 60_000

/** The tree that NEXTCLOUD_DIR names, or why there is none. */
export function nextcloudTree(): { kind: 'tree'; tree: string } | { kind: 'skip'; reason: string } {
  const tree = process.env.NEXTCLOUD_DIR ?? ''
  if (tree === '') return { kind: 'skip', reason: 'set NEXTCLOUD_DIR to a Nextcloud server tree' }
  if (!existsSync(join(tree, 'version.php'))) return { kind: 'skip', reason: `no Nextcloud in NEXTCLOUD_DIR (${tree})` }
  return { kind: 'tree', tree }
}

export async function startNextcloud(options: NextcloudServerOptions): Promise<NextcloudServer> {
  const folder = mkdtempSync(join(tmpdir(), 'nextcloud-'))
  const directory = join(folder, 'nextcloud')
  try {
    await run('cp', ['-r', '--reflink=auto', options.tree, directory])
    for (const app of options.apps ?? []) await run('cp', ['-r', app, join(directory, 'apps', basename(app))])
    const port = await freePort()
    const url = `http://127.0.0.1:${port}/`
    const occ = occIn(directory)
    await install(occ, { directory, url }, options)
    const stop = serve({ folder, directory, port, phpWorkers: options.phpWorkers ?? 4 })
    await answering(`${url}status.php`, directory).catch(async (error: unknown) => {
      await stop()
      throw error
    })
    const status = JSON.parse(await occ(['status', '--output=json'])) as { versionstring: string }
    const close = async () => {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    }
    return {
      url,
      davUrl: `${url}remote.php/dav/`,
      directory,
      version: status.versionstring,
      occ,
      close,
      ...usersOf(occ),
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

/** The shell ends the server and its workers when its standard input closes, so a test process that was killed leaves nothing running. */
const GUARD = 'setsid "$@" </dev/null & group=$!; read -r _; kill -TERM -$group; wait $group; rm -rf "$FOLDER"'

type Serving = { folder: string; directory: string; port: number; phpWorkers: number }

function serve({ folder, directory, port, phpWorkers }: Serving): () => Promise<void> {
  const log = openSync(join(directory, 'php.log'), 'a')
  const env = { ...process.env, FOLDER: folder, PHP_CLI_SERVER_WORKERS: String(phpWorkers) }
  const args = ['-c', GUARD, 'sh', 'php', ...PHP, '-S', `127.0.0.1:${port}`, '-t', directory]
  const shell = spawn('/bin/sh', args, { cwd: directory, env, stdio: ['pipe', log, log] })
  const ended = new Promise((resolve) => shell.once('exit', resolve))
  return async () => {
    shell.stdin?.end()
    if (shell.exitCode === null && shell.signalCode === null) await ended
  }
}

async function answering(url: string, directory: string): Promise<void> {
  const deadlineMs = Date.now() + START_TIME_MAX_MS
  for (;;) {
    const isUp = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    )
    if (isUp) return
    if (Date.now() > deadlineMs) throw new Error(`no Nextcloud:\n${readFileSync(join(directory, 'php.log'), 'utf8')}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
