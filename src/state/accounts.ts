/** The account book in the database: what all replicas know about service accounts (src/ports/account-book.ts). */
import { type AccountBook, type AccountState, type BackOff, UNTRIED } from '../ports/account-book.ts'
import { type Queries, read, type StateDatabase, type StateTransaction, write } from './database.ts'
import { fromJson, isPlain, wholeMs } from './text.ts'

export function sqlAccountBook(state: StateDatabase): AccountBook {
  return {
    read: async (account) => stateOf(await read(state, (db) => selectRow(db, account).executeTakeFirst())),
    update: (account, change) => write(state, (trx) => update({ state, trx, account }, change)),
    backOff: async (scope) => backOffOf(await read(state, (db) => selectBackOff(db, scope).executeTakeFirst())),
    noteBackOff: (scope, next) => write(state, (trx) => noteBackOff({ state, trx }, scope, next)),
  }
}

type Place = { state: StateDatabase; trx: StateTransaction; account: string }
type Change<T> = (before: AccountState) => { after: AccountState; result: T }

async function update<T>({ state, trx, account }: Place, change: Change<T>): Promise<T> {
  // A row that is there can be locked; of two replicas that insert it at once the second waits for the first.
  await trx
    .insertInto('service_account')
    .values({ account, state: JSON.stringify(UNTRIED) })
    .onConflict((oc) => oc.column('account').doNothing())
    .execute()
  const row = selectRow(trx, account)
  const before = await (state.kind === 'postgres' ? row.forUpdate() : row).executeTakeFirst()
  const { after, result } = change(stateOf(before))
  const text = JSON.stringify(after)
  if (text !== before?.state)
    await trx.updateTable('service_account').set({ state: text }).where('account', '=', account).execute()
  return result
}

async function noteBackOff(
  { state, trx }: Omit<Place, 'account'>,
  scope: string,
  { untilMs, width, atMs }: BackOff,
): Promise<void> {
  const row = { scope, until_ms: wholeMs(untilMs), width, at_ms: wholeMs(atMs) }
  await trx
    .insertInto('exchange_back_off')
    .values(row)
    .onConflict((oc) =>
      oc.column('scope').doUpdateSet((eb) => ({
        // The later of the two ends: greatest() on PostgreSQL, max() of two arguments on SQLite.
        until_ms: eb.fn<number>(state.kind === 'postgres' ? 'greatest' : 'max', [
          'exchange_back_off.until_ms',
          'excluded.until_ms',
        ]),
        width: eb.ref('excluded.width'),
        at_ms: eb.ref('excluded.at_ms'),
      })),
    )
    .execute()
}

function selectRow(db: Queries, account: string) {
  return db.selectFrom('service_account').selectAll().where('account', '=', account)
}

function selectBackOff(db: Queries, scope: string) {
  return db.selectFrom('exchange_back_off').selectAll().where('scope', '=', scope)
}

function backOffOf(row: { until_ms: number; width: number; at_ms: number } | undefined): BackOff | null {
  return row === undefined ? null : { untilMs: row.until_ms, width: row.width, atMs: row.at_ms }
}

function stateOf(row: { state: string } | undefined): AccountState {
  return row === undefined ? UNTRIED : fromJson(row.state, isAccountState)
}

function isAccountState(value: unknown): value is AccountState {
  if (!isPlain(value)) return false
  const { refusals, secretMark, lastRefusal, provenAtMs, probe } = value
  return (
    (refusals === null ||
      (isPlain(refusals) &&
        isNumbers([refusals.count, refusals.restUntilMs]) &&
        Array.isArray(refusals.triesAtMs) &&
        isNumbers(refusals.triesAtMs))) &&
    (secretMark === null || typeof secretMark === 'string') &&
    (lastRefusal === null || (isPlain(lastRefusal) && typeof lastRefusal.code === 'string')) &&
    (provenAtMs === null || isNumbers([provenAtMs])) &&
    (probe === null || (isPlain(probe) && isNumbers([probe.startedAtMs, probe.untilMs])))
  )
}

function isNumbers(values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'number')
}
