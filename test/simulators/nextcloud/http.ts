/** The HTTP face: sign-in, faults, SQLite's single writer, the request log. Everything below it is synchronous and knows no sockets. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type AppRequest, answerApp, isAppPath } from './app/ocs.ts'
import type { AppState } from './app/state.ts'
import { signIn } from './auth.ts'
import { type Call, type Reply, segmentsOf, type World } from './call.ts'
import { dispatch, errorReply } from './dispatch.ts'
import { DavError, databaseLocked } from './errors.ts'
import { replyInstead } from './fault-replies.ts'
import type { FaultEffect, Faults } from './faults.ts'
import type { GatewayRequest } from './options.ts'
import { outsideOfDav } from './outside.ts'
import { reportName } from './report/report.ts'
import { keptHeaders, type RequestLog } from './request-log.ts'
import { send } from './send.ts'

export type Front = { world: World; faults: Faults; log: RequestLog; origin: () => string; writers: { active: number } }

/** A request body above this is refused, so that a mad client cannot fill the memory of the test run. */
const BODY_BYTES_MAX = 64 * 1024 * 1024

const WRITES = new Set(['PUT', 'DELETE', 'MOVE', 'PROPPATCH', 'MKCALENDAR', 'MKCOL'])

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    size += bytes.length
    if (size > BODY_BYTES_MAX) throw new DavError('bad-request', 'The request body is too large')
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

const headersOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )

/** SQLite has one writer: a write that meets another one may fail at once (43 % were measured with four writers). */
async function work(front: Front, call: Call, app: AppState | null): Promise<Reply> {
  const { options } = front.world
  if (options.database !== 'sqlite' || !WRITES.has(call.method)) return dispatchAs(call, app)
  if (front.writers.active > 0 && options.fraction() < options.lockedShare) return errorReply(databaseLocked())
  front.writers.active += 1
  try {
    const reply = dispatchAs(call, app)
    await sleep(2)
    return reply
  } finally {
    front.writers.active -= 1
  }
}

const cutAt = (effects: readonly FaultEffect[], when: 'before-work' | 'after-work' | 'mid-reply'): boolean =>
  effects.some((effect) => effect.kind === 'cut' && effect.when === when)

/** The reply, or null when the connection is to be cut without one. */
async function answer(
  effects: readonly FaultEffect[],
  serve: () => Promise<Reply | null> | Reply | null,
): Promise<Reply | null> {
  for (const effect of effects) if (effect.kind === 'delay') await sleep(effect.ms)
  if (cutAt(effects, 'before-work')) return null
  for (const effect of effects) {
    const instead = effect.kind === 'status' && effect.afterWork ? null : replyInstead(effect)
    if (instead) return instead
    if (effect.kind === 'meanwhile') effect.act()
  }
  let reply = await serve()
  if (reply === null || cutAt(effects, 'after-work')) return null
  for (const effect of effects) {
    if (effect.kind === 'status' && effect.afterWork) return replyInstead(effect)
    if (effect.kind === 'truncated-body')
      reply = { ...reply, body: reply.body.slice(0, Math.floor(reply.body.length * 0.6)) }
    if (effect.kind === 'gzip-etag' && reply.headers.ETag)
      reply.headers.ETag = reply.headers.ETag.replace(/"$/, '-gzip"')
  }
  return reply
}

async function serveDav(front: Front, call: Omit<Call, 'user'>, request: GatewayRequest): Promise<Reply> {
  const { app } = front.world
  try {
    const user = signIn(front.world, request)
    const isApp = app !== null && request.headers['x-exc-signature'] !== undefined
    return await work(front, { ...call, user }, isApp ? app : null)
  } catch (error) {
    if (!(error instanceof DavError)) throw error
    return errorReply(error)
  }
}

/** A request through the app's door is the connector's: its journal rows say so. */
function dispatchAs(call: Call, app: AppState | null): Reply {
  if (!app) return dispatch(call)
  app.origin = 'connector'
  try {
    return dispatch(call)
  } finally {
    app.origin = 'user'
  }
}

function loginOf(headers: Readonly<Record<string, string>>): string | null {
  const encoded = /^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1]
  return encoded === undefined ? null : (Buffer.from(encoded, 'base64').toString().split(':')[0] ?? null)
}

/** A batch is one writer: on SQLite another one meanwhile may find the database locked. */
async function serveApp(front: Front, request: Omit<AppRequest, 'faults'>): Promise<Reply | null> {
  const { options } = front.world
  const isBatch = request.url.endsWith('/dav')
  if (isBatch) front.writers.active += 1
  try {
    if (isBatch && options.database === 'sqlite') await sleep(2)
    return answerApp(front.world, { ...request, faults: front.faults })
  } finally {
    if (isBatch) front.writers.active -= 1
  }
}

/** Serves one request from the first byte to the log entry. */
export async function serve(front: Front, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers = headersOf(request)
  const method = request.method ?? 'GET'
  const url = request.url ?? '/'
  const path = url.split('?')[0] ?? '/'
  const bytes = await bodyOf(request)
  const body = bytes.toString('utf8')
  const report = method === 'REPORT' ? reportName(body) : null
  const number = front.log.nextNumber()
  const effects = front.faults.take({ method, report, path, user: loginOf(headers) })
  const segments = segmentsOf(path, front.world.options.webroot)
  const base = {
    world: front.world,
    method,
    path,
    headers,
    body,
    origin: front.origin(),
    effects,
    requestNumber: number,
  }
  const gateway = { method, url, headers, body: bytes }
  const login = loginOf(headers)
  const reply =
    segments !== null
      ? await answer(effects, () => serveDav(front, { ...base, segments }, gateway))
      : isAppPath(front.world, path)
        ? await answer(effects, () => serveApp(front, { ...gateway, ...base, body: bytes, login }))
        : outsideOfDav(front.world, front.origin(), path)
  const entry = { number, atMs: front.world.options.clock.nowMs(), method, report, path, depth: headers.depth ?? null }
  const traffic = { user: loginOf(headers), bytesIn: bytes.length, headers: keptHeaders(headers) }
  if (!reply) {
    front.log.add({ ...entry, ...traffic, status: 0, bytesOut: 0 })
    response.destroy()
    return
  }
  const midReply = cutAt(effects, 'mid-reply')
  const bytesOut = send(response, reply, { cookies: headers.cookie === undefined, midReply })
  front.log.add({ ...entry, ...traffic, status: reply.status, bytesOut })
}
