/** The steps of an update, each over all items that are still open: masters, occurrences, answers, marks. side-update.ts puts them in order. */
import type { EwsFieldChange } from '../../mapping/ews/change.ts'
import { bringsBackDeleted, needsReset } from '../../mapping/ews/occurrence.ts'
import { CLEAR_UNFINISHED, markUnfinished } from '../../mapping/ews/unfinished.ts'
import { answerChange, CLEAR_RECURRENCE } from '../../mapping/ews/write.ts'
import { eventOf } from '../../model/kinds.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { UpdateOutcome } from '../../ports/side.ts'
import { updateItem } from './operations/update-item.ts'
import { bySendMode, SEND_TO_NONE, type UpdateSendMode, updateSendOf } from './send-mode.ts'
import { answerMeetings } from './side-answer.ts'
import { call, type SideContext, writeBatches } from './side-context.ts'
import { driveOccurrences } from './side-occurrences.ts'
import { failureOf } from './side-outcome.ts'
import { freshJobs } from './side-series.ts'
import { bug, changesOf, type Job, needsMark, open } from './side-update-job.ts'
import { changeKeyOf } from './side-version.ts'

/** Deleted occurrences that shall be there again: the rule is taken away here, and written with the masters. */
export async function resetSeries(context: SideContext, jobs: readonly Job[]): Promise<void> {
  const work = jobs.filter(({ event, desired }) => needsReset(event, desired))
  const changes = work.map((job) => [...mark(job), CLEAR_RECURRENCE])
  await updateMasters(context, work, changes)
  for (const job of open(work)) job.event = { ...job.event, recurrence: null, occurrences: {} }
}

export async function writeMasters(context: SideContext, jobs: readonly Job[]): Promise<void> {
  const work = jobs.filter((job) => changesOf(context, job).length > 0)
  const changes = work.map((job) => [...(needsMark(job) ? mark(job) : []), ...changesOf(context, job)])
  const modeOf = ({ job, changes: own }: MasterWork) => (hasFiles(job) ? SEND_TO_NONE : sendModeOf(context, job, own))
  await updateMasters(context, work, changes, modeOf)
}

export function sendModeOf(context: SideContext, job: Job, changes: readonly EwsFieldChange[]): UpdateSendMode {
  const { event: before, desired: after, request } = job
  return updateSendOf(context, { before, after }, { changes, mail: request.mail })
}

export function hasFiles({ files }: Job): boolean {
  return files.put.length > 0 || files.removeIds.length > 0
}

function mark(job: Job): EwsFieldChange[] {
  if (job.marked) return []
  const marks = markUnfinished(eventOf(job.request.current.model))
  job.marked = marks.length > 0
  return marks
}

export type MasterWork = { job: Job; changes: readonly EwsFieldChange[] }

/** One UpdateItem per job, under the newest change key that we know. */
export async function updateMasters(
  context: SideContext,
  jobs: readonly Job[],
  changes: readonly (readonly EwsFieldChange[])[],
  modeOf: (work: MasterWork) => UpdateSendMode = () => SEND_TO_NONE,
): Promise<void> {
  const work = jobs.map((job, index): MasterWork => ({ job, changes: changes[index] ?? [] }))
  const sizeMax = context.limits.writeBatchMax
  const mayThrow = !jobs.some((job) => job.wrote)
  const results = await bySendMode(work, modeOf, (group, send, isFirst) =>
    writeBatches(group, { sizeMax, mayThrow: mayThrow && isFirst }, (batch) =>
      call(context, updateItem, {
        items: batch.map((one) => ({
          id: { kind: 'item' as const, id: one.job.id, changeKey: one.job.changeKey ?? '' },
          element: 'CalendarItem' as const,
          changes: one.changes,
        })),
        send,
      }),
    ),
  )
  for (const [index, { job }] of work.entries()) {
    const result = results[index] ?? bug()
    if (result.kind === 'failed') job.outcome = failureOf(result.error)
    else Object.assign(job, { wrote: true, changeKey: result.value.changeKey })
  }
}

export async function writeOccurrences(context: SideContext, jobs: readonly Job[]): Promise<void> {
  const series = jobs.filter((job) => job.desired.recurrence !== null && needsMark(job))
  const fresh = await freshJobs(context, series)
  const ready = series.flatMap((job, index) => {
    const found = fresh[index] ?? bug()
    if (found.kind === 'failed') job.outcome = found.failure
    else if (bringsBackDeleted(found.job.event, job.desired)) job.outcome = staysDeleted()
    const { mail = 'nobody' } = job.request
    return found.kind === 'job' && job.outcome === null ? [{ job, series: { ...found.job, mail } }] : []
  })
  const results = await driveOccurrences(
    context,
    ready.map((one) => one.series),
  )
  for (const [index, { job }] of ready.entries()) {
    const result = results[index] ?? bug()
    if (result.kind !== 'done') job.outcome = result
    // Occurrences move the master's change key, and do not say to what.
    else if (result.wrote) Object.assign(job, { wrote: true, changeKey: null })
  }
}

function staysDeleted(): UpdateOutcome {
  const error = new ConnectorError('exchange.item-refused', { reason: 'occurrence-stays-deleted', sent: 'no' })
  return { kind: 'refused', error }
}

export async function writeAnswers(context: SideContext, jobs: readonly Job[]): Promise<void> {
  const asked = jobs.flatMap((job) => {
    const answer = answerChange(job.event, job.desired, context.lens)
    return answer === null ? [] : [{ job, answer }]
  })
  await freshKeys(
    context,
    asked.map(({ job }) => job),
  )
  const answers = asked.flatMap(({ job, answer }) =>
    job.outcome || job.changeKey === null
      ? []
      : [{ job, id: job.id, changeKey: job.changeKey, answer, mail: job.request.mail ?? 'nobody' }],
  )
  const results = await answerMeetings(context, answers)
  for (const [index, { job }] of answers.entries()) {
    const result = results[index] ?? bug()
    if (result.kind === 'failed') job.outcome = failureOf(result.error)
    else Object.assign(job, { wrote: true, changeKey: null })
  }
}

export async function clearMarks(context: SideContext, jobs: readonly Job[]): Promise<void> {
  const marked = jobs.filter((job) => job.marked)
  for (const job of marked) job.changeKey = null
  await freshKeys(context, marked)
  const ready = open(marked)
  await updateMasters(
    context,
    ready,
    ready.map(() => [CLEAR_UNFINISHED]),
  )
}

/** Change keys for items of which we do not know the newest. */
export async function freshKeys(context: SideContext, jobs: readonly Job[]): Promise<void> {
  const stale = jobs.filter((job) => job.changeKey === null)
  const fresh = await freshJobs(context, stale)
  for (const [index, job] of stale.entries()) {
    const found = fresh[index] ?? bug()
    if (found.kind === 'failed') job.outcome = found.failure
    else job.changeKey = changeKeyOf(found.version)
  }
}
