/** Creates items under the name of their journal token, so that a lost answer is settled by asking (I13, I14). */
import type { ConnectorError } from '../ports/errors.ts'
import type { CreateOutcome, CreateRequest, ItemId } from '../ports/side.ts'
import { hasCondition, readErrorBody, statusError } from './dav/status-error.ts'
import type { DavAnswer } from './dav/transport.ts'
import { withMark } from './masked.ts'
import { settling, writeBatch } from './side-batch.ts'
import type { SideContext } from './side-context.ts'
import { filesFor } from './side-files.ts'
import { readItems, tokenId } from './side-read.ts'
import { findByUid, purgeTrashed, trashedWith } from './side-uid.ts'
import { lost, overtaken, readBack, type Written, written } from './side-written.ts'

type Step = CreateOutcome | Written

export async function createItems(context: SideContext, requests: readonly CreateRequest[]): Promise<CreateOutcome[]> {
  const steps = await writeBatch<CreateRequest, Step>(requests, context.writeConcurrency, (request) =>
    createOne(context, request),
  )
  const rewritten = steps.flatMap((step) => (step.kind === 'rewritten' ? [step.id] : []))
  const found = await readBack(context, rewritten)
  return steps.map((step): CreateOutcome => {
    if (step.kind === 'stored') return { kind: 'created', item: step.item }
    if (step.kind !== 'rewritten') return step
    const back = found.get(step.id)
    if (back?.kind === 'item') return { kind: 'created', item: back.item, ...overtaken(step, back.item) }
    return { kind: 'unknown', error: back?.error ?? lost('not read back') }
  })
}

async function createOne(context: SideContext, request: CreateRequest): Promise<Step> {
  const id = tokenId(context, request.token)
  const { desired, native, mark, files, purge = [] } = request
  const ground = native && native.format !== 'ews' ? native.text : null
  const encoded = context.codec.encode(ground, desired, await filesFor(context, { ground, desired, files }))
  const text = withMark(encoded, mark)
  await purgeTrashed(context, purge)
  const answer = await putNew(context, { id, text })
  if (isSuccess(answer)) return written(context, { id, text, answer })
  if (!isConflict(answer.status)) return plainFailure(answer)
  const settled = await settling(answer, () => settleConflict(context, { request, id, answer }))
  if (settled) return settled
  const by = isBlockedByTrash(answer) ? await trashedWith(context, request.desired.uid) : []
  return by.length > 0 ? { kind: 'blocked', by } : { kind: 'refused', error: statusError(answer, 'item') }
}

function putNew({ client, hrefs }: SideContext, { id, text }: { id: ItemId; text: string }): Promise<DavAnswer> {
  return client.put(hrefs.urlOf(id), text, { kind: 'must-be-new' })
}

export function isSuccess({ status }: DavAnswer): boolean {
  return status >= 200 && status <= 299
}

/** Answers that may mean "it is there already". A 500 is Nextcloud's answer to a UID in the trash. */
function isConflict(status: number): boolean {
  return [400, 403, 404, 409, 412, 500].includes(status)
}

/** Quirk NC-TRASH-UID: a 500 on current versions; instances upgraded from old ones name the trashed object in a 403. */
function isBlockedByTrash({ status, text }: DavAnswer): boolean {
  return status === 500 || (status === 403 && /already exists/i.test(text))
}

/** A gateway's 502 and 504 may come while the server behind it is still at work. */
export function plainFailure(answer: DavAnswer): { kind: 'refused' | 'unknown'; error: ConnectorError } {
  const kind = answer.status === 502 || answer.status === 504 ? 'unknown' : 'refused'
  return { kind, error: statusError(answer, 'item') }
}

type Conflict = { request: CreateRequest; id: ItemId; answer: DavAnswer }

/** Asks for the object of the token and for one with the UID. Null: positively neither. */
async function settleConflict(context: SideContext, { request, id, answer }: Conflict): Promise<CreateOutcome | null> {
  // Throws when the collection is away: then the item is not refused for its own sake (LOS-1).
  const [mine] = await readItems(context, [id])
  if (mine?.kind === 'present') return { kind: 'already', id, reason: 'token' }
  if (mine?.kind === 'unreadable') return { kind: 'unknown', error: mine.error }
  const same = await findByUid(context, request.desired.uid)
  if (same) return { kind: 'already', id: same, reason: 'uid' }
  // RFC 4791 section 5.3.2.1: the server says so by name, but does not show where.
  const named = hasCondition(readErrorBody(answer.text), 'no-uid-conflict')
  return named ? { kind: 'already', id: null, reason: 'uid' } : null
}
