/** The log in the database: bounded, oldest lines first out. */
import type { KeptLine, LogLine, LogWindow } from '../ports/shared-work.ts'
import { read, type StateDatabase, write } from './database.ts'
import { wholeMs } from './text.ts'

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

export async function readLog(state: StateDatabase, window: LogWindow): Promise<KeptLine[]> {
  const { levels, sinceMs, beforeId, afterId, limit } = window
  const rows = await read(state, (db) => {
    let query = db.selectFrom('log_line').selectAll().where('level', 'in', levels).orderBy('id', 'desc').limit(limit)
    if (sinceMs !== undefined) query = query.where('at_ms', '>=', wholeMs(sinceMs))
    if (beforeId !== undefined) query = query.where('id', '<', beforeId)
    if (afterId !== undefined) query = query.where('id', '>', afterId)
    return query.execute()
  })
  return rows.map(({ id, at_ms: atMs, level, replica, line }) => ({ id, atMs, level, replica, line }))
}
