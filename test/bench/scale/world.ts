/** The ground of the scale bench: a PostgreSQL, both simulators in processes of their own, a configuration, a fleet of replicas. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres, type TestPostgres } from '../../postgres.ts'
import { type Built, builtConnector } from '../../scenario/built.ts'
import { emailOf, passwordOf } from '../../world.ts'
import { FenceLog } from './fence-log.ts'
import { Fleet } from './fleet.ts'
import type { Answer, Held, Order, Report } from './servers.ts'

export type ScaleSize = {
  mailboxes: number
  accounts: number
  usersPerAdmin: number
  parallel: number
  intervalSeconds: number
}

class ServerProcess {
  readonly child: ChildProcess
  url = ''
  readonly #answers: ((answer: Answer) => void)[] = []

  constructor(role: 'exchange' | 'nextcloud', { mailboxes, accounts }: ScaleSize) {
    const script = join(import.meta.dirname, 'servers.ts')
    const parameters = ['--max-old-space-size=4096', script, role, String(mailboxes), String(accounts)]
    this.child = spawn(process.execPath, parameters, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.child.on('message', (answer: Answer) => this.#answers.shift()?.(answer))
  }

  next(): Promise<Answer> {
    return new Promise((resolve) => this.#answers.push(resolve))
  }

  async ready(): Promise<void> {
    const answer = await this.next()
    if (answer.kind === 'ready') this.url = answer.url
  }

  ask(order: Order): Promise<Answer> {
    const answer = this.next()
    this.child.send(order)
    return answer
  }

  async items(): Promise<Held[]> {
    const answer = await this.ask({ kind: 'items' })
    return answer.kind === 'items' ? answer.items : []
  }

  async report(): Promise<Report> {
    const answer = await this.ask({ kind: 'report' })
    if (answer.kind !== 'report') throw new Error('no report')
    return answer
  }
}

export class ScaleWorld {
  readonly size: ScaleSize
  readonly exchange: ServerProcess
  readonly nextcloud: ServerProcess
  readonly #directory = mkdtempSync(join(tmpdir(), 'connector-scale-'))
  readonly #built: Built
  readonly #postgres: TestPostgres
  log!: FenceLog
  fleet!: Fleet

  private constructor(size: ScaleSize, built: Built, postgres: TestPostgres) {
    this.size = size
    this.#built = built
    this.#postgres = postgres
    this.exchange = new ServerProcess('exchange', size)
    this.nextcloud = new ServerProcess('nextcloud', size)
  }

  static async start(size: ScaleSize): Promise<ScaleWorld> {
    const postgres = await startPostgres()
    if (postgres.kind === 'skip') throw new Error(postgres.reason)
    const world = new ScaleWorld(size, builtConnector(), postgres)
    await Promise.all([world.exchange.ready(), world.nextcloud.ready()])
    const url = await postgres.createDatabase()
    const env = world.#configure(url)
    const { openStateStore } = await import('../../../src/state/open.ts')
    const store = await openStateStore({ connectionString: url, archiveKey: Buffer.alloc(32, 7) })
    await store.migrate()
    await store.close()
    world.log = await FenceLog.watch(url)
    world.fleet = new Fleet({ entry: world.#built.entry, cwd: world.#directory, env })
    return world
  }

  #configure(database: string): Record<string, string> {
    const { mailboxes, accounts, usersPerAdmin, parallel, intervalSeconds } = this.size
    const write = (file: string, value: unknown) =>
      writeFileSync(join(this.#directory, file), JSON.stringify(value), { mode: 0o600 })
    const admins = Array.from({ length: accounts }, (_, at) => ({
      Username: `svc-${at}`,
      Password: 'service-password',
    }))
    write('admins.json', admins)
    const users = Array.from({ length: mailboxes }, (_, at) => ({
      Email: emailOf(`user${at}`),
      DavUrl: this.nextcloud.url,
      Username: `user${at}`,
      AppPassword: passwordOf(`user${at}`),
    }))
    write('users.json', users)
    return {
      Service__ExchangeConfiguration__ExchangeType: '3',
      Service__ExchangeConfiguration__EwsUrl: this.exchange.url,
      Service__NextcloudConfiguration__UsersFile: 'users.json',
      Service__DefaultTimeZone: 'Europe/Berlin',
      Service__SyncMode: '1',
      Service__DatabaseConfiguration__ConnectionString: database,
      Service__ArchiveConfiguration__EncryptionKey: Buffer.alloc(32, 7).toString('base64'),
      Service__MaxUsersPerAdmin: String(usersPerAdmin),
      Service__MaxParallelProcessingUsers: String(parallel),
      Service__SyncIntervalInSeconds: String(intervalSeconds),
      Service__LoggingConfiguration__LogLevel: 'error',
    }
  }

  async serviceTime(ms: number): Promise<void> {
    for (const server of [this.exchange, this.nextcloud]) await server.ask({ kind: 'service-time', ms })
  }

  async close(): Promise<void> {
    await this.fleet?.stop()
    await this.log?.close()
    for (const { child } of [this.exchange, this.nextcloud]) child.disconnect()
    await this.#postgres.stop()
    this.#built.dispose()
    rmSync(this.#directory, { recursive: true, force: true })
  }
}
