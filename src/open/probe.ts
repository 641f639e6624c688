/** Looks at both servers without signing in: do they answer, what are they, what time is it there. For `doctor`. */
import type { Config } from '../config/config.ts'
import { configuredEndpoints } from '../exchange/fleet/finding.ts'
import { appRoot } from '../nextcloud/app/client.ts'
import { createDavTransport, type DavAnswer } from '../nextcloud/dav/transport.ts'
import type { Clock } from '../ports/clock.ts'
import type { AppLook, Probe, ServerLook } from '../ports/diagnosis.ts'
import { ConnectorError, type ErrorCode } from '../ports/errors.ts'
import { type AppTools, openApp } from './app.ts'
import { tlsOf } from './clients.ts'

const PROBE_TIMEOUT_MS = 15_000
const PROBE_BYTES_MAX = 1024 * 1024

export type ProbeTools = AppTools & { nextcloudUrl: string }

/** `nextcloudUrl`: the configured address, else that of the first user. */
export function createProbe(config: Config, { nextcloudUrl, ...tools }: ProbeTools): Probe {
  const { clock } = tools
  const limits = { timeoutMs: PROBE_TIMEOUT_MS, bytesMax: PROBE_BYTES_MAX }
  const nextcloud = createDavTransport({ ...tlsOf(config.nextcloud.caFile), ...limits })
  const exchange = createDavTransport({ ...tlsOf(config.exchange.caFile), ...limits })
  return {
    async nextcloud() {
      const url = new URL('status.php', appRoot(nextcloudUrl)).href
      const answer = await nextcloud.send({ method: 'GET', url, headers: { Accept: 'application/json' } })
      return { ...lookOf(answer, clock), ...statusOf(answer) }
    },
    async exchange() {
      const url = configuredEndpoints(config.exchange)[0]?.url
      if (url === undefined) return null
      try {
        const answer = await exchange.send({ method: 'GET', url, headers: {} })
        if (answer.status === 404)
          throw new ConnectorError('exchange.not-ews', { host: new URL(url).host, status: 404 })
        return lookOf(answer, clock)
      } catch (error) {
        throw asExchange(error)
      }
    },
    app: () => lookAtApp(config, tools),
    close: async () => {
      await Promise.allSettled([nextcloud.close(), exchange.close()])
    },
  }
}

async function lookAtApp({ nextcloud: { app: settings, caFile } }: Config, tools: AppTools): Promise<AppLook | null> {
  if (settings === null) return null
  const connection = openApp(settings, { ...tools, caFile })
  try {
    const { app, nextcloud, serviceAccount, secrets, time, schedulingAuthority } = await connection.app.ping()
    const skewMs = time * 1000 - tools.clock.nowMs()
    return {
      version: app,
      nextcloud,
      serviceAccount,
      isRotating: secrets.previous !== null,
      skewMs,
      schedulingAuthority,
    }
  } finally {
    await connection.close()
  }
}

/** The Date header has whole seconds: half of one is its middle. */
function lookOf({ url, headers }: DavAnswer, clock: Clock): ServerLook {
  const atMs = Date.parse(headers.get('date') ?? '')
  return { host: new URL(url).host, skewMs: Number.isNaN(atMs) ? null : atMs + 500 - clock.nowMs() }
}

/** status.php of Nextcloud; another CalDAV server has none, which is no fault. */
function statusOf({ status, text }: DavAnswer): { version: string | null; maintenance: boolean } {
  if (status !== 200 && status !== 503) return { version: null, maintenance: false }
  try {
    const { versionstring, maintenance } = JSON.parse(text) as { versionstring?: unknown; maintenance?: unknown }
    return { version: typeof versionstring === 'string' ? versionstring : null, maintenance: maintenance === true }
  } catch {
    return { version: null, maintenance: false }
  }
}

/** The transport speaks of Nextcloud; the same troubles have the same names on the other side. */
function asExchange(error: unknown): unknown {
  if (!(error instanceof ConnectorError) || !error.code.startsWith('nextcloud.')) return error
  return new ConnectorError(error.code.replace('nextcloud.', 'exchange.') as ErrorCode, error.fields, error)
}
