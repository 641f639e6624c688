/**
 * Removing items into Deleted Items. DeleteItem has no precondition in EWS: the version is read in the request
 * just before, which leaves a window of one round trip (quirk EWS-DELETE-WINDOW); what is lost in it lies in Deleted Items.
 */
import { ConnectorError } from '../../ports/errors.ts'
import type { Mail, RemoveOutcome, RemoveRequest } from '../../ports/side.ts'
import { deleteItem } from './operations/delete-item.ts'
import { bySendMode, SEND_TO_NONE } from './send-mode.ts'
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
  const ready = batch
    .map(({ id, mail }, index) => ({ id, mail, index }))
    .filter(({ index }) => outcomes[index] === null)
  const sizeMax = context.limits.writeBatchMax
  // The engine asks for mail only where the mailbox is the organizer: an attendee's copy never causes any (INV-5).
  const modeOf = ({ mail }: { mail?: Mail | undefined }) =>
    mail === 'people' ? ('SendToAllAndSaveCopy' as const) : SEND_TO_NONE
  const results = await bySendMode(ready, modeOf, (group, send, isFirst) =>
    writeBatches(group, { sizeMax, mayThrow: mayThrow && isFirst }, (part) =>
      call(context, deleteItem, { ids: part.map(({ id }) => ({ kind: 'item' as const, id })), send }),
    ),
  )
  for (const [position, { index }] of ready.entries()) {
    const result = results[position]
    if (result) outcomes[index] = result.kind === 'ok' ? { kind: 'removed' } : failureOf(result.error)
  }
  return outcomes.map((outcome) => outcome ?? { kind: 'changed-underneath' })
}
