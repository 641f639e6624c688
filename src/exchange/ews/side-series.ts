/** Fresh reads of series that are about to be written: what is truly there, whatever a cut-short write left behind. */

import { readEvent } from '../../mapping/ews/event.ts'
import type { Event } from '../../model/event.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Version } from '../../ports/side.ts'
import type { SideContext } from './side-context.ts'
import { fetchItems } from './side-get.ts'
import type { SeriesJob } from './side-occurrences.ts'
import type { WriteFailure } from './side-outcome.ts'
import { EXCEPTION_SHAPE, MASTER_SHAPE } from './side-shapes.ts'
import { versionOf } from './side-version.ts'

export type FreshJob =
  | { kind: 'job'; id: string; version: Version; job: SeriesJob }
  | { kind: 'failed'; id: string; failure: WriteFailure }

/** One per request, in order. */
export async function freshJobs(
  context: SideContext,
  wanted: readonly { id: string; desired: Event }[],
): Promise<FreshJob[]> {
  if (wanted.length === 0) return []
  const shapes = { master: MASTER_SHAPE, exception: EXCEPTION_SHAPE }
  const fetched = await fetchItems(
    context,
    wanted.map(({ id }) => id),
    shapes,
  )
  return wanted.map(({ id, desired }, index): FreshJob => {
    const item = fetched[index]
    if (item === undefined) throw new ConnectorError('bug', { where: 'freshJobs' })
    if (item.kind === 'gone') return { kind: 'failed', id, failure: { kind: 'gone' } }
    if (item.kind === 'failed') return { kind: 'failed', id, failure: { kind: 'refused', error: item.error } }
    const { document } = item
    try {
      const event = readEvent(document.master, document.exceptions, context.lens)
      const version = versionOf(document.master, document.exceptions)
      return { kind: 'job', id, version, job: { id, document, event, desired } }
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.code === 'bug') throw error
      return { kind: 'failed', id, failure: { kind: 'refused', error } }
    }
  })
}
