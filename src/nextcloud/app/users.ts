/**
 * The users of the Nextcloud app: read once page by page, then only those who changed. The mailbox of a user is what the app
 * established (an administrator's mapping, the directory, a proof), never an address of the user's own choosing.
 */
import { APP_USERS_AGE_MAX_MS, APP_USERS_OVERLAP_S, APP_USERS_WHOLE_AGE_MAX_MS } from '../../limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { User, UserState } from '../../ports/service.ts'
import type { UserEntry, UserSource } from '../user-entry.ts'
import type { AppUser } from './answers.ts'
import { choicesOfApp } from './choices.ts'
import type { AppClient } from './client.ts'
import { percentEncoded } from './sign.ts'

export type AppUsers = UserSource & {
  /** Asks for what changed, whatever the age of what is known. Gives the mailboxes of active users who changed, and of those who came. */
  refresh(): Promise<string[]>
  /** Active users by their Nextcloud name. */
  emailOf(uid: string): Promise<string | null>
  userOf(email: string): Promise<AppUser | null>
}

type Known = { byUid: Map<string, AppUser>; readAtMs: number; wholeAtMs: number; updatedAt: number }

export function createAppUsers(app: AppClient, clock: Pick<Clock, 'nowMs'>): AppUsers {
  let known: Known | null = null
  /** One reader at a time: passes of many users ask at once. */
  let reading: Promise<string[]> | null = null

  const readNow = async (): Promise<string[]> => {
    const nowMs = clock.nowMs()
    const isWhole = known === null || nowMs - known.wholeAtMs > APP_USERS_WHOLE_AGE_MAX_MS
    const before = known?.byUid ?? new Map<string, AppUser>()
    const byUid = new Map(isWhole ? [] : before)
    // Changes may be committed out of order, and in the same second as the last one that was seen.
    const since = isWhole || !known ? null : known.updatedAt - APP_USERS_OVERLAP_S
    for await (const page of app.users(since)) for (const user of page) byUid.set(user.uid, user)
    const all = [...byUid.values()]
    // Stored only when the last page was read: half a list is never taken for the whole.
    known = {
      byUid,
      readAtMs: nowMs,
      wholeAtMs: isWhole ? nowMs : (known?.wholeAtMs ?? nowMs),
      updatedAt: all.reduce((max, { updatedAt }) => Math.max(max, updatedAt), 0),
    }
    const changed = all.filter((user) => before.get(user.uid)?.updatedAt !== user.updatedAt)
    return changed.flatMap((user) => (stateOf(user, twice(all)) === 'active' && user.email ? [keyOf(user.email)] : []))
  }
  const refresh = () => {
    reading ??= readNow().finally(() => {
      reading = null
    })
    return reading
  }
  const current = async (): Promise<AppUser[]> => {
    if (known === null || clock.nowMs() - known.readAtMs > APP_USERS_AGE_MAX_MS) await refresh()
    return [...(known?.byUid.values() ?? [])]
  }
  const userOf = async (email: string) => {
    const users = await current()
    const doubled = twice(users)
    const isMeant = (user: AppUser) => user.email !== null && keyOf(user.email) === email
    return users.find((user) => isMeant(user) && ['active', 'paused'].includes(stateOf(user, doubled))) ?? null
  }
  return {
    refresh,
    userOf,
    reload: async () => {
      if (known) known.wholeAtMs = Number.NEGATIVE_INFINITY
      await refresh()
    },
    async emailOf(uid) {
      const user = (await current()).find((one) => one.uid === uid)
      return user?.email ? keyOf(user.email) : null
    },
    async everyone() {
      const users = await current()
      const doubled = twice(users)
      return users.map((user) => shown(user, stateOf(user, doubled)))
    },
    async entryOf(email) {
      const user = await userOf(email)
      return user && entry(app, user, email)
    },
  }
}

function keyOf(email: string): string {
  return email.trim().toLowerCase()
}

/** The app refuses them; a mailbox in two accounts would mix two people's calendars, so it is looked at here as well. */
function twice(users: readonly AppUser[]): ReadonlySet<string> {
  const seen = new Set<string>()
  const doubled = new Set<string>()
  for (const { email, state } of users) {
    if (email === null || state === 'withdrawn') continue
    const key = keyOf(email)
    ;(seen.has(key) ? doubled : seen).add(key)
  }
  return doubled
}

function stateOf(user: AppUser, doubled: ReadonlySet<string>): UserState {
  if (user.state === 'withdrawn') return 'withdrawn'
  if (user.email === null || user.identity === null) return 'no-mailbox'
  if (doubled.has(keyOf(user.email))) return 'duplicate-mailbox'
  return user.enabled ? user.state : 'account-disabled'
}

function shown({ uid, email, identity }: AppUser, state: UserState): User {
  return {
    email: email === null ? '' : keyOf(email),
    nextcloudUser: uid,
    source: 'app',
    enabled: state === 'active',
    state,
    identity: identity && { source: identity.source, atMs: identity.at * 1000 },
  }
}

function entry(app: AppClient, user: AppUser, email: string): UserEntry {
  return {
    email,
    davUrl: new URL(`remote.php/dav/principals/users/${percentEncoded(user.uid)}/`, app.rootUrl).href,
    username: user.uid,
    choices: choicesOfApp(user.choices),
    timeZone: user.timeZone,
    access: { kind: 'app' },
    agreement: JSON.stringify([email, user.consentedAt, user.identity?.at]),
  }
}
