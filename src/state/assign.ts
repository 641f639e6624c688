/** Writes down which service account acts for which mailbox, so that one claim statement can count the places per account. */
import { STATE_BATCH_ROWS_MAX } from '../limits.ts'
import { read, type StateDatabase, write } from './database.ts'
import { inLists } from './in-lists.ts'

/** In pages, so that a hundred thousand mailboxes block neither the thread nor the table. Gives how many changed. */
export async function assignAccounts(
  state: StateDatabase,
  accountOf: (email: string) => string | null,
  scope: 'all' | 'unassigned',
): Promise<number> {
  let changed = 0
  for (let after = ''; ; ) {
    const rows = await read(state, (db) => {
      const page = db
        .selectFrom('mailbox')
        .select(['id', 'email', 'account'])
        .where('id', '>', after)
        .orderBy('id')
        .limit(STATE_BATCH_ROWS_MAX)
      return (scope === 'all' ? page : page.where('account', 'is', null)).execute()
    })
    const moved = new Map<string, string[]>()
    for (const { id, email, account } of rows) {
      const next = accountOf(email)
      if (next !== null && next !== account) moved.set(next, [...(moved.get(next) ?? []), id])
    }
    for (const [account, ids] of moved) {
      await write(state, async (trx) => {
        for (const list of inLists(ids))
          await trx.updateTable('mailbox').set({ account }).where('id', 'in', list).execute()
      })
      changed += ids.length
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < STATE_BATCH_ROWS_MAX) return changed
    after = last.id
  }
}
