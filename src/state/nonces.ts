/** Nonces of accepted webhooks: seen once by any replica, refused by all. */
import { sql } from 'kysely'
import { type StateDatabase, write } from './database.ts'

/** False when it was known. Those that ran out go at the same time, so the table stays as small as the traffic. */
export async function rememberNonce(state: StateDatabase, nonce: string, ttlMs: number): Promise<boolean> {
  return await write(state, async (trx) => {
    await trx.deleteFrom('webhook_nonce').where('expires_at_ms', '<=', state.now()).execute()
    const expires = sql<number>`${state.now()} + ${Math.round(ttlMs)}`
    const added = await trx
      .insertInto('webhook_nonce')
      .values({ nonce, expires_at_ms: expires })
      .onConflict((oc) => oc.column('nonce').doNothing())
      .executeTakeFirst()
    return Number(added.numInsertedOrUpdatedRows ?? 0) === 1
  })
}
