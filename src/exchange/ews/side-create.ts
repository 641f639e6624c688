/**
 * Creating items: CreateItem in batches, then files and the exceptions of series, then a read of what is there now. An item gets its
 * whole token only when these are written: one that was cut short is known by it, and made anew instead of taken for whole.
 */
import { fitEvent } from '../../mapping/ews/fit.ts'
import { tokenValue } from '../../mapping/ews/unfinished.ts'
import { createElements } from '../../mapping/ews/write.ts'
import { eventOf } from '../../model/kinds.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { CreateOutcome, CreateRequest, ItemId, SideItem } from '../../ports/side.ts'
import { withMark } from './masked.ts'
import { createItem } from './operations/create-item.ts'
import { bySendMode, SEND_TO_NONE, type SendMode, sendOf } from './send-mode.ts'
import { call, type SideContext, writeBatches } from './side-context.ts'
import { bug, finishSeries, type Job, type Made, needsMore } from './side-create-series.ts'
import { failureOf } from './side-outcome.ts'
import { readItems } from './side-read.ts'
import { changeKeyOf } from './side-version.ts'

/** One outcome per request, in order. */
export async function createItems(context: SideContext, requests: readonly CreateRequest[]): Promise<CreateOutcome[]> {
  const outcomes = new Map<number, CreateOutcome>()
  const jobs = fitRequests(context, requests, outcomes)
  const made = await sendCreations(context, jobs, outcomes)
  const whole = await finishSeries(context, made, outcomes).catch((error: unknown) => {
    if (!(error instanceof ConnectorError)) throw error
    // Recovery finds what was begun by its unfinished token.
    for (const one of made) if (needsMore(one.event)) outcomes.set(one.index, { kind: 'unknown', error })
    return made.filter(({ event }) => !needsMore(event))
  })
  await readBack(context, whole, outcomes)
  return requests.map((_, index) => outcomes.get(index) ?? bug())
}

function fitRequests(
  context: SideContext,
  requests: readonly CreateRequest[],
  outcomes: Map<number, CreateOutcome>,
): Job[] {
  return requests.flatMap((request, index) => {
    const fit = fitEvent(eventOf(request.desired), context.lens)
    if (fit.kind === 'fits') return [{ index, request, event: fit.item }]
    const detail = fit.losses.map((loss) => loss.detail ?? loss.reason).join(', ')
    const error = new ConnectorError('item.not-representable', { detail, sent: 'no' })
    outcomes.set(index, { kind: 'refused', error })
    return []
  })
}

async function sendCreations(
  context: SideContext,
  jobs: readonly Job[],
  outcomes: Map<number, CreateOutcome>,
): Promise<Made[]> {
  const sizeMax = context.limits.writeBatchMax
  // What is not whole yet is sent when it is: with its files and exceptions.
  const modeOf = ({ event, request }: Job) => (needsMore(event) ? SEND_TO_NONE : sendOf(context, event, request.mail))
  const create = (batch: readonly Job[], send: SendMode) =>
    call(context, createItem, {
      folder: { kind: 'folder', id: context.folderId },
      items: batch.map(({ event, request }) => ({
        element: 'CalendarItem' as const,
        properties: withMark(
          createElements(event, context.lens, tokenValue(request.token, needsMore(event) ? 'unfinished' : 'whole')),
          request.mark,
        ),
      })),
      send,
    })
  const results = await bySendMode(jobs, modeOf, (group, send, isFirst) =>
    writeBatches(group, { sizeMax, mayThrow: isFirst }, (batch) => create(batch, send)),
  )
  const made: Made[] = []
  for (const [position, job] of jobs.entries()) {
    const result = results[position] ?? bug()
    if (result.kind === 'ok') made.push({ ...job, id: result.value.id as ItemId, changeKey: result.value.changeKey })
    else outcomes.set(job.index, notCreated(result.error))
  }
  return made
}

function notCreated(error: ConnectorError): CreateOutcome {
  const failure = failureOf(error)
  return failure.kind === 'unknown' ? failure : { kind: 'refused', error }
}

async function readBack(
  context: SideContext,
  made: readonly Made[],
  outcomes: Map<number, CreateOutcome>,
): Promise<void> {
  if (made.length === 0) return
  const results = await readItems(
    context,
    made.map(({ id }) => id),
  ).catch((error: unknown) => {
    if (error instanceof ConnectorError) return error
    throw error
  })
  for (const [position, one] of made.entries()) {
    const result = results instanceof ConnectorError ? null : results[position]
    if (result?.kind === 'present') outcomes.set(one.index, created(one, result.item))
    else {
      // It was made; what it looks like now is for recovery to see.
      const error =
        results instanceof ConnectorError
          ? results
          : result?.kind === 'unreadable'
            ? result.error
            : new ConnectorError('exchange.item-refused', { reason: 'vanished' })
      outcomes.set(one.index, { kind: 'unknown', error })
    }
  }
}

function created({ changeKey }: Made, item: SideItem): CreateOutcome {
  return changeKey === changeKeyOf(item.version)
    ? { kind: 'created', item }
    : { kind: 'created', item, overtaken: true }
}
