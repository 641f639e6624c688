/** The step of an update that writes files, one item after the other, and sends what was waiting for them. */
import type { EwsFieldChange } from '../../mapping/ews/change.ts'
import { extendedChange } from '../../mapping/ews/extended.ts'
import { UID_FIELD } from '../../mapping/ews/identity.ts'
import { SEND_TO_NONE } from './send-mode.ts'
import type { SideContext } from './side-context.ts'
import { writeFiles } from './side-files.ts'
import { failureOf } from './side-outcome.ts'
import { changesOf, type Job, open } from './side-update-job.ts'
import { freshKeys, hasFiles, type MasterWork, sendModeOf, updateMasters } from './side-update-steps.ts'

/** One item after the other: files are big, and each moves the change key. */
export async function writeAttachments(context: SideContext, jobs: readonly Job[]): Promise<void> {
  for (const job of jobs) {
    if (!hasFiles(job)) continue
    const target = { id: job.id, changeKey: job.changeKey, files: job.request.files }
    const result = await writeFiles(context, target, job.files)
    if (result.kind === 'done') Object.assign(job, { wrote: true, changeKey: result.changeKey })
    else if (result.error.code === 'item.changed-meanwhile') job.outcome = { kind: 'changed-underneath' }
    else job.outcome = failureOf(result.error)
  }
  await sendWithFiles(context, open(jobs))
}

/** People get an update when it is whole: the changes were saved silently, and the item is sent now that its files are there. */
async function sendWithFiles(context: SideContext, jobs: readonly Job[]): Promise<void> {
  const modeOf = ({ job }: MasterWork) => sendModeOf(context, job, changesOf(context, job))
  const work = jobs.filter((job) => hasFiles(job) && modeOf({ job, changes: [] }) !== SEND_TO_NONE)
  await freshKeys(context, work)
  const ready = open(work)
  const touches = ready.map(({ desired }): EwsFieldChange[] => [extendedChange(UID_FIELD, desired.uid)])
  await updateMasters(context, ready, touches, modeOf)
}
