/** Makes the state as it is when a killed process's lease has run out, its place at the service account with it, and the mailbox is due. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import type { World } from '../world.ts'

const HURRY = `update mailbox set lease_holder = null, lease_until_ms = null, next_run_at_ms = 0;
update service_account_slot set holder = null, mailbox_id = null, lease_until_ms = null`

export async function hurrySqlite(world: World): Promise<void> {
  const database = new DatabaseSync(join(world.directory, 'data', 'connector.db'))
  try {
    database.exec(HURRY)
  } finally {
    database.close()
  }
}

export async function hurryPostgres(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    await client.query(HURRY)
  } finally {
    await client.end()
  }
}
