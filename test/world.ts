/** Both simulated servers, users on them, and a connector configured for them in a directory of its own: the ground of scenarios, demo and bench. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compose } from '../src/compose.ts'
import { loadConfig } from '../src/config/load.ts'
import type { Clock } from '../src/ports/clock.ts'
import type { Log } from '../src/ports/log.ts'
import type { Connector, SyncOptions } from '../src/ports/service.ts'
import { type ExchangeSimulator, startExchangeSimulator } from './simulators/exchange/simulator.ts'
import type { AppHandle } from './simulators/nextcloud/app/handle.ts'
import { type NextcloudSimulator, startNextcloudSimulator } from './simulators/nextcloud/simulator.ts'

export type WorldOptions = {
  /** Local parts of the addresses at corp.test; each is a mailbox and a Nextcloud user. */
  people: readonly string[]
  env?: Readonly<Record<string, string>>
  /** More keys of a user's entry in users.json. */
  entries?: Readonly<Record<string, Record<string, unknown>>>
  /** Users come from the Nextcloud app, in which all people agreed, instead of users.json. */
  throughApp?: boolean
  clock?: Clock
  exchange?: Parameters<typeof startExchangeSimulator>[0]
  nextcloud?: Parameters<typeof startNextcloudSimulator>[0]
}

export type World = {
  exchange: ExchangeSimulator
  nextcloud: NextcloudSimulator
  /** With `throughApp`. */
  app: AppHandle | null
  directory: string
  env: Record<string, string>
  connect(log?: Log): Promise<Connector>
  close(): Promise<void>
}

export const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => SILENT }

export function emailOf(person: string): string {
  return `${person}@corp.test`
}

/** Options of a run that nobody stops. */
export function runOptions(options: Partial<SyncOptions> = {}): SyncOptions {
  return { dryRun: false, allowDeletes: null, signal: new AbortController().signal, ...options }
}

export async function startWorld(options: WorldOptions): Promise<World> {
  const exchange = await startExchangeSimulator(options.exchange)
  const nextcloud = await startNextcloudSimulator(options.nextcloud)
  const directory = mkdtempSync(join(tmpdir(), 'connector-'))
  exchange.addServiceAccount('svc-sync', 'service-password')
  for (const person of options.people) {
    exchange.addMailbox(emailOf(person), { displayName: nameOf(person) })
    nextcloud.addUser(person, passwordOf(person), { email: emailOf(person) })
  }
  writeFileSync(
    join(directory, 'admins.json'),
    JSON.stringify([{ Username: 'svc-sync', Password: 'service-password' }]),
    { mode: 0o600 },
  )
  const users = options.people.map((person) => ({
    Email: emailOf(person),
    DavUrl: nextcloud.davUrl,
    Username: person,
    AppPassword: passwordOf(person),
    ...options.entries?.[person],
  }))
  if (!options.throughApp) writeFileSync(join(directory, 'users.json'), JSON.stringify(users), { mode: 0o600 })
  const app = options.throughApp ? appWithEverybody(nextcloud, options.people) : null
  const env = {
    Service__ExchangeConfiguration__ExchangeType: '3',
    Service__ExchangeConfiguration__EwsUrl: exchange.url,
    Service__NextcloudConfiguration__Url: nextcloud.davUrl,
    Service__DefaultTimeZone: 'Europe/Berlin',
    Service__SyncMode: '1',
    ...(app && appEnv(app)),
    ...options.env,
  }
  return {
    exchange,
    nextcloud,
    app,
    directory,
    env,
    connect: async (log = SILENT) => {
      const config = loadConfig({ env, cwd: directory, flags: {} })
      const connector = await compose(config, { log, ...(options.clock ? { clock: options.clock } : {}) })
      await connector.store.migrate()
      return connector
    },
    close: async () => {
      await exchange.close()
      await nextcloud.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const APP_PASSWORD = 'app-password-of-the-service-account'

function appWithEverybody(nextcloud: NextcloudSimulator, people: readonly string[]): AppHandle {
  nextcloud.addUser('svc-exchange', APP_PASSWORD)
  const app = nextcloud.installApp({
    serviceAccount: 'svc-exchange',
    secret: 'secret-of-the-app-with-at-least-32-characters',
  })
  for (const person of people) app.enrol(person)
  return app
}

function appEnv(app: AppHandle): Record<string, string> {
  return {
    Service__NextcloudConfiguration__Username: app.serviceAccount,
    Service__NextcloudConfiguration__AppPassword: APP_PASSWORD,
    Service__NextcloudConfiguration__SharedSecret: app.secret,
  }
}

export function passwordOf(person: string): string {
  return `app-password-of-${person}`
}

function nameOf(person: string): string {
  return person.charAt(0).toUpperCase() + person.slice(1)
}
