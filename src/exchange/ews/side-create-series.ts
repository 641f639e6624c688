/** The second half of creating series: their exceptions, and the token that says that they are whole; or taking them back. */
import { finishToken } from '../../mapping/ews/unfinished.ts'
import type { Event } from '../../model/event.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { CreateOutcome, CreateRequest, ItemId } from '../../ports/side.ts'
import { deleteItem } from './operations/delete-item.ts'
import { updateItem } from './operations/update-item.ts'
import { bySendMode, SEND_TO_NONE, sendOf } from './send-mode.ts'
import { call, type SideContext, writeBatches } from './side-context.ts'
import { writeFiles } from './side-files.ts'
import { driveOccurrences, type SeriesResult } from './side-occurrences.ts'
import { failureOf, type WriteFailure } from './side-outcome.ts'
import { freshJobs } from './side-series.ts'
import { changeKeyOf } from './side-version.ts'

export type Job = { index: number; request: CreateRequest; event: Event }
export type Made = Job & { id: ItemId; changeKey: string | null }

export function bug(): never {
  throw new ConnectorError('bug', { where: 'side-create' })
}

/** Files and exceptions are written after the item: until they are, its token says that it is not whole. */
export function needsMore({ files, occurrences }: Event): boolean {
  return files.length > 0 || Object.keys(occurrences).length > 0
}

/** Writes files, exceptions and then the whole token. An item that does not come to its end is taken back. Gives what is whole. */
export async function finishSeries(
  context: SideContext,
  made: readonly Made[],
  outcomes: Map<number, CreateOutcome>,
): Promise<Made[]> {
  const series = made.filter(({ event }) => needsMore(event))
  if (series.length === 0) return [...made]
  const unfiled = await addFiles(context, series)
  const fresh = await freshJobs(
    context,
    series.filter(({ id }) => !unfiled.has(id)).map(({ id, event }) => ({ id, desired: event })),
  )
  const jobs = fresh.flatMap((job) => (job.kind === 'job' ? [job.job] : []))
  const driven = await driveOccurrences(context, jobs)
  const results = new Map<string, SeriesResult>(unfiled)
  for (const [index, job] of jobs.entries()) results.set(job.id, driven[index] ?? bug())
  for (const job of fresh) if (job.kind === 'failed') results.set(job.id, job.failure)
  const written = series.filter(({ id }) => results.get(id)?.kind === 'done')
  const finished = await finishTokens(context, written)
  const failed = series.filter((one) => !finished.has(one.id))
  await takeBack(
    context,
    failed.map((one) => ({ one, result: results.get(one.id) })),
    outcomes,
  )
  return made.flatMap((one) => {
    if (!needsMore(one.event)) return [one]
    const changeKey = finished.get(one.id)
    return changeKey === undefined ? [] : [{ ...one, changeKey }]
  })
}

/** The items whose files could not be written. */
async function addFiles(context: SideContext, made: readonly Made[]): Promise<Map<string, WriteFailure>> {
  const failed = new Map<string, WriteFailure>()
  for (const { id, changeKey, event, request } of made) {
    const target = { id, changeKey, files: request.files }
    const result = await writeFiles(context, target, { put: event.files, removeIds: [] })
    if (result.kind === 'failed') failed.set(id, failureOf(result.error))
  }
  return failed
}

/** The ids whose token is whole now, with the master's new change key. */
async function finishTokens(context: SideContext, series: readonly Made[]): Promise<Map<string, string | null>> {
  const current = await freshJobs(
    context,
    series.map(({ id, event }) => ({ id, desired: event })),
  )
  const ready = series.flatMap((one, index) => {
    const fresh = current[index]
    return fresh?.kind === 'job' ? [{ one, changeKey: changeKeyOf(fresh.version) }] : []
  })
  const sizeMax = context.limits.writeBatchMax
  // Whole and sent in one request: what is found unfinished was not sent, what is found whole was (I12).
  const modeOf = ({ one }: { one: Made }) => sendOf(context, one.event, one.request.mail)
  const results = await bySendMode(ready, modeOf, (group, send) =>
    writeBatches(group, { sizeMax, mayThrow: false }, (batch) =>
      call(context, updateItem, {
        items: batch.map(({ one, changeKey }) => ({
          id: { kind: 'item' as const, id: one.id, changeKey },
          element: 'CalendarItem' as const,
          changes: [finishToken(one.request.token)],
        })),
        send,
      }),
    ),
  )
  const done = ready.flatMap(({ one }, index): [string, string | null][] => {
    const result = results[index]
    return result?.kind === 'ok' ? [[one.id, result.value.changeKey]] : []
  })
  return new Map(done)
}

/**
 * Half a series must not stay: it would look as if somebody had removed its exceptions. One of which the answer was lost is left
 * to recovery, which knows it by its token.
 */
async function takeBack(
  context: SideContext,
  failed: readonly { one: Made; result: SeriesResult | undefined }[],
  outcomes: Map<number, CreateOutcome>,
): Promise<void> {
  const certain = failed.filter(({ one, result }) => {
    const isCertain = result !== undefined && result.kind !== 'done' && result.kind !== 'unknown'
    if (!isCertain) outcomes.set(one.index, { kind: 'unknown', error: errorOf(result) })
    return isCertain
  })
  const removed = await writeBatches(certain, { sizeMax: context.limits.writeBatchMax, mayThrow: false }, (batch) =>
    call(context, deleteItem, {
      ids: batch.map(({ one }) => ({ kind: 'item' as const, id: one.id })),
      send: SEND_TO_NONE,
    }),
  )
  for (const [index, { one, result }] of certain.entries()) {
    const error = errorOf(result)
    outcomes.set(one.index, removed[index]?.kind === 'ok' ? { kind: 'refused', error } : { kind: 'unknown', error })
  }
}

function errorOf(result: SeriesResult | undefined): ConnectorError {
  return result && 'error' in result
    ? result.error
    : new ConnectorError('exchange.item-refused', { reason: 'series-cut-short' })
}
