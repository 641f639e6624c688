/** What linking and signing in need to know of one user, and where users come from: users.json or the Nextcloud app. */
import type { User } from '../ports/service.ts'
import type { UsersFileEntry } from './users-file.ts'

/** `app`: requests are signed and act for `username`. `password`: an app password of the user's own. */
export type DavAccess = { kind: 'password'; appPassword: () => string } | { kind: 'app' }

export type UserEntry = Omit<UsersFileEntry, 'appPassword'> & {
  access: DavAccess
  /**
   * Names the agreement of this Nextcloud user with this mailbox: when it changes (another consent, another mapping) nothing that was
   * known before counts any more (I6). Null where there is none.
   */
  agreement: string | null
}

export type UserSource = {
  /** Everybody, also those who are not synced, and why not. */
  everyone(): Promise<User[]>
  /** By mailbox, lower case; null for who is not enrolled. */
  entryOf(email: string): Promise<UserEntry | null>
  /** Reads them again, where they were read before. Throws as reading does; then they stay as they were. */
  reload(): Promise<void>
}

type FileUsers = { list(): readonly UsersFileEntry[]; byEmail(email: string): UsersFileEntry | null; reload(): void }

export function fileUsers(file: FileUsers): UserSource {
  return {
    everyone: async () =>
      file.list().map(({ email, username }) => ({
        ...{ email, nextcloudUser: username, source: 'users-file', enabled: true, state: 'active', identity: null },
      })),
    entryOf: async (email) => {
      const entry = file.byEmail(email)
      if (!entry) return null
      const { appPassword, ...rest } = entry
      return { ...rest, access: { kind: 'password', appPassword: () => appPassword().value }, agreement: null }
    },
    reload: async () => file.reload(),
  }
}
