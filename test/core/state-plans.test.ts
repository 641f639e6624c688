/** The cost of an idle pass, by what SQLite says it will do rather than by a stop-watch: no statement may walk through the items. */
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { MIGRATIONS, SQLITE_TYPES } from '../../src/state/migrations.ts'
import { openStateStore } from '../../src/state/open.ts'
import { ARCHIVE_KEY, itemId, leasedPair, observation, put, synced } from '../contract/state-store-builders.ts'

const database = new DatabaseSync(':memory:')
for (const { statements } of MIGRATIONS) for (const statement of statements(SQLITE_TYPES)) database.exec(statement)

/** Compiles what the store really sends, with the parameters left open. */
async function statementsOf(
  work: (store: Awaited<ReturnType<typeof openStateStore>>, pairId: string) => Promise<unknown>,
) {
  const store = await openStateStore({ connectionString: 'sqlite::memory:', archiveKey: ARCHIVE_KEY })
  await store.migrate()
  const { lease, pair } = await leasedPair(store)
  await store.commit(lease, [
    ...synced(pair.id, '1', { dirty: true }),
    put(observation(pair.id, 'nextcloud', 'n-2', { dirty: true })),
  ])
  const sent: string[] = []
  const { prepare } = DatabaseSync.prototype
  DatabaseSync.prototype.prepare = function (text: string) {
    sent.push(text)
    return prepare.call(this, text)
  }
  try {
    await work(store, pair.id)
  } finally {
    DatabaseSync.prototype.prepare = prepare
    await store.close()
  }
  return sent
}

function plan(statement: string): string[] {
  const rows = database.prepare(`explain query plan ${statement}`).all()
  return rows.map((row) => String(row.detail)).filter((detail) => !detail.startsWith('USE TEMP'))
}

describe('statements of a pass', () => {
  test('pending work goes from the dirty rows to their neighbours by key', async () => {
    const statements = await statementsOf((store, pairId) => store.pending(pairId, 1))
    expect(statements.length).toBeGreaterThanOrEqual(3)
    const [dirty = '', ...rest] = statements
    expect(plan(dirty)).toEqual(['SEARCH observation USING INDEX observation_dirty (pair_id=? AND dirty=?)'])
    for (const statement of rest) {
      for (const step of plan(statement)) expect(step).toMatch(/\(pair_id=\? AND (side=\? AND )?\w+_id=\?\)/)
    }
  })

  test.each([
    ['problems', /observation_problem/],
    ['unpairedByUid', /observation_uid \(uid_key=\?/],
    ['itemPairsByUid', /item_pair_uid \(uid_key=\?/],
    ['observations', /\(pair_id=\? AND side=\? AND item_id=\?\)/],
  ] as const)('%s reads by index', async (name, index) => {
    const [statement = ''] = await statementsOf(async (store, pairId) => {
      if (name === 'problems') return await store.problems(pairId)
      if (name === 'unpairedByUid') return await store.unpairedByUid(pairId, 'exchange', ['uid-1'])
      if (name === 'itemPairsByUid') return await store.itemPairsByUid(pairId, ['uid-1'])
      return await store.observations(pairId, 'exchange', [itemId('e-1')])
    })
    const steps = plan(statement)
    expect(steps[0]).toMatch(index)
    expect(steps.some((step) => step.startsWith('SCAN'))).toBe(false)
  })
})
