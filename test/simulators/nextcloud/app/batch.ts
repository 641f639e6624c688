/** `POST users/{uid}/dav`: real DAV requests one by one in one process, each with its own answer, never in one transaction, never with mail. */
import { type Call, effectOf, type Reply, segmentsOf } from '../call.ts'
import { dispatch } from '../dispatch.ts'
import { replyInstead } from '../fault-replies.ts'
import { reportName } from '../report/report.ts'
import type { User } from '../store.ts'
import { isAllowed } from './allow-list.ts'
import type { AppCall } from './ocs.ts'
import { AppRefusal } from './verify.ts'

type Part = { status: number; headers: Record<string, string>; body: string | null }
type Sub = { method: string; path: string; headers: Record<string, string>; body: string }

/** Null: the process died, or the connection broke, in the middle; what was done is done. */
export function runBatch(call: AppCall, user: User, requests: unknown): Part[] | null {
  const { app, world } = call
  if (!Array.isArray(requests) || requests.length === 0)
    throw new AppRefusal('bad-request', 'requests: a list of 1..100')
  if (requests.length > app.limits.batchRequests || call.bytes.length > app.limits.batchBytes)
    throw new AppRefusal('too-large')
  const subs = requests.map(subOf)
  const dies = call.effects.find((effect) => effect.kind === 'batch-dies')
  const parts: Part[] = []
  for (const [index, sub] of subs.entries()) {
    if (dies && index >= dies.after) return null
    const segments = segmentsOf(`${world.options.webroot}/remote.php/dav/${sub.path}`, world.options.webroot)
    if (segments === null || !isAllowed({ ...sub, segments }, user.uid, world.options.webroot)) {
      parts.push({ status: 403, headers: { 'x-exc-error': 'not-allowed' }, body: null })
      continue
    }
    const part = answerSub(call, user, { ...sub, segments })
    if (part === null) return null
    parts.push(part)
  }
  return parts
}

function subOf(value: unknown): Sub {
  const { method, path, headers, body } = (value ?? {}) as Record<string, unknown>
  const isText = typeof method === 'string' && typeof path === 'string' && (typeof body === 'string' || body === null)
  if (!isText || typeof headers !== 'object' || headers === null)
    throw new AppRefusal('bad-request', 'a request of the batch')
  const lower = Object.entries(headers).map(([name, text]) => [name.toLowerCase(), String(text)])
  return { method, path, headers: Object.fromEntries(lower), body: body ?? '' }
}

function answerSub(call: AppCall, user: User, sub: Sub & { segments: string[] }): Part | null {
  const report = sub.method === 'REPORT' ? reportName(sub.body) : null
  const path = `${call.world.options.webroot}/remote.php/dav/${sub.path}`
  const effects = call.faults.take({ method: sub.method, report, path, user: call.login })
  const dav: Call = {
    ...{ world: call.world, user, origin: call.origin, effects, requestNumber: call.requestNumber },
    ...{ method: sub.method, segments: sub.segments, path, body: sub.body },
    // The plugins that schedule are not loaded here.
    headers: { ...sub.headers, 'schedule-reply': 'F', 'x-nc-scheduling': 'false' },
  }
  const cut = effectOf(dav, 'cut')
  if (cut?.when === 'before-work') return null
  for (const effect of effects) {
    const instead = effect.kind === 'status' && effect.afterWork ? null : replyInstead(effect)
    if (instead) return partOf(instead)
    if (effect.kind === 'meanwhile') effect.act()
  }
  call.app.origin = 'connector'
  let reply: Reply
  try {
    reply = dispatch(dav)
  } finally {
    call.app.origin = 'user'
  }
  if (cut) return null
  const after = effects.find((effect) => effect.kind === 'status' && effect.afterWork)
  return partOf((after && replyInstead(after)) ?? reply)
}

function partOf({ status, headers, body }: Reply): Part {
  const lower = Object.entries(headers).map(([name, text]) => [name.toLowerCase(), text])
  return { status, headers: Object.fromEntries(lower), body: body === '' ? null : body }
}
