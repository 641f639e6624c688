/** The embedded database: `node:sqlite` behind Kysely's SqliteDialect. Opens in milliseconds, fsyncs every commit, may be shared by processes of one machine. */
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
  sql,
} from 'kysely'
import { STATE_BUSY_WAIT_MS } from '../limits.ts'
import { MEMORY_PATH } from './connection.ts'
import { type StateDatabase, settled, untilAborted } from './database.ts'
import type { StateSchema } from './schema.ts'

/** Prepared statements kept; the store has about a hundred different ones. */
const STATEMENTS_MAX = 300

type SqliteOptions = { label: string; lockWaitMs: number; nowMs: () => number }

/** Opens or creates the file (0600, its folder 0700). `nowMs` is the clock of leases. */
export async function openSqlite(path: string, options: SqliteOptions): Promise<StateDatabase> {
  const { label, lockWaitMs } = options
  // The change to WAL needs the file for itself for a moment, so two processes that create it at once wait for each other here.
  const database = await settled({ kind: 'sqlite', label, lockWaitMs }, async () => connect(path))
  const db = new Kysely<StateSchema>({ dialect: new ImmediateDialect(database) })
  return {
    kind: 'sqlite',
    label,
    lockWaitMs,
    db,
    now: () => sql<number>`${Math.round(options.nowMs())}`,
    localNowMs: options.nowMs,
    // Nothing tells one process of another's writes; whoever waits looks again after a while.
    listen: (_, signal) => untilAborted(signal),
    statements: new Map(),
    async close() {
      await db.destroy()
      if (database.isOpen) database.close()
    },
  }
}

function connect(path: string): DatabaseSync {
  let database: DatabaseSync | null = null
  try {
    if (path !== MEMORY_PATH) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      // Made here so that it is readable by its owner only; SQLite gives its -wal and -shm files the same mode.
      closeSync(openSync(path, 'a', 0o600))
    }
    database = new DatabaseSync(path, { timeout: STATE_BUSY_WAIT_MS, enableForeignKeyConstraints: true })
    database.exec('pragma journal_mode = wal; pragma synchronous = full')
    return database
  } catch (error) {
    database?.close()
    throw error
  }
}

/** `begin immediate`: two writers wait for each other at the beginning, never fail in the middle (sqlite.org/lang_transaction.html). */
class ImmediateDriver extends SqliteDriver {
  readonly #database: DatabaseSync

  constructor(config: SqliteDialectConfig, database: DatabaseSync) {
    super(config)
    this.#database = database
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  /** A full disk makes SQLite roll back by itself; a second rollback would hide the first error. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.isTransaction) await super.rollbackTransaction(connection)
  }
}

class ImmediateDialect extends SqliteDialect {
  readonly #database: DatabaseSync
  readonly #config: SqliteDialectConfig

  constructor(database: DatabaseSync) {
    const statements = new Map<string, SqliteStatement>()
    const config = {
      database: { close: () => database.close(), prepare: (text: string) => prepare(database, statements, text) },
    }
    super(config)
    this.#database = database
    this.#config = config
  }

  override createDriver(): ImmediateDriver {
    return new ImmediateDriver(this.#config, this.#database)
  }
}

function prepare(database: DatabaseSync, statements: Map<string, SqliteStatement>, text: string): SqliteStatement {
  const known = statements.get(text)
  if (known !== undefined) return known
  const statement = shim(database.prepare(text))
  if (statements.size >= STATEMENTS_MAX) statements.clear()
  statements.set(text, statement)
  return statement
}

function shim(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...parameters.map(bindable)),
    run: (parameters) => statement.run(...parameters.map(bindable)),
    iterate: (parameters) => statement.iterate(...parameters.map(bindable)),
  }
}

/** Everything that the queries bind is one of these; anything else is a defect of the store. */
function bindable(value: unknown): SQLInputValue {
  if (value === null || typeof value === 'string' || typeof value === 'number' || value instanceof Uint8Array)
    return value
  throw new TypeError(`cannot bind ${typeof value}`)
}
