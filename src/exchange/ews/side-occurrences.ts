/**
 * Drives the occurrences of series to what is wanted: deletions in one batch, then changes one after the other within a series,
 * because each moves the change key of all its occurrences; many series share the requests. Every occurrence is looked at before
 * it is written, so that a wrong number never hits another day.
 */

import type { EwsDocument } from '../../mapping/ews/document.ts'
import { itemIdOf } from '../../mapping/ews/document.ts'
import { occurrenceKeyOf } from '../../mapping/ews/event.ts'
import { type OccurrenceWork, occurrenceWork } from '../../mapping/ews/write-occurrences.ts'
import type { Event, PartStat } from '../../model/event.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Mail } from '../../ports/side.ts'
import type { EwsItemId } from './ids.ts'
import { type EwsResult, responseCodeOf } from './operation.ts'
import { deleteItem } from './operations/delete-item.ts'
import { getItem } from './operations/get-item.ts'
import { updateItem } from './operations/update-item.ts'
import type { ItemRef } from './refs.ts'
import { bySendMode, sendOf, updateSendOf } from './send-mode.ts'
import { answerMeetings } from './side-answer.ts'
import { call, readBatches, type SideContext, writeBatches } from './side-context.ts'
import { failureOf, type WriteFailure } from './side-outcome.ts'
import { OCCURRENCE_SHAPE } from './side-shapes.ts'

/** `event` is what a fresh read of `document` gave; `desired` is fitted onto it. */
export type SeriesJob = { id: string; document: EwsDocument; event: Event; desired: Event; mail?: Mail }
export type SeriesResult = { kind: 'done'; wrote: boolean } | WriteFailure

type Change = Extract<OccurrenceWork, { kind: 'change' }>
type State = {
  job: SeriesJob
  deletions: OccurrenceWork[]
  changes: Change[]
  wrote: boolean
  failure: WriteFailure | null
}
type Step<Work> = { state: State; work: Work }
type Seen<Work> = Step<Work> & { id: string; changeKey: string }

/** One result per job, in order. The first failure ends the work on its series. */
export async function driveOccurrences(context: SideContext, jobs: readonly SeriesJob[]): Promise<SeriesResult[]> {
  const states = jobs.map((job): State => {
    const work = occurrenceWork(job.event, job.desired, { document: job.document, context: context.lens })
    const changes = work.filter((one) => one.kind === 'change')
    return { job, deletions: work.filter((one) => one.kind === 'delete'), changes, wrote: false, failure: null }
  })
  await deleteOccurrences(context, states)
  const roundsMax = Math.max(0, ...states.map((state) => state.changes.length))
  for (let round = 0; round < roundsMax; round++) {
    const steps = states.flatMap((state) => {
      const work = state.changes[round]
      return work === undefined || state.failure ? [] : [{ state, work }]
    })
    await changeOccurrences(context, steps)
  }
  return states.map(({ failure, wrote }) => failure ?? { kind: 'done', wrote })
}

async function deleteOccurrences(context: SideContext, states: readonly State[]): Promise<void> {
  const steps = states.flatMap((state) => state.deletions.map((work) => ({ state, work })))
  const seen = await lookAt(context, steps)
  const sizeMax = context.limits.writeBatchMax
  const modeOf = ({ state }: Seen<OccurrenceWork>) => sendOf(context, state.job.event, state.job.mail)
  const results = await bySendMode(seen, modeOf, (group, send) =>
    writeBatches(group, { sizeMax, mayThrow: false }, (batch) =>
      call(context, deleteItem, { ids: batch.map(({ id }) => ({ kind: 'item' as const, id })), send }),
    ),
  )
  for (const [index, { state }] of seen.entries()) settle(state, results[index], isAlreadyDeleted)
}

async function changeOccurrences(context: SideContext, steps: readonly Step<Change>[]): Promise<void> {
  const seen = await lookAt(context, steps)
  const toUpdate = seen.filter(({ work }) => work.changes.length > 0)
  const sizeMax = context.limits.writeBatchMax
  const modeOf = ({ state: { job }, work }: Seen<Change>) =>
    updateSendOf(context, { before: job.event, after: job.desired }, { changes: work.changes, mail: job.mail })
  const results = await bySendMode(toUpdate, modeOf, (group, send) =>
    writeBatches(group, { sizeMax, mayThrow: false }, (batch) =>
      call(context, updateItem, {
        items: batch.map(({ id, changeKey, work }) => ({
          id: { kind: 'item' as const, id, changeKey },
          element: 'CalendarItem' as const,
          changes: work.changes,
        })),
        send,
      }),
    ),
  )
  for (const [index, step] of toUpdate.entries()) {
    const result = results[index]
    settle(step.state, result)
    if (result?.kind === 'ok') step.changeKey = result.value.changeKey ?? step.changeKey
  }
  await answerOccurrences(context, seen)
}

async function answerOccurrences(context: SideContext, seen: readonly Seen<Change>[]): Promise<void> {
  const answers: (Seen<Change> & { answer: PartStat; mail: Mail })[] = []
  for (const step of seen) {
    const { answer } = step.work
    if (answer !== null && !step.state.failure) answers.push({ ...step, answer, mail: step.state.job.mail ?? 'nobody' })
  }
  const results = await answerMeetings(context, answers)
  for (const [index, { state }] of answers.entries()) settle(state, results[index])
}

/** Fetches each occurrence's id and change key, and makes sure that it is the day that was meant. */
async function lookAt<Work extends OccurrenceWork>(
  context: SideContext,
  steps: readonly Step<Work>[],
): Promise<Seen<Work>[]> {
  const results = await readBatches(steps, context.limits.getBatchMax, (batch) =>
    call(context, getItem, { shape: OCCURRENCE_SHAPE, ids: batch.map(targetId) }),
  )
  const seen: Seen<Work>[] = []
  for (const [index, step] of steps.entries()) {
    const result = results[index]
    if (result?.kind === 'ok' && isMeant(context, step, result.value)) {
      seen.push({ ...step, id: result.value.id, changeKey: result.value.changeKey ?? '' })
    } else if (result?.kind === 'ok') {
      step.state.failure ??= { kind: 'refused', error: wrongDay(step) }
    } else if (result && !(step.work.kind === 'delete' && isAlreadyDeleted(result.error))) {
      // The series was there a moment ago: its occurrence vanished, so somebody else is at work on it.
      const failure = failureOf(result.error)
      step.state.failure ??= failure.kind === 'gone' ? { kind: 'changed-underneath' } : asRead(failure)
    }
  }
  return seen.filter(({ state }) => state.failure === null)
}

/** A read applies nothing. */
function asRead(failure: WriteFailure): WriteFailure {
  return failure.kind === 'unknown' ? { kind: 'refused', error: failure.error } : failure
}

function targetId({ state, work }: Step<OccurrenceWork>): EwsItemId {
  return work.target.kind === 'exception'
    ? { kind: 'item', id: work.target.id }
    : { kind: 'occurrence', masterId: state.job.id, index: work.target.index }
}

function isMeant(context: SideContext, { state, work }: Step<OccurrenceWork>, found: ItemRef): boolean {
  if (work.target.kind === 'exception') return true
  const { event, document } = state.job
  return occurrenceKeyOf(found.element, { event, master: document.master }, context.lens) === work.key
}

function wrongDay({ state, work }: Step<OccurrenceWork>): ConnectorError {
  const id = itemIdOf(state.job.document.master).id
  return new ConnectorError('exchange.item-refused', {
    reason: 'occurrence-not-found',
    occurrence: work.key,
    id,
    sent: 'no',
  })
}

function isAlreadyDeleted(error: ConnectorError): boolean {
  return responseCodeOf(error) === 'ErrorCalendarOccurrenceIsDeletedFromRecurrence'
}

function settle(
  state: State,
  result: EwsResult<unknown> | undefined,
  isFine: (error: ConnectorError) => boolean = () => false,
): void {
  if (result === undefined) throw new ConnectorError('bug', { where: 'driveOccurrences' })
  if (result.kind === 'ok') state.wrote = true
  else if (!isFine(result.error)) state.failure ??= failureOf(result.error)
}
