/** Whose token an item carries, and the way to find it on a server that does not search as it is asked (quirk EWS-FIND-UNFILTERED). */
import { extendedValue, TOKEN_FIELD, tokenValue } from '../../mapping/ews/unfinished.ts'
import type { ListEntry, Token } from '../../ports/side.ts'
import { getItem } from './operations/get-item.ts'
import type { ItemRef } from './refs.ts'
import type { ItemShape } from './shapes.ts'
import { call, readBatches, type SideContext } from './side-context.ts'
import { isNotFound } from './side-get.ts'

export type Found = { id: string; state: 'whole' | 'unfinished' }

export const TOKEN_SHAPE: ItemShape = { base: 'IdOnly', properties: [TOKEN_FIELD] }

/** Null for any other item than the one that carries the token: what is found becomes the counterpart of ours and is written to. */
export function holderOf({ id, element }: ItemRef, token: Token): Found | null {
  const value = extendedValue(element, TOKEN_FIELD)
  if (value === tokenValue(token, 'whole')) return { id, state: 'whole' }
  return value === tokenValue(token, 'unfinished') ? { id, state: 'unfinished' } : null
}

/** Asks every item of the folder for its own token. Null only when each of them answered. */
export async function scanForToken(
  context: SideContext,
  token: Token,
  listing: AsyncIterable<readonly ListEntry[]>,
): Promise<Found | null> {
  for await (const entries of listing) {
    const results = await readBatches(entries, context.limits.getBatchMax, (batch) =>
      call(context, getItem, { shape: TOKEN_SHAPE, ids: batch.map(({ id }) => ({ kind: 'item' as const, id })) }),
    )
    for (const result of results) {
      const match = result.kind === 'ok' ? holderOf(result.value, token) : null
      if (match) return match
    }
    const unknown = results.find((result) => result.kind === 'failed' && !isNotFound(result.error))
    if (unknown?.kind === 'failed') throw unknown.error
  }
  return null
}
