/** Counts and times the calls to both servers, around the clients of either. */
import type { EwsClient } from '../exchange/ews/client.ts'
import type { DavTransport } from '../nextcloud/dav/transport.ts'
import type { Clock } from '../ports/clock.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { SideName } from '../ports/side.ts'

type Meter = { metrics: Metrics; clock: Clock }

export function measuredEws(client: EwsClient, meter: Meter): EwsClient {
  return {
    call: (operation, request, options) => timed('exchange', meter, () => client.call(operation, request, options)),
    serverBuild: () => client.serverBuild(),
    close: () => client.close(),
  }
}

export function measuredDav(transport: DavTransport, meter: Meter): DavTransport {
  return {
    send: async (request) => {
      const answer = await timed('nextcloud', meter, () => transport.send(request))
      if (answer.status === 429 || answer.status === 503)
        meter.metrics.count('connector_throttled_total', { server: 'nextcloud' })
      return answer
    },
    close: () => transport.close(),
  }
}

async function timed<T>(server: SideName, { metrics, clock }: Meter, work: () => Promise<T>): Promise<T> {
  const startedAtMs = clock.nowMs()
  const done = (result: string) => {
    metrics.count('connector_requests_total', { server, result })
    metrics.observe('connector_request_duration_seconds', Math.max(0, clock.nowMs() - startedAtMs) / 1000, { server })
  }
  try {
    const value = await work()
    done('answered')
    return value
  } catch (error) {
    const code = error instanceof ConnectorError ? error.code : 'bug'
    if (code.endsWith('.throttled')) metrics.count('connector_throttled_total', { server })
    done(code)
    throw error
  }
}
