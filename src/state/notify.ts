/** Wakes: marking mailboxes as due before their time, and hearing that another replica did (LISTEN/NOTIFY; PostgreSQL only). */
import { sql } from 'kysely'
import pg from 'pg'
import { CONNECT_TIMEOUT_MS, STATE_LISTEN_RETRY_MS } from '../limits.ts'
import type { Log } from '../ports/log.ts'
import { type StateDatabase, untilAborted, write } from './database.ts'
import { inLists } from './in-lists.ts'
import { mailboxKey } from './rows.ts'

const CHANNEL = 'connector_due'

/** A mailbox whose passes fail keeps its back-off: a push says nothing about the cause. */
export async function markDue(state: StateDatabase, emails: readonly string[]): Promise<number> {
  if (emails.length === 0) return 0
  return await write(state, async (trx) => {
    let marked = 0
    for (const list of inLists(emails.map(mailboxKey))) {
      const result = await trx
        .updateTable('mailbox')
        .set({
          marked_at_ms: state.now(),
          next_run_at_ms: sql<number>`case when next_run_at_ms > ${state.now()} then ${state.now()} else next_run_at_ms end`,
        })
        .where('email', 'in', list)
        .where('status', '=', 'active')
        .where('attempts', '=', 0)
        .executeTakeFirst()
      marked += Number(result.numUpdatedRows)
    }
    if (state.kind === 'postgres' && marked > 0) await sql`select pg_notify(${CHANNEL}, '')`.execute(trx)
    return marked
  })
}

type Listening = { onWake: () => void; signal: AbortSignal; log: Log | null }

/** One connection of its own, opened again when it breaks; what was missed meanwhile is found by polling, and by one wake at each opening. */
export async function listenForWakes(url: string, { onWake, signal, log }: Listening): Promise<void> {
  while (!signal.aborted) {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'connector-listen',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    })
    try {
      const broken = new Promise<Error>((resolve) => {
        client.on('error', resolve)
        client.on('end', () => resolve(new Error('connection closed')))
      })
      await client.connect()
      client.on('notification', onWake)
      await client.query(`listen ${CHANNEL}`)
      onWake()
      const reason = await Promise.race([broken, untilAborted(signal)])
      if (reason instanceof Error) throw reason
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      log?.warn({ reason }, 'wakes of other replicas are not heard for now')
      await pause(STATE_LISTEN_RETRY_MS, signal)
    } finally {
      await client.end().catch(() => {}) // it may be broken already
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const elapsed = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))
  await Promise.race([elapsed, untilAborted(signal)])
  clearTimeout(timer)
}
