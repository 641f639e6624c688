/**
 * The users of the Nextcloud app. The mailbox of a user is what the app established (an administrator's mapping, the directory, a
 * proof), never an address of the user's own choosing.
 */
import type { Clock } from '../../ports/clock.ts'
import type { User, UserState } from '../../ports/service.ts'
import type { UserEntry, UserSource } from '../user-entry.ts'
import type { AppUser } from './answers.ts'
import { choicesOfApp } from './choices.ts'
import type { AppClient } from './client.ts'
import { percentEncoded } from './sign.ts'
import { AppUserList } from './users-list.ts'

export type AppUsers = UserSource & {
  /** When the app says that somebody changed after what is known: the mailboxes of active users who changed or came. */
  follow(updatedAt: number): Promise<string[]>
  /** By their Nextcloud name. */
  emailOf(uid: string): Promise<string | null>
  userOf(email: string): Promise<AppUser | null>
  /** Somebody who withdrew, whose mailbox is still to be left. */
  leaving(uid: string): Promise<UserEntry | null>
}

export function createAppUsers(app: AppClient, clock: Pick<Clock, 'nowMs'>): AppUsers {
  const list = new AppUserList(app, clock)
  const byUid = async (uid: string) => (await list.current()).find((user) => user.uid === uid)
  const userOf = async (email: string) => {
    const users = await list.current()
    const doubled = twice(users)
    const isMeant = (user: AppUser) => user.email !== null && keyOf(user.email) === email
    return users.find((user) => isMeant(user) && ['active', 'paused'].includes(stateOf(user, doubled))) ?? null
  }
  return {
    userOf,
    reload: () => list.readWhole(),
    async follow(updatedAt) {
      const changed = await list.follow(updatedAt)
      if (changed.length === 0) return []
      const doubled = twice(await list.current())
      const active = changed.filter((user) => stateOf(user, doubled) === 'active')
      return active.flatMap(({ email }) => (email === null ? [] : [keyOf(email)]))
    },
    async leaving(uid) {
      const user = await byUid(uid)
      return user?.email ? entry(app, user, keyOf(user.email)) : null
    },
    async emailOf(uid) {
      const user = await byUid(uid)
      return user?.email ? keyOf(user.email) : null
    },
    async everyone() {
      const users = await list.current()
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
