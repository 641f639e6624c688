/** The Nextcloud app with everything that is shared by its users: client, connections, list of users. Belongs to compose.ts, which loads it late. */
import type { AppSettings } from '../config/config.ts'
import { type AppClient, appRoot, createAppClient } from '../nextcloud/app/client.ts'
import { createBatchLanes } from '../nextcloud/app/dav.ts'
import type { Lanes } from '../nextcloud/app/lanes.ts'
import { type AppUsers, createAppUsers } from '../nextcloud/app/users.ts'
import { createDavTransport } from '../nextcloud/dav/transport.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import { tlsOf } from './clients.ts'

export type AppTools = { clock: Clock; random: Random; log: Log }

export type AppConnection = { app: AppClient; users: AppUsers; lanes: Lanes; close(): Promise<void> }

export function openApp(settings: AppSettings, options: AppTools & { caFile: string | null }): AppConnection {
  const { caFile, ...tools } = options
  const { url, ...account } = settings
  const transport = createDavTransport({ redirects: 'none', ...tlsOf(caFile) })
  const app = createAppClient({ rootUrl: appRoot(url), account, transport, ...tools })
  return { app, users: createAppUsers(app, tools.clock), lanes: createBatchLanes(), close: () => transport.close() }
}
