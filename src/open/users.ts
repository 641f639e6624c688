/** The users of users.json as the rest asks for them: all, or one by address; read when first asked for, and again on request. */
import type { Config } from '../config/config.ts'
import { resolveSecret } from '../config/secret.ts'
import { loadUsersFile, type UsersFileEntry } from '../nextcloud/users-file.ts'

export type Users = {
  list(): readonly UsersFileEntry[]
  byEmail(email: string): UsersFileEntry | null
  /** Throws as reading it does; then the users stay as they were. */
  reload(): void
}

/** `db migrate` and `config check` need no users: nothing is read before the first question. */
export function usersOf(config: Config): Users {
  let known: ReadonlyMap<string, UsersFileEntry> | null = null
  const read = () => {
    const defaultDavUrl = config.nextcloud.url ?? undefined
    const { users } = loadUsersFile(config.nextcloud.usersFile, { resolveSecret, defaultDavUrl })
    return new Map(users.map((entry) => [entry.email, entry]))
  }
  const all = () => {
    known ??= read()
    return known
  }
  return {
    list: () => [...all().values()],
    byEmail: (email) => all().get(email) ?? null,
    reload: () => {
      if (known !== null) known = read()
    },
  }
}
