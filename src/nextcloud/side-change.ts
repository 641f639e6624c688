/** Updates and removes items, always at the version that the decision was based on (I11). */
import type { ItemId, RemoveOutcome, RemoveRequest, UpdateOutcome, UpdateRequest, Version } from '../ports/side.ts'
import { statusError } from './dav/status-error.ts'
import type { DavAnswer } from './dav/transport.ts'
import { groundFor, withMark } from './masked.ts'
import { settling, writeBatch } from './side-batch.ts'
import { entityTag, type SideContext } from './side-context.ts'
import { isSuccess, plainFailure } from './side-create.ts'
import { filesFor } from './side-files.ts'
import { readItems } from './side-read.ts'
import { lost, overtaken, readBack, type Written, written } from './side-written.ts'

export async function updateItems(context: SideContext, requests: readonly UpdateRequest[]): Promise<UpdateOutcome[]> {
  const steps = await writeBatch<UpdateRequest, UpdateOutcome | Written>(
    requests,
    context.writeConcurrency,
    (request) => updateOne(context, request),
  )
  const rewritten = steps.flatMap((step) => (step.kind === 'rewritten' ? [step.id] : []))
  const found = await readBack(context, rewritten)
  return steps.map((step): UpdateOutcome => {
    if (step.kind === 'stored') return { kind: 'updated', item: step.item }
    if (step.kind !== 'rewritten') return step
    const back = found.get(step.id)
    if (back?.kind === 'item') return { kind: 'updated', item: back.item, ...overtaken(step, back.item) }
    return { kind: 'unknown', error: back?.error ?? lost('not read back') }
  })
}

async function updateOne(
  context: SideContext,
  { current, desired, mark, files }: UpdateRequest,
): Promise<UpdateOutcome | Written> {
  const { client, hrefs, codec } = context
  const { id, version } = current
  const ground = groundFor(current.native.text, mark)
  const text = withMark(codec.encode(ground, desired, await filesFor(context, { ground, desired, files })), mark)
  // Nothing of the change can be held here: a write would only make an echo.
  if (text === current.native.text) return { kind: 'updated', item: current }
  const answer = await client.put(hrefs.urlOf(id), text, { kind: 'must-match', etag: entityTag(version) })
  if (isSuccess(answer)) return written(context, { id, text, answer })
  return settle(context, { id, expect: version, answer })
}

export async function removeItems(context: SideContext, requests: readonly RemoveRequest[]): Promise<RemoveOutcome[]> {
  return writeBatch<RemoveRequest, RemoveOutcome>(requests, context.writeConcurrency, async ({ id, expect }) => {
    const answer = await context.client.remove(context.hrefs.urlOf(id), entityTag(expect))
    return isSuccess(answer) ? { kind: 'removed' } : settle(context, { id, expect, answer })
  })
}

type Settled = Extract<UpdateOutcome, { kind: 'changed-underneath' | 'gone' | 'refused' | 'unknown' }>

/**
 * Reads the item again through its collection. A 412 may mean that it is gone (RFC 9110 section 13.1.1: If-Match fails without a
 * representation), and a 404 on the item may mean that the whole collection is away, which throws (LOS-1).
 */
async function settle(
  context: SideContext,
  { id, expect, answer }: { id: ItemId; expect: Version; answer: DavAnswer },
): Promise<Settled> {
  if (![400, 403, 404, 409, 410, 412, 500].includes(answer.status)) return plainFailure(answer)
  const error = statusError(answer, 'item')
  const [now] = await settling(answer, () => readItems(context, [id]))
  if (now?.kind === 'gone') return { kind: 'gone' }
  const version = now?.kind === 'present' ? now.item.version : (now?.version ?? null)
  if (version === null) return { kind: 'unknown', error }
  if (answer.status === 412) return { kind: 'changed-underneath' }
  if (version === expect) return { kind: 'refused', error }
  // After a 500 the new version may be ours; after a refusal it is somebody else's.
  return answer.status === 500 ? { kind: 'unknown', error } : { kind: 'changed-underneath' }
}
