/** The contract of a StateStore. Every kind of database runs it; a database starts with nothing in it. */
import { afterEach, beforeEach, describe } from 'vitest'
import type { StateStoreOptions } from '../../src/state/open.ts'
import { openStateStore } from '../../src/state/open.ts'
import type { SqlStateStore } from '../../src/state/store.ts'
import { ARCHIVE_KEY } from './state-store-builders.ts'
import { accountSuite } from './state-store-suite-accounts.ts'
import { evidenceSuite } from './state-store-suite-evidence.ts'
import { itemsSuite } from './state-store-suite-items.ts'
import { leaseSuite } from './state-store-suite-leases.ts'
import { schemaSuite } from './state-store-suite-schema.ts'
import { sharingSuite } from './state-store-suite-sharing.ts'

export type StoreKind = {
  name: string
  /** Several stores may be open on one database. */
  shared: boolean
  /** A connection string of a database that is new. */
  newDatabase(): Promise<string>
}

export type StoreFixture = {
  kind: StoreKind
  /** A migrated store, the same one during a test. */
  store(): SqlStateStore
  /** One more store on the same database. */
  another(options?: Partial<StateStoreOptions>): Promise<SqlStateStore>
  /** A store on another, new database that was not migrated. */
  fresh(options?: Partial<StateStoreOptions>): Promise<SqlStateStore>
}

export function stateStoreSuite(kind: StoreKind): void {
  describe(`state store on ${kind.name}`, () => {
    const open: SqlStateStore[] = []
    let connectionString = ''
    const openOn = async (options: Partial<StateStoreOptions>) => {
      const store = await openStateStore({ connectionString, archiveKey: ARCHIVE_KEY, ...options })
      open.push(store)
      return store
    }
    const fixture: StoreFixture = {
      kind,
      store() {
        const [first] = open
        if (first === undefined) throw new Error('no store is open')
        return first
      },
      another: (options = {}) => openOn(options),
      fresh: async (options = {}) => openOn({ connectionString: await kind.newDatabase(), ...options }),
    }
    beforeEach(async () => {
      connectionString = await kind.newDatabase()
      await (await openOn({})).migrate()
    })
    afterEach(async () => {
      for (const store of open.splice(0)) await store.close()
    })
    schemaSuite(fixture)
    leaseSuite(fixture)
    sharingSuite(fixture)
    itemsSuite(fixture)
    evidenceSuite(fixture)
    accountSuite(fixture)
  })
}
