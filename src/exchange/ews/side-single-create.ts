/**
 * Creating tasks, contacts and distribution lists: CreateItem in batches, then the photos, then a read of what is there now. A
 * contact gets its whole token only when its photo is there: one that was cut short is known by it, and made anew.
 */
import { isSingleItem, singleElements } from '../../mapping/ews/single-item.ts'
import { tokenValue } from '../../mapping/ews/unfinished.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { CreateOutcome, CreateRequest, ItemId } from '../../ports/side.ts'
import { createItem } from './operations/create-item.ts'
import { SEND_TO_NONE } from './send-mode.ts'
import { call, type SideContext, writeBatches } from './side-context.ts'
import { failureOf } from './side-outcome.ts'
import {
  addPhoto,
  bug,
  correctProgress,
  finishTokens,
  hasPhoto,
  type Job,
  type Made,
  type Outcomes,
  vanished,
} from './side-single-finish.ts'
import { fitSingle } from './side-single-fit.ts'
import { readSingles } from './side-single-read.ts'

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
  await correctProgress(context, jobs, outcomes)
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
