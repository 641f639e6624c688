/** What the connector itself made on Nextcloud is remembered apart from the base, which is forgotten more easily (docs/decisions/0018). */
import type { ItemId, SideName } from '../ports/side.ts'
import type { StateChange } from '../ports/state-store.ts'
import type { PassContext } from './context.ts'

/** Only for Nextcloud: there a user who leaves may want it taken away (leave.ts). */
export function noteMade(context: PassContext, side: SideName, itemId: ItemId): StateChange[] {
  return side === 'nextcloud' ? [{ kind: 'note-made', pairId: context.pair.id, side, itemId }] : []
}
