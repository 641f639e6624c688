/**
 * Removing items into Deleted Items, mailing nobody. DeleteItem has no precondition in EWS: the version is read in the request
 * just before, which leaves a window of one round trip (quirk EWS-DELETE-WINDOW); what is lost in it lies in Deleted Items.
 */
import { ConnectorError } from '../../ports/errors.ts'
import type { RemoveOutcome, RemoveRequest } from '../../ports/side.ts'
import { deleteItem } from './operations/delete-item.ts'
import { SEND_TO_NONE } from './send-mode.ts'
import { batches, call, type SideContext, writeBatches } from './side-context.ts'
import { failureOf } from './side-outcome.ts'
import { whyNotWritable } from './side-precondition.ts'

/** One outcome per request, in order. Each batch is checked just before it is removed. */
export async function removeItems(context: SideContext, requests: readonly RemoveRequest[]): Promise<RemoveOutcome[]> {
  const outcomes: RemoveOutcome[] = []
  for (const batch of batches(requests, context.limits.writeBatchMax)) {
    try {
      outcomes.push(...(await removeBatch(context, batch, outcomes.length === 0)))
    } catch (error) {
      if (!(error instanceof ConnectorError) || outcomes.length === 0) throw error
      // The earlier batches are done and must be told; these were not begun.
      outcomes.push(...batch.map((): RemoveOutcome => ({ kind: 'refused', error })))
    }
  }
  return outcomes
}

async function removeBatch(
  context: SideContext,
  batch: readonly RemoveRequest[],
  mayThrow: boolean,
): Promise<RemoveOutcome[]> {
  const outcomes: (RemoveOutcome | null)[] = await whyNotWritable(context, batch)
  const ready = batch.map(({ id }, index) => ({ id, index })).filter(({ index }) => outcomes[index] === null)
  const results = await writeBatches(ready, { sizeMax: context.limits.writeBatchMax, mayThrow }, (part) =>
    call(context, deleteItem, { ids: part.map(({ id }) => ({ kind: 'item' as const, id })), send: SEND_TO_NONE }),
  )
  for (const [position, { index }] of ready.entries()) {
    const result = results[position]
    if (result) outcomes[index] = result.kind === 'ok' ? { kind: 'removed' } : failureOf(result.error)
  }
  return outcomes.map((outcome) => outcome ?? { kind: 'changed-underneath' })
}
