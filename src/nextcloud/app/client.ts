/** The Nextcloud app's API as the connector uses it, one method per endpoint (nextcloud-app/openapi.json). Every method throws ConnectorError `nextcloud.*`. */
import { APP_JOURNAL_PAGE, APP_PAGES_MAX, APP_STATUS_USERS_MAX, APP_USERS_PAGE } from '../../limits.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { DavAnswer, WireRequest } from '../dav/transport.ts'
import {
  ACKED,
  type AppCollection,
  type AppCommand,
  type AppUser,
  type AppWork,
  BATCH,
  type BatchPart,
  COLLECTIONS,
  COMMANDS,
  JOURNAL,
  type JournalEntry,
  PING,
  type Ping,
  STORED,
  type UnknownCommand,
  USERS,
  WORK,
} from './answers.ts'
import { type AppOptions, createOcs } from './ocs.ts'
import { percentEncoded } from './sign.ts'

export type BatchRequest = { method: string; path: string; headers: Record<string, string>; body: string | null }
export type CommandResult = { id: number; outcome: 'done' | 'failed'; message: string }

export type AppClient = {
  readonly rootUrl: string
  readonly username: string
  ping(): Promise<Ping>
  /** The one request of an idle poll, for any number of users. */
  work(signal?: AbortSignal): Promise<AppWork>
  /** All, or those that changed since an instant (unix seconds), page by page; complete only after the last. */
  users(since?: number | null): AsyncIterable<AppUser[]>
  collections(uid: string): Promise<AppCollection[]>
  /** Real DAV requests in one PHP process, answered in their order. Never sent twice: a lost answer leaves every one of them unknown. */
  batch(uid: string, requests: readonly BatchRequest[]): Promise<BatchPart[]>
  /** One plain DAV request as this user. */
  dav(uid: string, request: WireRequest): Promise<DavAnswer>
  journal(): Promise<{ entries: JournalEntry[]; more: boolean }>
  ackJournal(ids: readonly number[]): Promise<void>
  commands(): Promise<{ commands: (AppCommand | UnknownCommand)[]; more: boolean }>
  ackCommands(results: readonly CommandResult[]): Promise<void>
  /** At most APP_STATUS_USERS_MAX users. */
  status(report: { connector: object; users: readonly object[] }): Promise<void>
}

export function createAppClient(options: AppOptions): AppClient {
  const ocs = createOcs(options)
  const post = (path: string, body: unknown) => ({ method: 'POST', path, body }) as const
  return {
    rootUrl: options.rootUrl,
    username: options.account.username,
    ping: () => ocs.call({ method: 'GET', path: 'ping', answer: PING }),
    work: (signal) => ocs.call({ method: 'GET', path: 'work', answer: WORK, ...(signal ? { signal } : {}) }),
    async *users(since = null) {
      let cursor: string | null = null
      for (let page = 0; page < APP_PAGES_MAX; page++) {
        const query = new URLSearchParams({ limit: String(APP_USERS_PAGE) })
        if (since !== null) query.set('updated_since', String(since))
        if (cursor !== null) query.set('cursor', cursor)
        const answer = await ocs.call({ method: 'GET', path: `users?${query}`, answer: USERS })
        yield answer.users
        if (answer.next === null) return
        if (answer.next === cursor) throw new ConnectorError('nextcloud.bad-response', { detail: 'users: no progress' })
        cursor = answer.next
      }
      throw new ConnectorError('limit.reached', { limit: 'APP_PAGES_MAX', value: APP_PAGES_MAX })
    },
    async collections(uid) {
      const path = `users/${percentEncoded(uid)}/collections`
      return (await ocs.call({ method: 'GET', path, user: uid, answer: COLLECTIONS })).collections
    },
    async batch(uid, requests) {
      const path = `users/${percentEncoded(uid)}/dav`
      const request = { ...post(path, { requests }), user: uid, answer: BATCH, repeat: 'never' } as const
      const { responses } = await ocs.call(request)
      if (responses.length === requests.length) return responses
      const detail = `batch: ${responses.length} answers to ${requests.length} requests`
      throw new ConnectorError('nextcloud.bad-response', { detail, sent: 'maybe' })
    },
    dav: (uid, request) => ocs.dav(uid, request),
    journal: () => ocs.call({ method: 'GET', path: `journal?limit=${APP_JOURNAL_PAGE}`, answer: JOURNAL }),
    async ackJournal(ids) {
      await ocs.call({ ...post('journal/ack', { ids }), answer: ACKED })
    },
    commands: () => ocs.call({ method: 'GET', path: 'commands?limit=100', answer: COMMANDS }),
    async ackCommands(results) {
      await ocs.call({ ...post('commands/ack', { results }), answer: ACKED })
    },
    async status(report) {
      if (report.users.length > APP_STATUS_USERS_MAX)
        throw new ConnectorError('bug', { where: 'status: too many users' })
      await ocs.call({ ...post('status', report), answer: STORED })
    },
  }
}

/** The root of Nextcloud from whatever address of it was configured: its DAV root is one, too. */
export function appRoot(url: string): string {
  const root = url.replace(/\/(?:remote|index|public)\.php(?:\/.*)?$/, '')
  return root.endsWith('/') ? root : `${root}/`
}
