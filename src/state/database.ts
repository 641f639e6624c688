/** What the queries stand on: one Kysely, the time of the database, and the places where its errors are mapped. Made by sqlite.ts or postgres.ts. */
import type { Kysely, RawBuilder, Transaction } from 'kysely'
import { ConnectorError } from '../ports/errors.ts'
import { stateError } from './errors.ts'
import type { StateSchema } from './schema.ts'

export type StateTransaction = Transaction<StateSchema>
/** A query runs alone or inside a transaction. */
export type Queries = Kysely<StateSchema>

export type StateDatabase = {
  readonly kind: 'sqlite' | 'postgres'
  /** For errors and logs: no password in it. */
  readonly label: string
  readonly db: Kysely<StateSchema>
  /** How long an operation waits for another writer before it is `state.locked`. */
  readonly lockWaitMs: number
  /** Milliseconds since the epoch: the server's clock on PostgreSQL, this machine's on SQLite. */
  readonly now: () => RawBuilder<number>
  /** This machine's clock. */
  readonly localNowMs: () => number
  /** Calls back when another process says that something became due; returns when the signal aborts. */
  listen(onWake: () => void, signal: AbortSignal): Promise<void>
  /** SQL text by name and number of rows, so that a multi-row statement is built once (upsert.ts). */
  readonly statements: Map<string, string>
  close(): Promise<void>
}

/** Reads. Waits for a locked SQLite file without blocking the thread; errors come out mapped. */
export async function read<T>(state: StateDatabase, work: (db: Queries) => Promise<T>): Promise<T> {
  return await settled(state, () => work(state.db))
}

/** One transaction: all or nothing. On SQLite it holds the write lock from its beginning (`begin immediate`). */
export async function write<T>(state: StateDatabase, work: (trx: StateTransaction) => Promise<T>): Promise<T> {
  return await settled(state, () => state.db.transaction().execute(work))
}

/** Maps errors. A locked SQLite database has done nothing of the work (only its beginning waits for a lock), so the whole is tried again. */
export async function settled<T>(
  state: Pick<StateDatabase, 'kind' | 'label' | 'lockWaitMs'>,
  work: () => Promise<T>,
): Promise<T> {
  const deadlineMs = performance.now() + state.lockWaitMs
  for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 50)) {
    try {
      return await work()
    } catch (error) {
      const mapped = stateError(error, state.label)
      const again = state.kind === 'sqlite' && mapped.code === 'state.locked' && performance.now() < deadlineMs
      if (!again) throw mapped
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }
}

/** For rows that must be there because the caller was given their id by this store. */
export function bug(what: string): ConnectorError {
  return new ConnectorError('bug', { where: 'state', reason: what })
}

export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
