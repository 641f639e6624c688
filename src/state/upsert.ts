/** Multi-row inserts and upserts. The SQL text is built once per table and number of rows; after that only values are bound. */
import { CompiledQuery, sql } from 'kysely'
import { STATE_BATCH_ROWS_MAX } from '../limits.ts'
import type { StateDatabase, StateTransaction } from './database.ts'

export type UpsertTarget<Row> = {
  table: string
  /** Every column of a row, in the order in which they are bound. */
  columns: readonly (keyof Row & string)[]
  /** The unique key; empty for a plain insert. */
  key: readonly (keyof Row & string)[]
  /** What a second put of the same key changes; empty: nothing. */
  updates: readonly (keyof Row & string)[]
}

/** The rows of one call have different keys: PostgreSQL refuses to change a row twice in one statement. */
export async function upsert<Row>(
  state: StateDatabase,
  trx: StateTransaction,
  options: { target: UpsertTarget<Row>; rows: readonly Row[] },
): Promise<void> {
  const { target, rows } = options
  for (let at = 0; at < rows.length; ) {
    const size = chunkSize(rows.length - at)
    const parameters = rows.slice(at, at + size).flatMap((row) => target.columns.map((column) => row[column]))
    await trx.executeQuery(CompiledQuery.raw(statementText(state, target, size), parameters))
    at += size
  }
}

/** Powers of four: few different statements, so that SQLite has each of them prepared. 100 rows are 64 + 16 + 16 + 4. */
function chunkSize(rest: number): number {
  let size = 1
  while (size * 4 <= Math.min(rest, STATE_BATCH_ROWS_MAX)) size *= 4
  return size
}

function statementText<Row>(state: StateDatabase, target: UpsertTarget<Row>, rows: number): string {
  const name = `upsert ${target.table} ${rows}`
  const known = state.statements.get(name)
  if (known !== undefined) return known
  const text = build(target, rows).compile(state.db).sql
  state.statements.set(name, text)
  return text
}

function build<Row>({ table, columns, key, updates }: UpsertTarget<Row>, rows: number) {
  const refs = (names: readonly string[]) => sql.join(names.map((name) => sql.ref(name)))
  const tuple = sql`(${sql.join(columns.map(() => sql.val(null)))})`
  const insert = sql`insert into ${sql.table(table)} (${refs(columns)}) values ${sql.join(Array.from({ length: rows }, () => tuple))}`
  if (key.length === 0) return insert
  if (updates.length === 0) return sql`${insert} on conflict (${refs(key)}) do nothing`
  const sets = sql.join(updates.map((name) => sql`${sql.ref(name)} = ${sql.ref(`excluded.${name}`)}`))
  return sql`${insert} on conflict (${refs(key)}) do update set ${sets}`
}
