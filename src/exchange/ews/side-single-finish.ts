/**
 * The second half of creating items: the photos of contacts with the token that says that they are whole, or taking them back; and
 * the day of completion of tasks that Exchange dated itself.
 */
import { photoChange } from '../../mapping/ews/contact-write.ts'
import { itemIdOf } from '../../mapping/ews/document.ts'
import type { SingleItem } from '../../mapping/ews/single-item.ts'
import { isHeldProgress } from '../../mapping/ews/task-progress.ts'
import { finishToken } from '../../mapping/ews/unfinished.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { CreateOutcome, CreateRequest, ItemId } from '../../ports/side.ts'
import { deleteItem } from './operations/delete-item.ts'
import { updateItem } from './operations/update-item.ts'
import { SEND_TO_NONE } from './send-mode.ts'
import { call, type SideContext, writeBatches } from './side-context.ts'
import { failureOf } from './side-outcome.ts'
import { writePhoto } from './side-single-photo.ts'
import { fetchSingleVersions } from './side-single-read.ts'
import { updateSingles } from './side-single-update.ts'

export type Job = { index: number; request: CreateRequest; item: SingleItem }
export type Made = Job & { id: ItemId; changeKey: string | null }
export type Outcomes = Map<number, CreateOutcome>

export function hasPhoto({ item }: Job): boolean {
  return item.kind === 'contact' && photoChange(null, item).kind === 'put'
}

/** A contact whose photo was refused must not stay without it: it would look as if somebody had removed the photo. */
export async function addPhoto(context: SideContext, made: Made, outcomes: Outcomes): Promise<Made[]> {
  if (made.item.kind !== 'contact' || !hasPhoto(made)) return [made]
  const target = { id: made.id, changeKey: made.changeKey, native: null }
  const result = await writePhoto(context, target, photoChange(null, made.item))
  if (result.kind === 'done') return [{ ...made, changeKey: result.changeKey }]
  outcomes.set(made.index, await takeBack(context, made, result.error))
  return []
}

async function takeBack(context: SideContext, made: Made, error: ConnectorError): Promise<CreateOutcome> {
  if (failureOf(error).kind === 'unknown') return { kind: 'unknown', error }
  const ids = [{ kind: 'item' as const, id: made.id }]
  const removed = await call(context, deleteItem, { ids, send: SEND_TO_NONE }).catch(() => [])
  return removed[0]?.kind === 'ok' ? { kind: 'refused', error } : { kind: 'unknown', error }
}

/** Turns the tokens of contacts with photos into those of whole items. What fails is left to recovery, which finds it by its token. */
export async function finishTokens(context: SideContext, made: readonly Made[], outcomes: Outcomes): Promise<Made[]> {
  const open = made.filter(hasPhoto)
  if (open.length === 0) return [...made]
  const ready = await withChangeKeys(context, open)
  const results = await writeBatches(ready, { sizeMax: context.limits.writeBatchMax, mayThrow: false }, (batch) =>
    call(context, updateItem, {
      items: batch.map(({ id, changeKey, request }) => ({
        id: { kind: 'item' as const, id, changeKey: changeKey ?? '' },
        element: 'Contact' as const,
        changes: [finishToken(request.token)],
      })),
      send: SEND_TO_NONE,
    }),
  )
  const finished = new Map<number, Made>()
  for (const [position, one] of ready.entries()) {
    const result = results[position] ?? bug()
    if (result.kind === 'ok') finished.set(one.index, { ...one, changeKey: result.value.changeKey })
    else outcomes.set(one.index, { kind: 'unknown', error: result.error })
  }
  for (const one of open) if (!finished.has(one.index) && !outcomes.has(one.index)) outcomes.set(one.index, vanished())
  return made.flatMap((one) => (hasPhoto(one) ? [finished.get(one.index)] : [one])).filter((one) => one !== undefined)
}

/** Attachments move the change key, and not every server says to what. */
async function withChangeKeys(context: SideContext, made: readonly Made[]): Promise<Made[]> {
  const unsure = made.filter(({ changeKey }) => changeKey === null)
  if (unsure.length === 0) return [...made]
  const ids = unsure.map(({ id }) => id)
  const fetched = await fetchSingleVersions(context, ids).catch((error: unknown) => {
    if (error instanceof ConnectorError && error.code !== 'bug') return []
    throw error
  })
  const keys = new Map(
    fetched.map((one) => [one.id, one.kind === 'present' ? itemIdOf(one.document.master).changeKey : null]),
  )
  return made
    .map((one) => ({ ...one, changeKey: one.changeKey ?? keys.get(one.id) ?? null }))
    .filter(({ changeKey }) => changeKey !== null)
}

/** Exchange writes today as the day of completion when the status comes after it, as the schema has it: told again, it listens. */
export async function correctProgress(context: SideContext, jobs: readonly Job[], outcomes: Outcomes): Promise<void> {
  const wrong = jobs.flatMap(({ index, item }) => {
    const outcome = outcomes.get(index)
    if (item.kind !== 'task' || outcome?.kind !== 'created' || outcome.overtaken === true) return []
    const { model } = outcome.item
    const once = item.recurrence === null && item.regeneration === null
    return once && model.kind === 'task' && !isHeldProgress(model, item)
      ? [{ index, request: { current: outcome.item, desired: item, changed: ['progress'] } }]
      : []
  })
  if (wrong.length === 0) return
  const updates = await updateSingles(
    context,
    wrong.map(({ request }) => request),
  ).catch((error: unknown) => {
    // The task is there: what is missing of it is for the next pass to see.
    if (error instanceof ConnectorError && error.code !== 'bug') return []
    throw error
  })
  for (const [position, { index }] of wrong.entries()) {
    const update = updates[position]
    if (update?.kind === 'updated') outcomes.set(index, { ...update, kind: 'created' })
  }
}

export function vanished(): CreateOutcome {
  return { kind: 'unknown', error: new ConnectorError('exchange.item-refused', { reason: 'vanished' }) }
}

export function bug(): never {
  throw new ConnectorError('bug', { where: 'side-single-create' })
}
