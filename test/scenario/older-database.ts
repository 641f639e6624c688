/** Turns a SQLite database into what the version before this one would have left: without the last change of the schema, with all rows that fit. */
import { renameSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { MIGRATIONS, SQLITE_TYPES } from '../../src/state/migrations.ts'

export function makeOlder(path: string): void {
  const older = `${path}.older`
  const database = new DatabaseSync(older, { enableForeignKeyConstraints: false })
  database.exec('create table schema_version (version integer primary key, applied_at_ms integer not null)')
  for (const { version, statements } of MIGRATIONS.slice(0, -1)) {
    for (const statement of statements(SQLITE_TYPES)) database.exec(statement)
    database.prepare('insert into schema_version values (?, 0)').run(version)
  }
  database.exec(`attach '${path}' as newer`)
  for (const table of namesIn(
    database,
    "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'",
  )) {
    if (table === 'schema_version') continue
    const columns = namesIn(database, `select name from pragma_table_info('${table}')`).join(', ')
    database.exec(`insert into main.${table} (${columns}) select ${columns} from newer.${table}`)
  }
  database.close()
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
  renameSync(older, path)
}

function namesIn(database: DatabaseSync, query: string): string[] {
  return database
    .prepare(query)
    .all()
    .map(({ name }) => String(name))
}
