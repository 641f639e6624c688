/** Loaded before the connector (`node --import`): its database may not grow beyond DISK_PAGES pages, so SQLite says SQLITE_FULL as on a full disk. */
import { DatabaseSync } from 'node:sqlite'

const exec = DatabaseSync.prototype.exec

DatabaseSync.prototype.exec = function (this: DatabaseSync, text: string): void {
  exec.call(this, text)
  // A connection is set up by pragmas; the limit holds for the connection that sets it.
  if (text.startsWith('pragma')) exec.call(this, `pragma max_page_count = ${Number(process.env.DISK_PAGES)}`)
}
