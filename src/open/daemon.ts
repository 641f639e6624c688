/** What the daemon has beside the engine: HTTP server, metrics, sources of news. Loaded by the daemon only. */
import type { Config } from '../config/config.ts'
import { createWebhookVerifier } from '../nextcloud/app/webhook.ts'
import type { Clock } from '../ports/clock.ts'
import type { DaemonParts, NewsSource } from '../ports/daemon.ts'
import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { User } from '../ports/service.ts'
import type { NonceBook, WebhookVerifier } from '../ports/webhook.ts'
import { createPrometheus } from '../serve/prometheus.ts'
import { startHttpServer } from '../serve/server.ts'

export type DaemonTools = {
  clock: Clock
  log: Log
  nonces: NonceBook
  users: () => Promise<readonly User[]>
  sources: readonly NewsSource[]
  /** Everything that is counted goes there from now on. */
  useMetrics: (metrics: Metrics) => void
  version: string
}

export function daemonParts(config: Config, tools: DaemonTools): DaemonParts {
  return {
    sources: tools.sources,
    serve: async (hooks) => {
      const { enabled, host, port } = config.http
      if (!enabled) return null
      const { metrics, contentType, text } = createPrometheus()
      metrics.gauge('connector_build_info', 1, { version: tools.version, node: process.version })
      metrics.gauge('connector_start_time_seconds', Math.round(tools.clock.nowMs() / 1000))
      tools.useMetrics(metrics)
      const metricsText = async () => ({ contentType, text: await text() })
      const verifier = verifierOf(config, tools)
      return await startHttpServer({ host, port, hooks, verifier, metrics, metricsText, log: tools.log })
    },
  }
}

/** Null without a shared secret: then there is no webhook at all. */
function verifierOf({ nextcloud }: Config, { clock, nonces, users }: DaemonTools): WebhookVerifier | null {
  const secrets = [nextcloud.sharedSecret, nextcloud.previousSharedSecret].filter((secret) => secret !== null)
  if (secrets.length === 0) return null
  const mailboxesOf = async (names: readonly string[]) => {
    const wanted = new Set(names)
    return (await users())
      .filter(({ nextcloudUser, enabled }) => enabled && wanted.has(nextcloudUser))
      .map(({ email }) => email)
  }
  return createWebhookVerifier({ secrets, nonces, clock, mailboxesOf })
}
