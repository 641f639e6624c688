/** Turns what SQLite, pg and the file system throw into the connector's own errors. The codes are those of sqlite.org/rescode.html and of PostgreSQL's appendix A. */
import { ConnectorError, type ErrorCode } from '../ports/errors.ts'

/** Gives `error` back as a ConnectorError; `label` names the database without its password. */
export function stateError(error: unknown, label: string): ConnectorError {
  if (error instanceof ConnectorError) return error
  const { code, errcode, message, constraint } = parts(error)
  const state = errcode === undefined ? postgresCode(code, message) : sqliteCode(errcode)
  if (state === null) return new ConnectorError('bug', { where: 'state', database: label, reason: message }, error)
  const reason = constraint === undefined ? message : `${message} (${constraint})`
  return new ConnectorError(state, { database: label, reason }, error)
}

/** Only these fields of a foreign error are looked at; `detail` of PostgreSQL quotes row values and is left out. */
function parts(error: unknown) {
  const fields: Record<string, unknown> = typeof error === 'object' && error !== null ? { ...error } : {}
  return {
    code: typeof fields.code === 'string' ? fields.code : '',
    errcode: typeof fields.errcode === 'number' ? fields.errcode : undefined,
    constraint: typeof fields.constraint === 'string' ? fields.constraint : undefined,
    message: error instanceof Error ? error.message : String(error),
  }
}

/** The low byte is the primary result code. */
function sqliteCode(errcode: number): ErrorCode | null {
  switch (errcode & 0xff) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return 'state.locked'
    case 13: // SQLITE_FULL
      return 'state.disk-full'
    case 11: // SQLITE_CORRUPT
    case 19: // SQLITE_CONSTRAINT
    case 26: // SQLITE_NOTADB
      return 'state.corrupt'
    case 3: // SQLITE_PERM
    case 8: // SQLITE_READONLY
    case 10: // SQLITE_IOERR
    case 14: // SQLITE_CANTOPEN
    case 23: // SQLITE_AUTH
      return 'state.unreachable'
    default:
      return null
  }
}

const POSTGRES_CODES: readonly (readonly [prefix: string, code: ErrorCode])[] = [
  ['55P03', 'state.locked'], // lock_not_available
  ['57014', 'state.locked'], // query_canceled, by our statement timeout
  ['40', 'state.locked'], // serialization failure, deadlock
  ['53100', 'state.disk-full'],
  ['23', 'state.corrupt'], // a constraint
  ['XX001', 'state.corrupt'],
  ['XX002', 'state.corrupt'],
  ['08', 'state.unreachable'], // connection
  ['25006', 'state.unreachable'], // a read-only replica
  ['25P03', 'state.unreachable'], // idle_in_transaction_session_timeout
  ['28', 'state.unreachable'], // password or pg_hba
  ['3D000', 'state.unreachable'], // no such database
  ['42501', 'state.unreachable'], // insufficient privilege
  ['53', 'state.unreachable'], // too many connections, out of memory
  ['57P', 'state.unreachable'], // shutdown, starting up
  ['58', 'state.unreachable'], // the server's own input and output
  ['ENOSPC', 'state.disk-full'],
  ['EDQUOT', 'state.disk-full'],
]

const NETWORK_OR_FILE = /^(E[A-Z]{3,}|ERR_TLS_.*|DEPTH_ZERO_.*|SELF_SIGNED_.*|UNABLE_TO_.*|CERT_.*)$/
/** pg gives these without a code. */
const PG_CONNECTION =
  /connection (terminated|timeout)|timeout (exceeded|expired)|^SASL|does not support SSL|not queryable/i

function postgresCode(code: string, message: string): ErrorCode | null {
  for (const [prefix, state] of POSTGRES_CODES) if (code.startsWith(prefix)) return state
  if (NETWORK_OR_FILE.test(code) && !code.startsWith('ERR_INVALID')) return 'state.unreachable'
  return PG_CONNECTION.test(message) ? 'state.unreachable' : null
}
