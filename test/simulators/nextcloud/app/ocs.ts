/** The app's signed API: routes, the OCS envelope, refusals. */
import { createHash } from 'node:crypto'
import type { Reply, World } from '../call.ts'
import type { FaultEffect, Faults } from '../faults.ts'
import type { GatewayRequest } from '../options.ts'
import { runBatch } from './batch.ts'
import { collectionsOf } from './collections.ts'
import type { AppState } from './state.ts'
import { ackCommands, ackJournal, commandsPage, journalPage, storeStatus, work } from './tables.ts'
import { usersPage } from './users.ts'
import { AppRefusal, consenting, signedUser, verify } from './verify.ts'

export type AppCall = {
  world: World
  app: AppState
  faults: Faults
  effects: readonly FaultEffect[]
  login: string | null
  method: string
  /** Below `/api/v1/`, decoded. */
  segments: string[]
  query: URLSearchParams
  /** Parsed, or undefined. */
  body: unknown
  bytes: Uint8Array
  origin: string
  requestNumber: number
}

export type AppRequest = GatewayRequest & Pick<AppCall, 'faults' | 'effects' | 'login' | 'origin' | 'requestNumber'>

const API = '/ocs/v2.php/apps/exchange_connector/api/v1/'

export function isAppPath(world: World, path: string): boolean {
  return path.startsWith(`${world.options.webroot}/ocs/`)
}

/** Null: the connection is cut. */
export function answerApp(world: World, request: AppRequest): Reply | null {
  const { app } = world
  const url = new URL(request.url, 'http://localhost')
  const path = url.pathname.slice(world.options.webroot.length)
  if (request.headers['ocs-apirequest'] !== 'true') return envelope(412, null, 'CSRF check failed')
  if (!app || !path.startsWith(API)) return envelope(404, [], 'Invalid query, please check the syntax.')
  try {
    verify(world, app, request)
    const segments = path.slice(API.length).split('/').map(decodeURIComponent)
    const call: AppCall = {
      ...request,
      world,
      app,
      segments,
      query: url.searchParams,
      body: jsonOf(request),
      bytes: request.body,
    }
    const data = answer(call, signedUser(request.headers))
    if (data === CUT) return null
    return data === undefined ? envelope(404, [], 'Invalid query, please check the syntax.') : envelope(200, data)
  } catch (error) {
    if (!(error instanceof AppRefusal)) throw error
    return envelope(error.status, { code: error.code, message: error.message })
  }
}

const CUT = Symbol('cut')

function answer(call: AppCall, signedFor: string | null): unknown {
  const { app, method, segments } = call
  const route = `${method} ${segments.map((segment, index) => (segments[0] === 'users' && index === 1 ? '*' : segment)).join('/')}`
  const has = (feature: string) => app.features.includes(feature)
  switch (route) {
    case 'GET ping':
      return ping(call)
    case 'GET work':
      return has('journal') ? work(call) : undefined
    case 'GET users':
      return usersPage(call)
    case 'GET users/*/collections':
      return { collections: collectionsOf(call, forUser(call, signedFor)) }
    case 'POST users/*/dav': {
      if (!has('dav-batch')) return undefined
      const responses = runBatch(call, forUser(call, signedFor), fieldOf(call.body, 'requests'))
      return responses === null ? CUT : { responses }
    }
    case 'GET journal':
      return has('journal') ? journalPage(call) : undefined
    case 'POST journal/ack':
      return has('journal') ? ackJournal(call, fieldOf(call.body, 'ids')) : undefined
    case 'GET commands':
      return has('commands') ? commandsPage(call) : undefined
    case 'POST commands/ack':
      return has('commands') ? ackCommands(call, fieldOf(call.body, 'results')) : undefined
    case 'POST status':
      return storeStatus(call, call.body)
    default:
      return undefined
  }
}

/** The path's user is the signed one: a signature for alice opens nothing of bob's. */
function forUser({ world, app, segments }: AppCall, signedFor: string | null) {
  const uid = segments[1] ?? ''
  if (signedFor !== uid) throw new AppRefusal('not-allowed', 'the signature is for another user')
  return consenting(world, app, uid)
}

function ping({ world, app }: AppCall): object {
  const print = (secret: string) => createHash('sha256').update(secret).digest('hex').slice(0, 8)
  const { current, previous } = app.secrets
  return {
    ...{ app: '0.1.0', nextcloud: `${world.options.version}.0.1`, time: world.options.clock.nowMs() / 1000 },
    ...{ serviceAccount: app.serviceAccount, features: app.features, schedulingAuthority: app.schedulingAuthority },
    secrets: { current: print(current), previous: previous === null ? null : print(previous) },
    limits: app.limits,
    journalPending: app.journal.filter((row) => !row.hidden).length,
  }
}

export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? (value as Record<string, unknown>)[name]
    : undefined
}

function jsonOf({ body }: GatewayRequest): unknown {
  if (body.length === 0) return undefined
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    throw new AppRefusal('bad-request', 'the body is no JSON')
  }
}

/** A whole number of the query, refused outside of its range as OCS does it. */
export function limitOf(call: AppCall, fallback: number): number {
  const text = call.query.get('limit')
  const limit = text === null ? fallback : Number(text)
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new AppRefusal('bad-request', 'limit: 1..1000')
  return limit
}

function envelope(status: number, data: unknown, message = status === 200 ? 'OK' : ''): Reply {
  const meta = { status: status === 200 ? 'ok' : 'failure', statuscode: status, message }
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ ocs: { meta, data } }),
  }
}
