/** The desk of the Nextcloud app with all that it needs of both sides, the state and the administration. Belongs to compose.ts, which loads it late. */
import type { Config } from '../config/config.ts'
import { leaveMailbox } from '../engine/leave.ts'
import type { ServiceOptions } from '../engine/service.ts'
import { placeMessage } from '../exchange/ews/place-message.ts'
import { commandRunner } from '../nextcloud/app/commands.ts'
import { pollApp, takeTurn } from '../nextcloud/app/desk.ts'
import { createReporter } from '../nextcloud/app/status.ts'
import { nextcloudSide } from '../nextcloud/side.ts'
import type { UserEntry } from '../nextcloud/user-entry.ts'
import type { Desk } from '../ports/desk.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Connector } from '../ports/service.ts'
import type { SharedWork } from '../ports/shared-work.ts'
import type { CollectionPair } from '../ports/state-store.ts'
import type { AppConnection } from './app.ts'
import type { Clients } from './clients.ts'

export type DeskParts = {
  config: Config
  connection: AppConnection
  shared: SharedWork
  service: ServiceOptions
  connector: Connector
  /** Made when a command needs a server. */
  clients: () => Promise<Clients>
  version: string
}

export function openDesk(parts: DeskParts): Desk {
  const { connection, shared, service, connector, version } = parts
  const { app, users } = connection
  const { clock, log, holder } = service
  const run = commandRunner({
    ...{ users, shared, admin: connector.admin, nowMs: () => clock.nowMs(), host: new URL(app.rootUrl).host },
    placeMessage: async (message) => placeMessage((await parts.clients()).exchangeFor(message.mailbox), message),
    leave: (uid, options) => leave(parts, uid, options),
  })
  const reporter = createReporter({
    ...{ app, users, clock, log, connector: { version, instance: holder } },
    statusOf: async (email) => (await connector.status(email))[0] ?? null,
    conflictsOf: (email) => connector.admin.conflicts({ email, all: false }),
  })
  return {
    poll: (signal) => pollApp({ app, users, shared, run, log }, signal),
    isOurTurn: () => takeTurn(shared, clock.nowMs()),
    report: reporter.report,
    close: reporter.close,
  }
}

async function leave(parts: DeskParts, uid: string, options: { remove: boolean; signal: AbortSignal }) {
  const entry = await parts.connection.users.leaving(uid)
  if (!entry) return { removed: 0, kept: 0 }
  const { email } = entry
  const sideOf = options.remove ? await nextcloudSides(parts, entry, options.signal) : null
  return leaveMailbox(parts.service, { email, signal: options.signal, sideOf })
}

/** Without discovery: only what was synced is looked at. */
async function nextcloudSides({ config, service, clients }: DeskParts, entry: UserEntry, signal: AbortSignal) {
  const client = (await clients()).davFor(entry, signal)
  const { clock, log } = service
  const floatingZone = entry.timeZone ?? config.sync.defaultTimeZone
  return ({ kind, nextcloudRef }: CollectionPair) => {
    if (nextcloudRef === '') throw new ConnectorError('bug', { where: 'leave: no collection' })
    const side = { client, collectionUrl: nextcloudRef, kind, floatingZone, clock, log }
    return nextcloudSide({ ...side, writeConcurrency: config.sync.batchSaveSize })
  }
}
