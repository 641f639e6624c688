/** One item on its way through an update: what is there, what shall be there, and what became of it. */
import type { EwsFieldChange } from '../../mapping/ews/change.ts'
import type { FileChanges } from '../../mapping/ews/files.ts'
import { masterChanges } from '../../mapping/ews/write.ts'
import type { XmlElement } from '../../mapping/ews/xml.ts'
import type { Event } from '../../model/event.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { UpdateOutcome, UpdateRequest } from '../../ports/side.ts'
import { markChanges } from './masked.ts'
import type { SideContext } from './side-context.ts'

/** One item on its way. `event` is what is truly there, `changeKey` the newest that we know of, null when it is not ours to know. */
export type Job = {
  request: UpdateRequest
  id: string
  event: Event
  desired: Event
  master: XmlElement
  changeKey: string | null
  series: boolean
  wrote: boolean
  marked: boolean
  files: FileChanges
  outcome: UpdateOutcome | null
}

export function bug(): never {
  throw new ConnectorError('bug', { where: 'updateItems' })
}

export function open(jobs: readonly Job[]): Job[] {
  return jobs.filter((job) => job.outcome === null)
}

export function changesOf(context: SideContext, { event, desired, master, request }: Job): EwsFieldChange[] {
  const changes = masterChanges(event, desired, { context: context.lens, native: master })
  return [...changes, ...markChanges(request.mark)]
}

/** Master and occurrences are written by several requests: a stop in between must read as not begun. */
export function needsMark({ event, desired, series }: Job): boolean {
  return series && [event, desired].some(({ occurrences }) => Object.keys(occurrences).length > 0)
}
