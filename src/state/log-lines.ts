/** The log in the database: bounded, oldest lines first out. */
import type { LogLine } from '../ports/shared-work.ts'
import { type StateDatabase, write } from './database.ts'

export async function writeLog(
  state: StateDatabase,
  replica: string,
  { lines, linesMax }: { lines: readonly LogLine[]; linesMax: number },
): Promise<void> {
  if (lines.length === 0) return
  await write(state, async (trx) => {
    const rows = lines.map(({ atMs, level, line }) => ({ at_ms: Math.round(atMs), level, replica, line }))
    await trx.insertInto('log_line').values(rows).execute()
    const newest = await trx
      .selectFrom('log_line')
      .select(({ fn }) => fn.max('id').as('id'))
      .executeTakeFirst()
    await trx
      .deleteFrom('log_line')
      .where('id', '<=', (newest?.id ?? 0) - linesMax)
      .execute()
  })
}
