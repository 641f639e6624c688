/**
 * Creating tasks, contacts and distribution lists: CreateItem in batches, then the photos, then a read of what is there now. A
 * contact gets its whole token only when its photo is there: one that was cut short is known by it, and made anew.
 */
import { photoChange } from '../../mapping/ews/contact-write.ts'
import { itemIdOf } from '../../mapping/ews/document.ts'
import { isSingleItem, type SingleItem, singleElements } from '../../mapping/ews/single-item.ts'
import { finishToken, tokenValue } from '../../mapping/ews/unfinished.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { CreateOutcome, CreateRequest, ItemId } from '../../ports/side.ts'
import { createItem } from './operations/create-item.ts'
import { deleteItem } from './operations/delete-item.ts'
import { updateItem } from './operations/update-item.ts'
import { SEND_TO_NONE } from './send-mode.ts'
import { call, type SideContext, writeBatches } from './side-context.ts'
import { failureOf } from './side-outcome.ts'
import { fitSingle } from './side-single-fit.ts'
import { writePhoto } from './side-single-photo.ts'
import { fetchSingleVersions, readSingles } from './side-single-read.ts'

type Job = { index: number; request: CreateRequest; item: SingleItem }
type Made = Job & { id: ItemId; changeKey: string | null }
type Outcomes = Map<number, CreateOutcome>

/** One outcome per request, in order. */
export async function createSingles(
  context: SideContext,
  requests: readonly CreateRequest[],
): Promise<CreateOutcome[]> {
  const outcomes: Outcomes = new Map()
  const jobs = requests.flatMap((request, index) => jobOf(context, { request, index }, outcomes))
  const made = await sendCreations(context, jobs, outcomes)
  const whole: Made[] = []
  for (const one of made) whole.push(...(await addPhoto(context, one, outcomes)))
  await readBack(context, await finishTokens(context, whole, outcomes), outcomes)
  return requests.map((_, index) => outcomes.get(index) ?? bug())
}

function jobOf(context: SideContext, { request, index }: Omit<Job, 'item'>, outcomes: Outcomes): Job[] {
  const fit = fitSingle(context, request.desired)
  if (fit.kind === 'fits' && isSingleItem(fit.item)) return [{ index, request, item: fit.item }]
  const detail = fit.losses.map((loss) => loss.detail ?? loss.reason).join(', ')
  const error = new ConnectorError('item.not-representable', { detail, sent: 'no' })
  outcomes.set(index, { kind: 'refused', error })
  return []
}

function hasPhoto({ item }: Job): boolean {
  return item.kind === 'contact' && photoChange(null, item).kind === 'put'
}

async function sendCreations(context: SideContext, jobs: readonly Job[], outcomes: Outcomes): Promise<Made[]> {
  const results = await writeBatches(jobs, { sizeMax: context.limits.writeBatchMax, mayThrow: true }, (batch) =>
    call(context, createItem, {
      folder: { kind: 'folder', id: context.folderId },
      items: batch.map((job) => {
        const token = tokenValue(job.request.token, hasPhoto(job) ? 'unfinished' : 'whole')
        return singleElements(job.item, context.lens, token)
      }),
      send: SEND_TO_NONE,
    }),
  )
  return jobs.flatMap((job, position) => {
    const result = results[position] ?? bug()
    if (result.kind === 'ok') return [{ ...job, id: result.value.id as ItemId, changeKey: result.value.changeKey }]
    const failure = failureOf(result.error)
    outcomes.set(job.index, failure.kind === 'unknown' ? failure : { kind: 'refused', error: result.error })
    return []
  })
}

/** A contact whose photo was refused must not stay without it: it would look as if somebody had removed the photo. */
async function addPhoto(context: SideContext, made: Made, outcomes: Outcomes): Promise<Made[]> {
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
async function finishTokens(context: SideContext, made: readonly Made[], outcomes: Outcomes): Promise<Made[]> {
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

async function readBack(context: SideContext, made: readonly Made[], outcomes: Outcomes): Promise<void> {
  if (made.length === 0) return
  const ids = made.map(({ id }) => id)
  const results = await readSingles(context, ids).catch((error: unknown) => {
    if (error instanceof ConnectorError && error.code !== 'bug') return error
    throw error
  })
  for (const [position, one] of made.entries()) {
    const result = results instanceof ConnectorError ? null : results[position]
    if (result?.kind === 'present') {
      const { item } = result
      const sure = one.changeKey === (item.version as string)
      outcomes.set(one.index, { kind: 'created', item, ...(sure ? {} : { overtaken: true }) })
    } else if (results instanceof ConnectorError) outcomes.set(one.index, { kind: 'unknown', error: results })
    // It was made; what it looks like now is for recovery to see.
    else outcomes.set(one.index, result?.kind === 'unreadable' ? { kind: 'unknown', error: result.error } : vanished())
  }
}

function vanished(): CreateOutcome {
  return { kind: 'unknown', error: new ConnectorError('exchange.item-refused', { reason: 'vanished' }) }
}

function bug(): never {
  throw new ConnectorError('bug', { where: 'side-single-create' })
}
