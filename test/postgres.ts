/** A real PostgreSQL for tests: TEST_DATABASE_URL, else a cluster of its own from the machine's binaries, gone when the test process is. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chownSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { freePort } from './free-port.ts'

export type TestPostgres = {
  kind: 'running'
  /** A new empty database; its connection string. */
  createDatabase(): Promise<string>
  /** Removes what was created. */
  stop(): Promise<void>
}

/** `skip` names why there is no PostgreSQL here. */
export async function startPostgres(): Promise<TestPostgres | { kind: 'skip'; reason: string }> {
  const given = process.env.TEST_DATABASE_URL
  if (given !== undefined && given !== '') return databasesOn(given, async () => {})
  const bin = findBinaries()
  if (bin === null) return { kind: 'skip', reason: 'no PostgreSQL: set TEST_DATABASE_URL or install postgresql' }
  const owner = clusterOwner()
  if (owner === null) return { kind: 'skip', reason: 'PostgreSQL does not run as root and there is no user postgres' }
  return await startCluster(bin, owner)
}

function findBinaries(): string | null {
  const roots = ['/usr/lib/postgresql', '/usr/local/pgsql', '/opt/homebrew/opt']
  for (const root of roots.filter((path) => existsSync(path))) {
    const versions = readdirSync(root).sort((one, two) => Number.parseInt(two, 10) - Number.parseInt(one, 10))
    for (const version of ['', ...versions]) {
      const bin = join(root, version, 'bin')
      if (existsSync(join(bin, 'initdb')) && existsSync(join(bin, 'postgres'))) return bin
    }
  }
  return null
}

type Owner = { uid: number; gid: number } | Record<string, never>

/** Root hands the cluster to the user postgres; anyone else owns it. */
function clusterOwner(): Owner | null {
  if (process.getuid?.() !== 0) return {}
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((line) => line.startsWith('postgres:'))
  if (entry === undefined) return null
  const [, , uid, gid] = entry.split(':')
  return { uid: Number(uid), gid: Number(gid) }
}

/** The shell ends the server and removes its folder when its standard input closes, so a test process that was killed leaves nothing behind. */
const GUARD = '"$@" </dev/null & server=$!; read -r _; kill -INT $server 2>/dev/null; wait $server; rm -rf "$FOLDER"'

async function startCluster(bin: string, owner: Owner): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'connector-postgres-'))
  if (owner.uid !== undefined) chownSync(folder, owner.uid, owner.gid)
  const data = join(folder, 'data')
  const common = { ...owner, cwd: folder, env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', FOLDER: folder } }
  const initdb = ['-D', data, '-U', 'connector', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
  execFileSync(join(bin, 'initdb'), initdb, { ...common, stdio: 'pipe' })
  const port = await freePort()
  const log = openSync(join(folder, 'log'), 'a')
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'fsync=off', '-c', 'max_connections=100']
  const server = [join(bin, 'postgres'), '-D', data, '-p', String(port), '-k', folder, ...settings]
  const shell = spawn('/bin/sh', ['-c', GUARD, 'sh', ...server], { ...common, stdio: ['pipe', log, log] })
  const stop = async () => {
    await ended(shell)
    rmSync(folder, { recursive: true, force: true })
  }
  const url = `postgres://connector@127.0.0.1:${port}/postgres`
  try {
    await answering(url)
  } catch (error) {
    const said = readFileSync(join(folder, 'log'), 'utf8')
    await stop()
    throw new Error(`PostgreSQL did not start:\n${said}`, { cause: error })
  }
  return databasesOn(url, stop)
}

async function ended(shell: ChildProcess): Promise<void> {
  const exit = new Promise((resolve) => shell.once('exit', resolve))
  shell.stdin?.end()
  if (shell.exitCode === null && shell.signalCode === null) await exit
}

async function answering(url: string): Promise<void> {
  const deadlineMs = Date.now() + 30_000
  for (;;) {
    try {
      return await runOn(url, 'select 1')
    } catch (error) {
      if (Date.now() > deadlineMs) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function runOn(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {}) // reported by the query as well
  try {
    await client.connect()
    await client.query(statement)
  } finally {
    await client.end()
  }
}

function databasesOn(url: string, stopServer: () => Promise<void>): TestPostgres {
  const created: string[] = []
  return {
    kind: 'running',
    async createDatabase() {
      const name = `connector_test_${randomUUID().replaceAll('-', '')}`
      await runOn(url, `create database ${name}`)
      created.push(name)
      const database = new URL(url)
      database.pathname = `/${name}`
      return database.href
    },
    async stop() {
      for (const name of created) await runOn(url, `drop database if exists ${name} with (force)`)
      await stopServer()
    },
  }
}
