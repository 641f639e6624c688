/**
 * One item per UID: Exchange lets any number of items have the same UID (quirk EWS-SAME-UID), so two connectors on one mailbox (a migration accident)
 * would double everything new. Each creation leaves its UID in a named property that can be searched: before a creation it tells
 * that somebody was faster, and afterwards it settles who was first (I14).
 */
import { field } from '../../mapping/ews/change.ts'
import { UID_FIELD } from '../../mapping/ews/identity.ts'
import { extendedValue } from '../../mapping/ews/unfinished.ts'
import { textAt } from '../../mapping/ews/xml.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { CreateOutcome, CreateRequest, ItemId } from '../../ports/side.ts'
import { onlyValue } from './operation.ts'
import { deleteItem } from './operations/delete-item.ts'
import { findItem } from './operations/find-item.ts'
import { SEND_TO_NONE } from './send-mode.ts'
import type { Restriction } from './shapes.ts'
import { batches, call, type SideContext } from './side-context.ts'

/** How long to wait before looking again when two items were made in the same second: the other side then took its own back. */
const TIE_WAIT_MS = 1_500
/** UIDs per search. */
const SEARCH_MAX = 50
/** Items of one UID that are looked at: more than two connectors on one mailbox are not planned for. */
const TWINS_MAX = 4

type Twin = { id: ItemId; createdAtMs: number }
type Twins = Map<string, Twin[]>
type Create = (requests: readonly CreateRequest[]) => Promise<CreateOutcome[]>

/** One outcome per request, in order: what another connector made already is `already`. */
export async function createOnce(
  context: SideContext,
  requests: readonly CreateRequest[],
  create: Create,
): Promise<CreateOutcome[]> {
  const before = await twinsOf(context, uidsOf(requests))
  const fresh = requests.filter(({ desired }) => !before.has(desired.uid))
  const made = fresh.length === 0 ? [] : await create(fresh)
  const outcomes = await settled(context, made)
  const byRequest = new Map(fresh.map((request, index) => [request, outcomes[index]]))
  return requests.map((request) => {
    const [first] = before.get(request.desired.uid) ?? []
    return byRequest.get(request) ?? { kind: 'already', id: first?.id ?? null, reason: 'uid' }
  })
}

function uidsOf(requests: readonly CreateRequest[]): string[] {
  return [...new Set(requests.map(({ desired }) => desired.uid))].filter((uid) => uid !== '')
}

/** What was made stays made when the look afterwards fails: at worst a double is named by its UID in the next pass. */
async function settled(context: SideContext, made: readonly CreateOutcome[]): Promise<CreateOutcome[]> {
  const uids = made.flatMap((outcome) => (outcome.kind === 'created' ? [outcome.item.uid] : []))
  const after = await twinsOf(context, uids).catch((error: unknown): Twins => {
    if (!(error instanceof ConnectorError)) throw error
    context.log.warn({ code: error.code }, 'could not look for doubles of what was created')
    return new Map()
  })
  const result: CreateOutcome[] = []
  for (const outcome of made) result.push(await yieldToFirst(context, outcome, after))
  return result
}

/**
 * The item that was made first stays. Within one second nobody knows: the larger id gives way at once, the smaller one looks again,
 * and gives way too when the other is still there, because then the other did not see it.
 */
async function yieldToFirst(context: SideContext, outcome: CreateOutcome, twins: Twins): Promise<CreateOutcome> {
  if (outcome.kind !== 'created') return outcome
  const { id, uid } = outcome.item
  const all = twins.get(uid) ?? []
  const own = all.find((twin) => twin.id === id)
  const other = all.find((twin) => twin.id !== id)
  if (!own || !other || own.createdAtMs < other.createdAtMs) return outcome
  if (own.createdAtMs === other.createdAtMs && own.id < other.id) {
    await context.clock.sleep(TIE_WAIT_MS)
    const again = (await twinsOf(context, [uid])).get(uid) ?? []
    if (!again.some((twin) => twin.id === other.id)) return outcome
  }
  context.log.warn({ uid }, 'another connector created this item first')
  const [taken] = await call(context, deleteItem, { ids: [{ kind: 'item', id }], send: SEND_TO_NONE })
  return taken?.kind === 'failed' ? outcome : { kind: 'already', id: other.id, reason: 'uid' }
}

/** Items of the folder that a connector created with one of these UIDs. */
async function twinsOf(context: SideContext, uids: readonly string[]): Promise<Twins> {
  const twins: Twins = new Map()
  for (const batch of batches(uids, SEARCH_MAX)) {
    const restriction = anyOf(batch)
    if (!restriction) continue
    const [result] = await call(context, findItem, {
      shape: { base: 'IdOnly', properties: [UID_FIELD, field('calendar:UID'), field('item:DateTimeCreated')] },
      folder: { kind: 'folder', id: context.folderId },
      page: { offset: 0, sizeMax: batch.length * TWINS_MAX },
      restriction,
    })
    if (result?.kind === 'failed' && result.error.code === 'exchange.item-refused') {
      // A server that cannot search named properties: a double is named by its UID in the next pass.
      context.log.warn({ code: result.error.code }, 'the server cannot search by UID')
      continue
    }
    for (const { id, element } of onlyValue(result ? [result] : []).items) {
      const uid = extendedValue(element, UID_FIELD)
      // A copy that a person made keeps our property, but has a UID of its own.
      if (uid === null || (textAt(element, 'UID') ?? uid) !== uid || !batch.includes(uid)) continue
      const createdAtMs = Date.parse(textAt(element, 'DateTimeCreated') ?? '') || 0
      twins.set(uid, [...(twins.get(uid) ?? []), { id: id as ItemId, createdAtMs }])
    }
  }
  return twins
}

function anyOf(uids: readonly string[]): Restriction | null {
  const [first, second, ...rest] = uids.map((value): Restriction => ({ kind: 'equals', field: UID_FIELD, value }))
  if (!first) return null
  return second ? { kind: 'or', all: [first, second, ...rest] } : first
}
