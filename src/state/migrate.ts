/** Brings the schema to the newest version and tells whether it is. Safe when several processes do it at once. */
import { sql } from 'kysely'
import { ConnectorError } from '../ports/errors.ts'
import { type Queries, read, type StateDatabase, write } from './database.ts'
import { MIGRATIONS, POSTGRES_TYPES, SQLITE_TYPES } from './migrations.ts'

/** Any constant: "nc-exc-s" in ASCII without its first byte. It only has to be the same for every replica. */
const ADVISORY_LOCK = sql.lit('27961487393549683')

/** Applies what is missing in one transaction. Throws `state.newer-schema`. */
export async function migrate(state: StateDatabase): Promise<{ from: number; to: number }> {
  const types = state.kind === 'sqlite' ? SQLITE_TYPES : POSTGRES_TYPES
  return await write(state, async (trx) => {
    if (state.kind === 'postgres') await sql`select pg_advisory_xact_lock(${ADVISORY_LOCK}::bigint)`.execute(trx)
    const from = await schemaVersion(state, trx)
    const to = newest()
    if (from > to) throw newerSchema(state, from)
    if (from === to) return { from, to }
    await sql`create table if not exists schema_version (version ${sql.raw(types.int)} primary key, applied_at_ms ${sql.raw(types.int)} not null)`.execute(
      trx,
    )
    for (const { version, statements } of MIGRATIONS) {
      if (version <= from) continue
      for (const statement of statements(types)) await sql.raw(statement).execute(trx)
      await trx.insertInto('schema_version').values({ version, applied_at_ms: state.now() }).execute()
    }
    return { from, to }
  })
}

/** Throws `state.not-initialised` (also when migrations are missing) or `state.newer-schema`. */
export async function checkSchema(state: StateDatabase): Promise<void> {
  const version = await read(state, (db) => schemaVersion(state, db))
  if (version > newest()) throw newerSchema(state, version)
  if (version < newest()) {
    throw new ConnectorError('state.not-initialised', { database: state.label, version, needs: newest() })
  }
}

/** 0 when nothing was ever migrated. */
async function schemaVersion(state: StateDatabase, db: Queries): Promise<number> {
  const found =
    state.kind === 'sqlite'
      ? await sql<{
          present: number
        }>`select count(*) as present from sqlite_master where name = 'schema_version'`.execute(db)
      : await sql<{
          present: number
        }>`select count(*) as present from (select to_regclass('schema_version') as r) t where r is not null`.execute(
          db,
        )
  if (found.rows[0]?.present !== 1) return 0
  const row = await db
    .selectFrom('schema_version')
    .select(({ fn }) => fn.max('version').as('version'))
    .executeTakeFirst()
  return row?.version ?? 0
}

function newest(): number {
  return Math.max(...MIGRATIONS.map(({ version }) => version))
}

function newerSchema(state: StateDatabase, version: number): ConnectorError {
  return new ConnectorError('state.newer-schema', { database: state.label, version, knows: newest() })
}
