/**
 * Updating items in place (INV-4): the master's changed properties under its change key, then the occurrences of a series, then my
 * answer, then a read of what is there now. A meeting of somebody else gets only what is mine (INV-1).
 */
import { itemIdOf, readDocument } from '../../mapping/ews/document.ts'
import { fileChanges } from '../../mapping/ews/files.ts'
import { fitEvent } from '../../mapping/ews/fit.ts'
import { isUnfinished } from '../../mapping/ews/unfinished.ts'
import { answerChange } from '../../mapping/ews/write.ts'
import { canonicalJson } from '../../model/flat.ts'
import type { FieldPath, Json } from '../../model/item.ts'
import { eventOf } from '../../model/kinds.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { ItemId, ReadResult, UpdateOutcome, UpdateRequest } from '../../ports/side.ts'
import type { SideContext } from './side-context.ts'
import { whyNotWritable } from './side-precondition.ts'
import { readItems } from './side-read.ts'
import { freshJobs } from './side-series.ts'
import { writeAttachments } from './side-update-files.ts'
import { bug, changesOf, type Job, open } from './side-update-job.ts'
import { clearMarks, resetSeries, writeAnswers, writeMasters, writeOccurrences } from './side-update-steps.ts'
import { changeKeyOf, isSeries } from './side-version.ts'

/** One outcome per request, in order. */
export async function updateItems(context: SideContext, requests: readonly UpdateRequest[]): Promise<UpdateOutcome[]> {
  const jobs = requests.map((request) => jobOf(context, request))
  await checkSeries(context, jobs)
  await checkSingles(context, jobs)
  for (const job of open(jobs)) refuseForeign(context, job)
  await resetSeries(context, open(jobs))
  await guarded(jobs, () => writeMasters(context, open(jobs)))
  await guarded(jobs, () => writeOccurrences(context, open(jobs)))
  await guarded(jobs, () => writeAttachments(context, open(jobs)))
  await guarded(jobs, () => writeAnswers(context, open(jobs)))
  await guarded(jobs, () => clearMarks(context, open(jobs)))
  await guarded(jobs, () => readBack(context, open(jobs)))
  return jobs.map(({ outcome }) => outcome ?? bug())
}

/** Once something was written, an error of a later request must not hide the outcomes: what is still open is unknown (I12). */
async function guarded(jobs: readonly Job[], step: () => Promise<void>): Promise<void> {
  try {
    await step()
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code === 'bug') throw error
    for (const job of open(jobs)) job.outcome = { kind: 'unknown', error }
  }
}

function jobOf(context: SideContext, request: UpdateRequest): Job {
  const { current } = request
  const event = eventOf(current.model)
  const desired = eventOf(request.desired)
  const { master } = readDocument(current.native.text)
  const fit = fitEvent(desired, context.lens, event)
  const job: Job = {
    request,
    id: itemIdOf(master).id || current.id,
    event,
    desired: fit.kind === 'fits' ? fit.item : desired,
    master,
    changeKey: changeKeyOf(current.version),
    series: isSeries(master) || desired.recurrence !== null,
    wrote: false,
    marked: isUnfinished(master),
    files: fileChanges(event.files, fit.kind === 'fits' ? eventOf(fit.item).files : event.files, master),
    outcome: null,
  }
  if (fit.kind === 'unrepresentable') {
    const detail = fit.losses.map((loss) => loss.detail ?? loss.reason).join(', ')
    job.outcome = { kind: 'refused', error: new ConnectorError('item.not-representable', { detail, sent: 'no' }) }
  }
  return job
}

/** The change key guards the update on Exchange, but not on every server: a look just before leaves a window of one round trip. */
async function checkSingles(context: SideContext, jobs: readonly Job[]): Promise<void> {
  const singles = open(jobs).filter(({ master }) => !isSeries(master) && !isUnfinished(master))
  const wanted = singles.map(({ id, request }) => ({ id, expect: request.current.version }))
  const failures = await whyNotWritable(context, wanted)
  for (const [index, job] of singles.entries()) job.outcome = failures[index] ?? null
}

/** A series is looked at afresh: its version holds its exceptions, which no change key of the master guards on every server. */
async function checkSeries(context: SideContext, jobs: readonly Job[]): Promise<void> {
  const series = open(jobs).filter(({ master }) => isSeries(master) || isUnfinished(master))
  const fresh = await freshJobs(context, series)
  for (const [index, job] of series.entries()) {
    const found = fresh[index] ?? bug()
    if (found.kind === 'failed') job.outcome = found.failure
    else if (found.version !== job.request.current.version) job.outcome = { kind: 'changed-underneath' }
    else Object.assign(job, { event: found.job.event, master: found.job.document.master })
  }
}

/** A change of somebody else's meeting of which nothing is mine to make is refused by name (INV-1). */
function refuseForeign(context: SideContext, job: Job): void {
  const { organizer } = eventOf(job.request.current.model)
  if (organizer === null || organizer.email === context.lens.mailbox || isEffective(context, job)) return
  const fields = { reason: 'organizer-owned', detail: kindsOf(job.request.changed), sent: 'no' }
  job.outcome = { kind: 'refused', error: new ConnectorError('exchange.item-refused', fields) }
}

/** Errors are shown: a person's address or a category's name in a path stays out of them (I26). */
function kindsOf(paths: readonly FieldPath[]): string {
  return [...new Set(paths.map((path) => path.split(':', 1)[0]))].join(' ')
}

function isEffective(context: SideContext, job: Job): boolean {
  return (
    changesOf(context, job).length > 0 ||
    canonicalJson(job.event.occurrences as unknown as Json) !==
      canonicalJson(job.desired.occurrences as unknown as Json) ||
    answerChange(job.event, job.desired, context.lens) !== null
  )
}

async function readBack(context: SideContext, jobs: readonly Job[]): Promise<void> {
  const results = await readItems(
    context,
    jobs.map(({ id }) => id as ItemId),
  )
  for (const [index, job] of jobs.entries()) job.outcome = readOutcome(job, results[index] ?? bug())
}

function readOutcome(job: Job, result: ReadResult): UpdateOutcome {
  if (result.kind === 'gone') return { kind: 'gone' }
  if (result.kind === 'unreadable') return { kind: 'unknown', error: result.error }
  const { item } = result
  if (!job.wrote) {
    // Nothing was left to write; what somebody else wrote meanwhile must not pass for it (I4).
    return item.version === job.request.current.version ? { kind: 'updated', item } : { kind: 'changed-underneath' }
  }
  return job.changeKey === changeKeyOf(item.version)
    ? { kind: 'updated', item }
    : { kind: 'updated', item, overtaken: true }
}
