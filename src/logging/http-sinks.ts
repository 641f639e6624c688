/** Logs to Loki (push API, JSON) and to an OpenTelemetry collector (OTLP over HTTP, JSON). One POST per batch. */
import { batchSink } from './batch-sink.ts'
import type { LevelName, LoggedLine, LogSink, SinkWatch } from './sink.ts'

export type Origin = { replica: string; version: string }
export type LokiOptions = { url: string; username: string | null; password: string | null; tenantId: string | null }

const GATHER_MS = 1_000

/** https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs : one stream per level; labels stay few, fields are in the line. */
export function lokiSink(
  { url, username, password, tenantId }: LokiOptions,
  origin: Origin,
  watch: SinkWatch,
): LogSink {
  const headers = {
    ...(tenantId !== null && { 'x-scope-orgid': tenantId }),
    ...(username !== null && { authorization: basic(username, password ?? '') }),
  }
  const send = async (lines: readonly LoggedLine[], signal: AbortSignal) => {
    const byLevel = Map.groupBy(lines, ({ level }) => level)
    const streams = [...byLevel].map(([level, some]) => ({
      stream: { service: 'connector', replica: origin.replica, level },
      values: some.map(({ atMs, json }) => [nanoseconds(atMs), json]),
    }))
    await post(new URL('loki/api/v1/push', withSlash(url)).href, { headers, body: { streams }, signal })
  }
  return batchSink({ name: 'loki', watch, send, gatherMs: GATHER_MS })
}

/** Severity numbers: https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const SEVERITY: Record<LevelName, number> = { debug: 5, info: 9, warn: 13, error: 17 }

/** https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export function otlpSink(
  { url, headers }: { url: string; headers: Readonly<Record<string, string>> },
  origin: Origin,
  watch: SinkWatch,
): LogSink {
  const resource = {
    attributes: attributes({
      'service.name': 'nextcloud-exchange-connector',
      'service.version': origin.version,
      'service.instance.id': origin.replica,
    }),
  }
  const send = async (lines: readonly LoggedLine[], signal: AbortSignal) => {
    const logRecords = lines.map(({ atMs, level, message, fields }) => ({
      timeUnixNano: nanoseconds(atMs),
      severityNumber: SEVERITY[level],
      severityText: level.toUpperCase(),
      body: { stringValue: message },
      attributes: attributes(fields),
    }))
    const body = { resourceLogs: [{ resource, scopeLogs: [{ scope: { name: 'connector' }, logRecords }] }] }
    await post(new URL('v1/logs', withSlash(url)).href, { headers, body, signal })
  }
  return batchSink({ name: 'otlp', watch, send, gatherMs: GATHER_MS })
}

function attributes(fields: Readonly<Record<string, unknown>>) {
  return Object.entries(fields).map(([key, value]) => ({ key, value: anyValue(value) }))
}

function anyValue(value: unknown) {
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  return { stringValue: typeof value === 'string' ? value : JSON.stringify(value) }
}

type Post = { headers: Readonly<Record<string, string>>; body: unknown; signal: AbortSignal }

async function post(url: string, { headers, body, signal }: Post): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    redirect: 'error',
    signal,
  })
  await answer.body?.cancel()
  // What it will never take would block all that follows; what it may take later is kept.
  if (answer.status === 400 || answer.status === 413) return
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`)
}

function nanoseconds(ms: number): string {
  return `${Math.round(ms)}000000`
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`
}
