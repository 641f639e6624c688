/**
 * Updating tasks, contacts and distribution lists in place (INV-4), each under the change key that the decision was based on (I11):
 * what must be written before the rest, the changed properties, the photo, then a read of what is there now.
 */
import type { EwsFieldChange, WritableItem } from '../../mapping/ews/change.ts'
import { itemIdOf } from '../../mapping/ews/document.ts'
import { readSingleDocument } from '../../mapping/ews/single-item.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { ItemId, ReadResult, UpdateOutcome, UpdateRequest } from '../../ports/side.ts'
import { updateItem } from './operations/update-item.ts'
import { SEND_TO_NONE } from './send-mode.ts'
import { call, type SideContext, writeBatches } from './side-context.ts'
import { failureOf } from './side-outcome.ts'
import { whyNotWritable } from './side-precondition.ts'
import { type SingleChanges, singleChanges } from './side-single-changes.ts'
import { fitSingle } from './side-single-fit.ts'
import { writePhoto } from './side-single-photo.ts'
import { readSingles } from './side-single-read.ts'

/** One item on its way. `changeKey`: the newest that we know of, null when it is not ours to know. */
type Job = {
  request: UpdateRequest
  id: string
  changes: SingleChanges
  changeKey: string | null
  wrote: boolean
  outcome: UpdateOutcome | null
}

/** One outcome per request, in order. */
export async function updateSingles(
  context: SideContext,
  requests: readonly UpdateRequest[],
): Promise<UpdateOutcome[]> {
  const jobs = requests.map((request) => jobOf(context, request))
  await checkVersions(context, open(jobs))
  await writeFields(context, open(jobs), ({ first }) => first)
  await guarded(jobs, () => writeFields(context, open(jobs), ({ changes }) => changes))
  await guarded(jobs, () => writePhotos(context, open(jobs)))
  await guarded(jobs, () => readBack(context, open(jobs)))
  return jobs.map(({ outcome }) => outcome ?? bug())
}

function open(jobs: readonly Job[]): Job[] {
  return jobs.filter((job) => job.outcome === null)
}

/** The change key guards the update on Exchange, but not on every server (quirk EWS-UPDATE-UNGUARDED). */
async function checkVersions(context: SideContext, jobs: readonly Job[]): Promise<void> {
  const wanted = jobs.map(({ id, request }) => ({ id, expect: request.current.version }))
  const failures = await whyNotWritable(context, wanted)
  for (const [index, job] of jobs.entries()) job.outcome = failures[index] ?? null
}

/** Once something was written, an error of a later request must not hide the outcomes: what is still open is unknown (I12). */
async function guarded(jobs: readonly Job[], step: () => Promise<void>): Promise<void> {
  if (!jobs.some((job) => job.wrote)) return step()
  try {
    await step()
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code === 'bug') throw error
    for (const job of open(jobs)) job.outcome = job.wrote ? { kind: 'unknown', error } : { kind: 'refused', error }
  }
}

function jobOf(context: SideContext, request: UpdateRequest): Job {
  const { current, desired } = request
  const native = readSingleDocument(current.native.text)
  const fit = fitSingle(context, desired, current.model)
  const job = {
    request,
    id: itemIdOf(native).id || current.id,
    changeKey: current.version as string,
    wrote: false,
    changes: { element: 'Task' as const, native, first: [], changes: [], photo: { kind: 'keep' as const } },
    outcome: null,
  }
  if (fit.kind === 'fits') return { ...job, changes: singleChanges(context.lens, current, fit.item) }
  const detail = fit.losses.map((loss) => loss.detail ?? loss.reason).join(', ')
  const error = new ConnectorError('item.not-representable', { detail, sent: 'no' })
  return { ...job, outcome: { kind: 'refused', error } }
}

/** One UpdateItem per job, under the newest change key that we know. */
async function writeFields(
  context: SideContext,
  jobs: readonly Job[],
  which: (changes: SingleChanges) => readonly EwsFieldChange[],
): Promise<void> {
  const work = jobs.filter((job) => which(job.changes).length > 0)
  const mayThrow = !jobs.some((job) => job.wrote)
  const results = await writeBatches(work, { sizeMax: context.limits.writeBatchMax, mayThrow }, (batch) =>
    call(context, updateItem, {
      items: batch.map((job) => ({
        id: { kind: 'item' as const, id: job.id, changeKey: job.changeKey ?? '' },
        element: job.changes.element satisfies WritableItem,
        changes: which(job.changes),
      })),
      send: SEND_TO_NONE,
    }),
  )
  for (const [index, job] of work.entries()) {
    const result = results[index] ?? bug()
    if (result.kind === 'failed') job.outcome = failureOf(result.error)
    else {
      // Completing one of a series answers with the copy that stays behind: our item is the next occurrence now (REC-7, quirk EWS-TASK-ONE-OFF).
      job.changeKey = result.value.id === job.id ? result.value.changeKey : null
      job.wrote = true
    }
  }
}

async function writePhotos(context: SideContext, jobs: readonly Job[]): Promise<void> {
  for (const job of jobs) {
    const { photo, native } = job.changes
    if (photo.kind === 'keep') continue
    const result = await writePhoto(context, { id: job.id, changeKey: job.changeKey, native }, photo)
    if (result.kind === 'done') Object.assign(job, { wrote: true, changeKey: result.changeKey })
    else job.outcome = failureOf(result.error)
  }
}

async function readBack(context: SideContext, jobs: readonly Job[]): Promise<void> {
  const ids = jobs.map(({ id }) => id as ItemId)
  const results = await readSingles(context, ids)
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
  return job.changeKey === (item.version as string)
    ? { kind: 'updated', item }
    : { kind: 'updated', item, overtaken: true }
}

function bug(): never {
  throw new ConnectorError('bug', { where: 'side-single-update' })
}
