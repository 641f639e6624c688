/**
 * The daemon's HTTP server: health for whoever runs it, metrics for Prometheus, the webhook of the Nextcloud app. It is small and
 * bounded on purpose: whatever comes in can only make a mailbox due.
 */
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import { HTTP_TIMEOUT_MS, WEBHOOK_BYTES_MAX, WEBHOOKS_UNDER_WAY_MAX } from '../limits.ts'
import type { Health, HttpHooks, HttpServer } from '../ports/daemon.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { WebhookVerifier } from '../ports/webhook.ts'

export type HttpServerOptions = {
  host: string
  /** 0: any free one; the log says which. */
  port: number
  hooks: HttpHooks
  /** Null: no webhook is configured, and none is answered. */
  verifier: WebhookVerifier | null
  metrics: Metrics
  metricsText: () => Promise<{ contentType: string; text: string }>
  log: Log
}

/** Throws `config.invalid` when the address cannot be listened on. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer & { address: string }> {
  const server = fastify({
    logger: false,
    bodyLimit: WEBHOOK_BYTES_MAX,
    requestTimeout: HTTP_TIMEOUT_MS,
    connectionTimeout: HTTP_TIMEOUT_MS,
    keepAliveTimeout: HTTP_TIMEOUT_MS,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  })
  // Signed are bytes, so bytes are read, whatever they are called.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body))
  server.setErrorHandler((error, _, reply) => answerError(error, reply))
  addHealth(server, options)
  if (options.verifier !== null) addWebhook(server, options, options.verifier)
  const address = await listen(server, options)
  options.log.info({ address }, 'HTTP server listens')
  return { address, close: () => server.close() }
}

async function listen(server: FastifyInstance, { host, port }: HttpServerOptions): Promise<string> {
  try {
    return await server.listen({ host, port })
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unknown'
    const key = 'Service__HttpConfiguration__Port'
    throw new ConnectorError(
      'config.invalid',
      { key, problem: `${host}:${port} cannot be listened on (${reason})` },
      error,
    )
  }
}

function addHealth(server: FastifyInstance, { hooks, metricsText }: HttpServerOptions): void {
  server.get('/healthz', async (_, reply) => health(reply, hooks.alive()))
  server.get('/readyz', async (_, reply) => health(reply, await hooks.ready()))
  server.get('/metrics', async (_, reply) => {
    await hooks.collect()
    const { contentType, text } = await metricsText()
    return reply.type(contentType).send(text)
  })
}

function health(reply: FastifyReply, found: Health) {
  if (found.kind === 'up') return reply.send({ status: 'up' })
  return reply.code(503).send({ status: 'down', reason: found.reason })
}

function addWebhook(
  server: FastifyInstance,
  { hooks, metrics, log }: HttpServerOptions,
  verifier: WebhookVerifier,
): void {
  let underWay = 0
  server.post('/webhook', async (request, reply) => {
    if (underWay >= WEBHOOKS_UNDER_WAY_MAX) return reply.code(503).header('retry-after', '1').send({ code: 'busy' })
    underWay++
    try {
      const verdict = await verifier.verify(wireOf(request))
      metrics.count('connector_webhooks_total', { result: verdict.kind })
      if (verdict.kind === 'accepted') {
        hooks.onWebhook(verdict.mailboxes)
        return reply.code(204).send()
      }
      log.warn({ reason: verdict.reason }, 'a webhook was refused')
      return reply.code(verdict.reason === 'body' ? 400 : 401).send({ code: verdict.reason })
    } finally {
      underWay--
    }
  })
}

function wireOf(request: FastifyRequest) {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  )
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
  return { method: request.method, path: request.raw.url ?? '', headers, body }
}

/** Constant words only: what broke is in the log. */
function answerError(error: unknown, reply: FastifyReply) {
  if (error instanceof ConnectorError) return reply.code(503).send({ code: error.code })
  const status = (error as { statusCode?: number }).statusCode ?? 500
  return reply.code(status).send({ code: status === 413 ? 'too-large' : status < 500 ? 'bad-request' : 'error' })
}
