/** Reads a connection string. The label is what errors and logs may show: it never holds a password. */
import { ConnectorError } from '../ports/errors.ts'

export type StateConnection =
  | { kind: 'sqlite'; path: string; label: string }
  | { kind: 'postgres'; url: string; label: string }

export const MEMORY_PATH = ':memory:'

/** `sqlite:PATH`, `sqlite::memory:`, `postgres://...` or `postgresql://...`; else `config.invalid`. */
export function parseConnectionString(connectionString: string): StateConnection {
  if (connectionString.startsWith('sqlite:')) {
    const path = connectionString.slice('sqlite:'.length)
    if (path === '') throw invalid('the path of the SQLite file is missing')
    return { kind: 'sqlite', path, label: connectionString }
  }
  if (/^postgres(ql)?:\/\//.test(connectionString)) {
    return { kind: 'postgres', url: connectionString, label: postgresLabel(connectionString) }
  }
  throw invalid('it must begin with sqlite: or postgres://')
}

/** Host, port and database only. The error of `new URL` quotes its input, so it is not passed on. */
function postgresLabel(connectionString: string): string {
  const url = URL.parse(connectionString)
  if (url === null)
    throw invalid('the PostgreSQL address is not a URL (are special characters of the password percent-encoded?)')
  const host = url.host === '' ? (url.searchParams.get('host') ?? 'localhost') : url.host
  return `postgres://${host}${url.pathname}`
}

function invalid(problem: string): ConnectorError {
  return new ConnectorError('config.invalid', { key: 'Service__DatabaseConfiguration__ConnectionString', problem })
}
