/** Runs the contract of the state store on every kind of database that this machine has. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, test } from 'vitest'
import { startPostgres } from '../postgres.ts'
import { stateStoreSuite } from './state-store-suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'connector-state-'))
const postgres = await startPostgres()

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  if (postgres.kind === 'running') await postgres.stop()
})

stateStoreSuite({
  name: 'a SQLite file',
  shared: true,
  newDatabase: async () => `sqlite:${join(folder, randomUUID(), 'connector.db')}`,
})
stateStoreSuite({ name: 'SQLite in memory', shared: false, newDatabase: async () => 'sqlite::memory:' })

if (postgres.kind === 'running') {
  stateStoreSuite({ name: 'PostgreSQL', shared: true, newDatabase: () => postgres.createDatabase() })
} else {
  test.skip(`state store on PostgreSQL: ${postgres.reason}`, () => {})
}
