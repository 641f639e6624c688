/** Tests the pool of service accounts before or beside the syncs. Works without a database, too: then refusals are counted in this process only. */
import type { Config } from '../config/config.ts'
import { memoryAccountBook } from '../exchange/pool/memory-book.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { PoolReport, PoolTestOptions } from '../ports/pool-report.ts'
import type { User } from '../ports/service.ts'
import { keyedHash } from '../state/keyed-hash.ts'
import type { SqlStateStore } from '../state/store.ts'
import { type ClientTools, exchangeFleet } from './clients.ts'
import { memoryEndpointBook } from './known-endpoints.ts'

export type PoolTestTools = Omit<ClientTools, 'book' | 'endpoints' | 'markOf'> & {
  store: SqlStateStore
  users: () => Promise<readonly User[]>
}

/** Errors: `config.*`; what servers and accounts do wrong is in the report. */
export async function testPool(config: Config, tools: PoolTestTools, options: PoolTestOptions): Promise<PoolReport> {
  const pool = exchangeFleet(config, { ...tools, ...(await bookOf(tools.store)) })
  try {
    const given = options.mailboxes.length > 0
    const mailboxes = given ? options.mailboxes : await sample(tools, options.limit)
    return await pool.check({ ...options, mailboxes })
  } finally {
    await pool.close()
  }
}

async function sample({ users }: PoolTestTools, limit: number): Promise<string[]> {
  try {
    const all = await users()
    return all.flatMap(({ email, enabled }) => (enabled ? [email] : [])).slice(0, limit)
  } catch (error) {
    // Before the roll-out there may be no users yet: the accounts are tested all the same.
    if (error instanceof ConnectorError && error.code === 'config.file') return []
    throw error
  }
}

async function bookOf(store: SqlStateStore): Promise<Pick<ClientTools, 'book' | 'endpoints' | 'markOf'>> {
  try {
    await store.check()
    return { book: store.accounts, endpoints: store.endpoints, markOf: keyedHash(await store.fingerprintKey()) }
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'state.not-initialised') throw error
    // Never leaves this process, so any key will do.
    const markOf = keyedHash(new Uint8Array(32))
    return { book: memoryAccountBook(), endpoints: memoryEndpointBook(), markOf }
  }
}
