/**
 * DAV through the app: the transport of one user's DAV client. Requests are signed; writes that are issued at once travel together,
 * as one request of up to `batchSize` real DAV requests, which costs a tenth of single ones. The code above it sees single answers.
 */
import {
  APP_BATCH_BYTES_MAX,
  APP_BATCH_CONCURRENCY_MAX,
  APP_BATCH_REQUESTS_MAX,
  DAV_WRITE_CONCURRENCY_MAX,
} from '../../limits.ts'
import { ConnectorError, type ErrorCode } from '../../ports/errors.ts'
import { isDatabaseBusy } from '../dav/status-error.ts'
import type { DavAnswer, DavTransport, WireRequest } from '../dav/transport.ts'
import type { BatchPart } from './answers.ts'
import type { AppClient, BatchRequest } from './client.ts'
import { createLanes, type Lanes } from './lanes.ts'

export type AppDav = {
  app: AppClient
  /** `Service__BatchSaveSize`. */
  batchSize: number
  /** Batches under way at once, over all users: `createBatchLanes`. */
  lanes: Lanes
}

type Waiting = {
  request: WireRequest
  bytes: number
  resolve: (answer: DavAnswer) => void
  reject: (error: unknown) => void
}

/** Shared by all users of one Nextcloud. */
export function createBatchLanes(): Lanes {
  return createLanes(APP_BATCH_CONCURRENCY_MAX)
}

/** One per user. Closing it closes nothing: the connections belong to all users. */
export function appDavTransport(dav: AppDav, uid: string): DavTransport {
  const single = createLanes(DAV_WRITE_CONCURRENCY_MAX)
  let gathered: Waiting[] = []
  const flush = () => {
    const waiting = gathered
    gathered = []
    // A rejection reaches each request by itself.
    void sendGathered({ ...dav, uid, single }, waiting)
  }
  return {
    send(request) {
      if (!isGathered(request)) return single.run(() => dav.app.dav(uid, request))
      return new Promise((resolve, reject) => {
        if (gathered.length === 0) setImmediate(flush)
        gathered.push({ request, bytes: Buffer.byteLength(request.body ?? ''), resolve, reject })
      })
    },
    close: async () => {},
  }
}

/** Writes of single objects. A collection is made alone: what comes next depends on it. */
function isGathered({ method }: WireRequest): boolean {
  return method === 'PUT' || method === 'DELETE'
}

type Sending = AppDav & { uid: string; single: Lanes }

/** One after the other: two batches in one collection would only wait for each other in the database. */
async function sendGathered(sending: Sending, waiting: readonly Waiting[]): Promise<void> {
  for (const batch of split(waiting, sending.batchSize)) await sendBatch(sending, batch)
}

function split(waiting: readonly Waiting[], batchSize: number): Waiting[][] {
  const countMax = Math.min(batchSize, APP_BATCH_REQUESTS_MAX)
  const batches: Waiting[][] = []
  let bytes = 0
  for (const one of waiting) {
    const last = batches.at(-1)
    bytes += one.bytes
    if (last && last.length < countMax && bytes <= APP_BATCH_BYTES_MAX) last.push(one)
    else {
      batches.push([one])
      bytes = one.bytes
    }
  }
  return batches
}

/** Never rejects: every request gets its own answer or error (I12). */
async function sendBatch(sending: Sending, batch: readonly Waiting[]): Promise<void> {
  const { app, uid, single, lanes } = sending
  const [only] = batch
  if (only && batch.length === 1) {
    await single.run(() => app.dav(uid, only.request)).then(only.resolve, only.reject)
    return
  }
  try {
    const requests = batch.map(({ request }) => batchRequest(app, request))
    const parts = await lanes.run(() => app.batch(uid, requests))
    const answers = parts.map((part, index) => answerOf(part, batch[index]?.request.url ?? app.rootUrl))
    // SQLite has one writer: from now on one batch at a time.
    if (answers.some(isDatabaseBusy)) lanes.narrow(1)
    for (const [index, answer] of answers.entries()) batch[index]?.resolve(answer)
  } catch (error) {
    if (isRefused(error, 'nextcloud.too-large')) for (const half of halves(batch)) await sendBatch(sending, half)
    // Each of them waits and comes again, as it would alone.
    else if (isRefused(error, 'nextcloud.throttled'))
      for (const one of batch) one.resolve(throttled(error, one.request.url))
    else for (const { reject } of batch) reject(error)
  }
}

/** The whole batch was refused before anything of it was done. */
function isRefused(error: unknown, code: ErrorCode): error is ConnectorError {
  return error instanceof ConnectorError && error.code === code && error.fields.sent === 'no'
}

function throttled({ fields }: ConnectorError, url: string): DavAnswer {
  const headers = new Headers(fields.retryAfter === undefined ? {} : { 'retry-after': String(fields.retryAfter) })
  return { status: Number(fields.status), url, headers, text: '' }
}

/** A web server in between allows less than the app: smaller ones, in the end each by itself. */
function halves(batch: readonly Waiting[]): (readonly Waiting[])[] {
  const middle = Math.ceil(batch.length / 2)
  return [batch.slice(0, middle), batch.slice(middle)]
}

function batchRequest(app: AppClient, { method, url, headers, body }: WireRequest): BatchRequest {
  const root = new URL('remote.php/dav/', app.rootUrl).href
  if (!url.startsWith(root)) throw new ConnectorError('bug', { where: 'app: a request outside of the DAV root' })
  const kept = Object.entries(headers).filter(([name]) => !/^(authorization|user-agent)$/i.test(name))
  return { method, path: url.slice(root.length), headers: Object.fromEntries(kept), body: body ?? null }
}

function answerOf({ status, headers, body }: BatchPart, url: string): DavAnswer {
  return { status, url, headers: new Headers(headers), text: body ?? '' }
}
