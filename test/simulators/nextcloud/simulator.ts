/** A Nextcloud for tests: a real HTTP server on loopback that speaks CalDAV and CardDAV with the traits that were measured on 29, 32 and 34. */
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AppHandle, installApp } from './app/handle.ts'
import type { World } from './call.ts'
import { type FaultEffect, type FaultHandle, type FaultMatch, Faults } from './faults.ts'
import { firstLogin } from './first-login.ts'
import { type Front, serve } from './http.ts'
import { type NextcloudSimulatorOptions, resolveOptions } from './options.ts'
import { Person } from './person.ts'
import { RequestLog } from './request-log.ts'
import type { Mail } from './scheduling/mail.ts'
import { Store } from './store.ts'

export type NewUser = {
  email?: string
  displayName?: string
  /** `false`: the user never logged in and has neither calendars nor address books (nextcloud-facts 3.3). */
  loggedIn?: boolean
  /** With `loggedIn: false`: a first Basic request makes the defaults, as 32 and 34 do; 29 and a gateway never do. */
  firstRequest?: 'makes-nothing' | 'makes-defaults'
}

export type NextcloudSimulator = {
  /** `http://127.0.0.1:port`, with the webroot. */
  readonly url: string
  /** The same with `/remote.php/dav/`. */
  readonly davUrl: string
  /** What scheduling mailed. */
  readonly outbox: Mail[]
  readonly requests: RequestLog
  addUser(uid: string, appPassword: string, init?: NewUser): Person
  user(uid: string): Person
  /** Installs the app `exchange_connector` with this service account, which must be a user. */
  installApp(init: { serviceAccount: string; secret: string }): AppHandle
  fault(match: FaultMatch, effect: FaultEffect): FaultHandle
  clearFaults(): void
  /** Stops the server; throws when the simulator itself failed on a request, so that no test mistakes that for Nextcloud. */
  close(): Promise<void>
}

function listening(front: Omit<Front, 'origin'>): Promise<{ origin: string; close: () => Promise<void> }> {
  const { tls } = front.world.options
  const address = { origin: '' }
  const full: Front = { ...front, origin: () => address.origin }
  const handle: Parameters<typeof createServer>[1] = (request, response) => {
    serve(full, request, response).catch(() => response.destroy())
  }
  const server = tls ? createTlsServer(tls, handle) : createServer(handle)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address()
      const port = bound !== null && typeof bound === 'object' ? bound.port : 0
      address.origin = `${tls ? 'https' : 'http'}://127.0.0.1:${port}`
      const close = (): Promise<void> =>
        new Promise((done) => {
          server.close(() => done())
          server.closeAllConnections()
        })
      resolve({ origin: address.origin, close })
    })
  })
}

/** Starts the server on an ephemeral port. Close it in the test's teardown. */
export async function startNextcloudSimulator(options: NextcloudSimulatorOptions = {}): Promise<NextcloudSimulator> {
  const world: World = { options: resolveOptions(options), store: new Store(), outbox: [], bugs: [], app: null }
  const faults = new Faults()
  const requests = new RequestLog(world.options.logEntriesMax)
  const { origin, close } = await listening({ world, faults, log: requests, writers: { active: 0 } })
  const url = `${origin}${world.options.webroot}`
  const person = (uid: string): Person => {
    const user = world.store.users.get(uid)
    if (!user) throw new Error(`the simulator has no user ${uid}`)
    return new Person(world, user)
  }
  return {
    url,
    davUrl: `${url}/remote.php/dav/`,
    outbox: world.outbox,
    requests,
    addUser: (uid, appPassword, init = {}) => {
      const user = { uid, appPassword, email: init.email ?? '', displayName: init.displayName ?? uid }
      const added = world.store.addUser(user)
      added.awaitsFirstLogin = init.firstRequest === 'makes-defaults'
      if (init.loggedIn ?? true) firstLogin(world.store, added)
      return person(uid)
    },
    user: person,
    installApp: (init) => installApp(world, init),
    fault: (match, effect) => faults.add(match, effect),
    clearFaults: () => faults.clear(),
    close: async () => {
      await close()
      if (world.bugs.length > 0) throw new Error(`the simulator itself failed: ${world.bugs.join('\n')}`)
    },
  }
}
