/**
 * A real Nextcloud with the app in it, set up as an administrator would: service account, secret, and a client that speaks as the connector does.
 * The app is the packed one: what is tested is what the app store gets.
 */
import { execFileSync } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type AppClient, createAppClient } from '../../src/nextcloud/app/client.ts'
import { createDavTransport } from '../../src/nextcloud/dav/transport.ts'
import { SILENT } from '../world.ts'

const root = join(import.meta.dirname, '../..')
const app = join(root, 'nextcloud-app')

/** Packs the app, and builds its pages first where they are older than their sources. Gives the folder to install. */
export function packedApp(): string {
  const newest = (patterns: string[]) =>
    Math.max(0, ...globSync(patterns, { cwd: app }).map((path) => statSync(join(app, path)).mtimeMs))
  const isBuilt = newest(['js/*.mjs']) > newest(['src/**/*', 'package-lock.json', 'vite.config.ts'])
  execFileSync('npm', ['run', '-s', 'app:package', ...(isBuilt ? ['--', '--no-build'] : [])], {
    cwd: root,
    stdio: 'pipe',
  })
  return join(app, 'dist/exchange_connector')
}

export type Speaking = { url: string; username: string; appPassword: string; sharedSecret: string }

/** Speaks as the connector. */
export function connectorClient({ url, ...account }: Speaking): AppClient & { close(): Promise<void> } {
  const transport = createDavTransport({ redirects: 'none' })
  const clock = { nowMs: () => Date.now(), sleep: async () => {} }
  const random = { uuid: () => crypto.randomUUID(), fraction: () => 0.5 }
  const client = createAppClient({ rootUrl: url, account, transport, clock, random, log: SILENT })
  return { ...client, close: () => transport.close() }
}
