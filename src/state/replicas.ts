/** Which replicas are alive: each says so from time to time, by the database's clock. One that says nothing for long is gone. */
import { sql } from 'kysely'
import { type StateDatabase, write } from './database.ts'
import { storable } from './text.ts'

/** Gives all that are alive, this one included, sorted. */
export async function presentReplica(state: StateDatabase, replica: string, ttlMs: number): Promise<string[]> {
  return await write(state, async (trx) => {
    const present_until_ms = sql<number>`${state.now()} + ${Math.round(ttlMs)}`
    await trx
      .insertInto('replica')
      .values({ name: storable(replica), present_until_ms })
      .onConflict((oc) => oc.column('name').doUpdateSet({ present_until_ms }))
      .execute()
    await trx.deleteFrom('replica').where('present_until_ms', '<=', state.now()).execute()
    const rows = await trx.selectFrom('replica').select('name').orderBy('name').execute()
    return rows.map(({ name }) => name)
  })
}

export async function absentReplica(state: StateDatabase, replica: string): Promise<void> {
  await write(state, async (trx) => {
    await trx.deleteFrom('replica').where('name', '=', storable(replica)).execute()
  })
}
