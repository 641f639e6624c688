/** What only other servers would put into the tables of one: written there by hand, on SQLite. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { RealAppServer } from './app-server.ts'

function withTables<T>({ server }: RealAppServer, work: (database: DatabaseSync) => T): T {
  const data = join(server.directory, 'data')
  const file = readdirSync(data).find((name) => name.endsWith('.db'))
  if (file === undefined) throw new Error('no SQLite database')
  const database = new DatabaseSync(join(data, file), { timeout: 10_000 })
  try {
    return work(database)
  } finally {
    database.close()
  }
}

export const tables = {
  /** A calendar that somebody on another server shares with Alice, for reading and writing. False before Nextcloud 32. */
  federate: (server: RealAppServer, uri: string): boolean =>
    withTables(server, (database) => {
      const isThere = database.prepare("select 1 from sqlite_master where name = 'oc_calendars_federated'").get()
      if (isThere === undefined) return false
      database
        .prepare(
          `insert into oc_calendars_federated (display_name, uri, principaluri, remote_Url, token, shared_by, shared_by_display_name, components, permissions)
           values ('Theirs', ?, 'principals/users/alice', 'http://127.0.0.1:9/', 'x', 'zoe@other.test', 'Zoe', 'VEVENT', 31)`,
        )
        .run(uri)
      return true
    }),
  /** A calendar on the web that Alice follows. */
  subscribe: (server: RealAppServer, uri: string): void =>
    withTables(server, (database) => {
      database
        .prepare(
          `insert into oc_calendarsubscriptions (uri, principaluri, displayname, source, calendarorder, striptodos, stripalarms, stripattachments)
           values (?, 'principals/users/alice', 'Feed', 'http://127.0.0.1:9/', 0, 0, 0, 0)`,
        )
        .run(uri)
    }),
}
