/**
 * Reads `users.json`: who is synced, without the Nextcloud app: a mailbox, a CalDAV account with an app password, and which
 * collections belong together. Everything wrong in it is said at once and by name, before anything is synced.
 */
import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import type { CollectionChoices } from '../ports/collection-choice.ts'
import { ConnectorError } from '../ports/errors.ts'
import { jsonFault } from '../ports/json-fault.ts'
import { choicesOf } from './users-choices.ts'
import { duplicates, ENTRY, type Entry, entryProblems, issueText } from './users-entry.ts'

/** As src/config/secret.ts resolves `X`, `X_FILE` and `X_COMMAND`; null when there is none. */
export type ResolveSecret = (
  name: string,
  source: Readonly<Record<string, string | undefined>>,
  options: { baseDir: string },
) => { value: string; warning: string | null } | null

export type UsersFileEntry = {
  /** Lower case. */
  email: string
  davUrl: string
  username: string
  choices: CollectionChoices
  /** IANA zone of the user's floating times; null = the connector's default. */
  timeZone: string | null
  /** Resolves the secret anew each time, so that a rotated file or vault entry is taken. Throws `config.secret`. */
  appPassword(): { value: string; warning: string | null }
}

/** `warnings`: for the administrator, without secrets. */
export type UsersFile = { users: readonly UsersFileEntry[]; warnings: readonly string[] }

export type UsersFileOptions = {
  resolveSecret: ResolveSecret
  /** Used where an entry has no `DavUrl`. */
  defaultDavUrl?: string | undefined
}

/** Throws ConnectorError `config.file` (cannot be read), or `config.invalid` with all `problems`, one per line, naming entry and key. */
export function loadUsersFile(path: string, options: UsersFileOptions): UsersFile {
  const fail = (problems: string[]): never => {
    const lines = problems.map((problem) => `${path}: ${problem}`)
    throw new ConnectorError('config.invalid', { count: lines.length, problems: lines.join('\n') })
  }
  const list = z.array(z.unknown()).safeParse(readJson(path, fail))
  if (!list.success)
    return fail(['must be a JSON list of users: [{"Email": ..., "Username": ..., "AppPassword_FILE": ...}]'])
  const problems: string[] = []
  const entries: Entry[] = []
  for (const [index, raw] of list.data.entries()) {
    const parsed = ENTRY.safeParse(raw)
    if (parsed.success) {
      entries.push(parsed.data)
      problems.push(
        ...entryProblems(parsed.data, options.defaultDavUrl).map((problem) => `${nameOf(raw, index)}: ${problem}`),
      )
    } else problems.push(...parsed.error.issues.map((issue) => `${nameOf(raw, index)}: ${issueText(issue)}`))
  }
  problems.push(...duplicates(entries, options.defaultDavUrl))
  if (problems.length > 0) return fail(problems)
  const users = entries.map((entry) => userOf(entry, { ...options, baseDir: dirname(resolve(path)) }))
  return { users, warnings: [...modeWarnings(path, entries), ...users.flatMap(plainHttpWarning)] }
}

function readJson(path: string, fail: (problems: string[]) => never): unknown {
  let text = ''
  try {
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return fail([jsonFault(text)])
    throw new ConnectorError(
      'config.file',
      { path, reason: (error as NodeJS.ErrnoException).code ?? 'unreadable' },
      error,
    )
  }
}

function nameOf(raw: unknown, index: number): string {
  const email = typeof raw === 'object' && raw !== null && 'Email' in raw ? raw.Email : undefined
  return typeof email === 'string' && email ? `entry ${index + 1} (${email})` : `entry ${index + 1}`
}

function userOf(entry: Entry, options: UsersFileOptions & { baseDir: string }): UsersFileEntry {
  const { AppPassword, AppPassword_FILE, AppPassword_COMMAND } = entry
  return {
    email: entry.Email,
    davUrl: entry.DavUrl ?? options.defaultDavUrl ?? '',
    username: entry.Username,
    choices: choicesOf(entry),
    timeZone: entry.TimeZone ?? null,
    appPassword() {
      const source = { AppPassword, AppPassword_FILE, AppPassword_COMMAND }
      const secret = options.resolveSecret('AppPassword', source, { baseDir: options.baseDir })
      if (!secret) throw new ConnectorError('config.secret', { key: 'AppPassword', reason: `none for ${entry.Email}` })
      return secret
    },
  }
}

/** Only where passwords stand in the file itself. */
function modeWarnings(path: string, entries: readonly Entry[]): string[] {
  if (process.platform === 'win32' || path.startsWith('/run/secrets/')) return []
  const mode = statSync(path).mode & 0o777
  if ((mode & 0o077) === 0 || entries.every((entry) => entry.AppPassword === undefined)) return []
  return [
    `${path} holds passwords and can be read by other users of this machine (mode ${mode.toString(8)}); run: chmod 600 ${path}`,
  ]
}

function plainHttpWarning({ email, davUrl }: UsersFileEntry): string[] {
  const { protocol, hostname } = new URL(davUrl)
  const loopback = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
  return protocol === 'http:' && !loopback ? [`${email}: ${davUrl} sends the app password unencrypted; use https`] : []
}
