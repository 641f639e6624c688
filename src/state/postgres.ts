/** The shared database of several replicas: a pg pool behind Kysely's PostgresDialect. Imported only when it is configured, since pg takes its time to load. */
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import {
  CONNECT_TIMEOUT_MS,
  STATE_CONNECTION_IDLE_MS,
  STATE_CONNECTIONS_MAX,
  STATE_STATEMENT_TIMEOUT_MS,
} from '../limits.ts'
import type { Log } from '../ports/log.ts'
import type { StateDatabase } from './database.ts'
import { stateError } from './errors.ts'
import { listenForWakes } from './notify.ts'
import type { StateSchema } from './schema.ts'

/** int8. Our numbers are instants in ms, counters and fences: all far below 2^53. */
const INT8_OID = 20

type PostgresOptions = { label: string; lockWaitMs: number; log: Log | null; nowMs: () => number }

/** Does not connect yet: the first query does. */
export function openPostgres(url: string, options: PostgresOptions): StateDatabase {
  const pool = makePool(url, options)
  // Without listeners a connection that breaks (idle, or between two statements of a transaction) would end the process.
  const lost = (error: Error) =>
    options.log?.warn({ database: options.label, reason: error.message }, 'database connection lost')
  pool.on('error', lost)
  pool.on('connect', (client) => client.on('error', lost))
  const db = new Kysely<StateSchema>({ dialect: new PostgresDialect({ pool }) })
  return {
    kind: 'postgres',
    label: options.label,
    lockWaitMs: options.lockWaitMs,
    db,
    now: () => sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`,
    localNowMs: options.nowMs,
    listen: (onWake, signal) => listenForWakes(url, { onWake, signal, log: options.log }),
    statements: new Map(),
    async close() {
      await db.destroy()
      if (!pool.ended) await pool.end()
    },
  }
}

function makePool(url: string, { label, lockWaitMs }: PostgresOptions): pg.Pool {
  try {
    return new pg.Pool({
      connectionString: url,
      application_name: 'connector',
      max: STATE_CONNECTIONS_MAX,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idleTimeoutMillis: STATE_CONNECTION_IDLE_MS,
      statement_timeout: STATE_STATEMENT_TIMEOUT_MS,
      lock_timeout: lockWaitMs,
      // A replica that is paused inside a transaction must not hold its mailbox row for ever.
      idle_in_transaction_session_timeout: STATE_STATEMENT_TIMEOUT_MS,
      keepAlive: true,
      types: {
        getTypeParser: (oid: number, format?: 'text' | 'binary') => (oid === INT8_OID ? Number : builtin(oid, format)),
      },
    })
  } catch (error) {
    throw stateError(error, label)
  }
}

function builtin(oid: number, format: 'text' | 'binary' | undefined) {
  return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text')
}
