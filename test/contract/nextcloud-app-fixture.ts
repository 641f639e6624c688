/** A simulated Nextcloud with the app, a user who consented, and the connector's client for it: for tests of what goes through the app. */
import { randomUUID } from 'node:crypto'
import { type AppClient, createAppClient } from '../../src/nextcloud/app/client.ts'
import { appDavTransport, createBatchLanes } from '../../src/nextcloud/app/dav.ts'
import { createDavClient, type DavClient } from '../../src/nextcloud/dav/client.ts'
import { createDavTransport } from '../../src/nextcloud/dav/transport.ts'
import { memoryLog, quickClock } from '../core/dav-server.ts'
import type { AppHandle } from '../simulators/nextcloud/app/handle.ts'
import type { NextcloudSimulatorOptions } from '../simulators/nextcloud/options.ts'
import type { Person } from '../simulators/nextcloud/person.ts'
import { type NextcloudSimulator, startNextcloudSimulator } from '../simulators/nextcloud/simulator.ts'

export const SECRET = 'c2VjcmV0LW9mLXRoZS1zaW11bGF0ZWQtYXBwLTMyYnl0'
export const SERVICE = { username: 'svc-exchange', appPassword: 'service-app-password', sharedSecret: SECRET } as const

export type AppFixture = {
  simulator: NextcloudSimulator
  app: AppHandle
  person: Person
  client: AppClient
  clock: ReturnType<typeof quickClock>
  lines: string[]
  davOf(uid: string, batchSize?: number): DavClient
  /** Paths of requests to the app and to DAV, with their methods. */
  asked(): string[]
  close(): Promise<void>
}

export async function appFixture(
  options: NextcloudSimulatorOptions & { timeoutMs?: number } = {},
): Promise<AppFixture> {
  const clock = quickClock()
  const simulator = await startNextcloudSimulator({ clock, ...options })
  simulator.addUser(SERVICE.username, SERVICE.appPassword)
  const person = simulator.addUser('anna', 'own-password', { email: 'anna@example.test' })
  const app = simulator.installApp({ serviceAccount: SERVICE.username, secret: SECRET })
  app.enrol('anna')
  const lines: string[] = []
  const random = { uuid: randomUUID, fraction: () => 0.5 }
  const tools = { clock, random, log: memoryLog(lines) }
  const timeout = options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }
  const transport = createDavTransport({ redirects: 'none', ...timeout })
  const client = createAppClient({ rootUrl: `${simulator.url}/`, account: SERVICE, transport, ...tools })
  const lanes = createBatchLanes()
  return {
    ...{ simulator, app, person, client, clock, lines },
    davOf: (uid, batchSize = 100) =>
      createDavClient({
        ...{ baseUrl: `${simulator.davUrl}principals/users/${uid}/`, username: SERVICE.username },
        ...{
          password: SERVICE.appPassword,
          transport: appDavTransport({ app: client, batchSize, lanes }, uid),
          ...tools,
        },
      }),
    asked: () => simulator.requests.entries.map(({ method, path }) => `${method} ${path}`),
    close: async () => {
      await transport.close()
      await simulator.close()
    },
  }
}
