/**
 * Whether items are still at the versions that a write was decided on (I11), asked in the request just before. Exchange itself guards
 * updates only, and another server guards nothing (quirks EWS-DELETE-WINDOW, EWS-UPDATE-UNGUARDED).
 */
import { ConnectorError } from '../../ports/errors.ts'
import type { ItemId, Version } from '../../ports/side.ts'
import type { SideContext } from './side-context.ts'
import { fetchItems } from './side-get.ts'
import type { WriteFailure } from './side-outcome.ts'
import { EXCEPTION_VERSION_SHAPE, VERSION_SHAPE } from './side-shapes.ts'
import { fetchSingleVersions } from './side-single-read.ts'
import { versionOf } from './side-version.ts'

const VERSIONS = { master: VERSION_SHAPE, exception: EXCEPTION_VERSION_SHAPE }

/** Per item, in order: null when it may be written. */
export async function whyNotWritable(
  context: SideContext,
  wanted: readonly { id: string; expect: Version }[],
): Promise<(WriteFailure | null)[]> {
  if (wanted.length === 0) return []
  const ids = wanted.map(({ id }) => id as ItemId)
  const fetched =
    context.kind === 'calendar' ? await fetchItems(context, ids, VERSIONS) : await fetchSingleVersions(context, ids)
  return wanted.map(({ expect }, index): WriteFailure | null => {
    const item = fetched[index]
    if (item === undefined) throw new ConnectorError('bug', { where: 'whyNotWritable' })
    if (item.kind === 'gone') return { kind: 'gone' }
    if (item.kind === 'failed') return { kind: 'refused', error: item.error }
    const { master, exceptions } = item.document
    return versionOf(master, exceptions) === expect ? null : { kind: 'changed-underneath' }
  })
}
