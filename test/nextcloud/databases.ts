/** The databases that a real Nextcloud is measured with. Each is made when a test begins and ends with it. */
import { startPostgres } from '../postgres.ts'
import type { NextcloudServerOptions } from './server.ts'

export type Database = {
  name: string
  make(): Promise<NextcloudServerOptions['database'] | { skip: string }>
  end(): Promise<void>
}

export const sqlite: Database = { name: 'SQLite', make: async () => 'sqlite', end: async () => {} }

export function onPostgres(): Database {
  let stop = async () => {}
  return {
    name: 'PostgreSQL',
    make: async () => {
      const postgres = await startPostgres()
      if (postgres.kind === 'skip') return { skip: postgres.reason }
      stop = postgres.stop
      return (await postgres.createDatabase()) as `postgres://${string}`
    },
    end: () => stop(),
  }
}
