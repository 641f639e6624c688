/** `GET users`: who consented, by keyset pages, with those who withdrew in the last 90 days. */
import { type AppCall, limitOf } from './ocs.ts'
import { AppRefusal } from './verify.ts'

const TOMBSTONE_SECONDS = 90 * 86_400

export function usersPage(call: AppCall): object {
  const { app, world, query } = call
  const limit = limitOf(call, 500)
  const after = cursorOf(query.get('cursor'))
  const since = Number(query.get('updated_since') ?? 0)
  if (!Number.isFinite(since)) throw new AppRefusal('bad-request', 'updated_since: unix seconds')
  const nowSeconds = world.options.clock.nowMs() / 1000
  const rows = [...app.users.values()]
    .filter((row) => row.uid > after && row.updatedAt >= since)
    .filter((row) => row.state !== 'withdrawn' || row.updatedAt > nowSeconds - TOMBSTONE_SECONDS)
    .toSorted((first, second) => (first.uid < second.uid ? -1 : 1))
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const users = page.map((row) => {
    const user = world.store.users.get(row.uid)
    return { ...row, displayName: user?.displayName ?? row.uid, enabled: user !== undefined && !user.disabled }
  })
  const next = rows.length > limit && last ? Buffer.from(last.uid).toString('base64url') : null
  return { users, next }
}

function cursorOf(text: string | null): string {
  return text === null ? '' : Buffer.from(text, 'base64url').toString('utf8')
}
