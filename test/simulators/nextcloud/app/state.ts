/** The simulated app `exchange_connector`: what its tables hold. Tests and the HTTP doors of the app work on it. */
import type { StoreChange } from '../store.ts'

export type AppChoice = {
  kind: 'calendar' | 'tasks' | 'contacts'
  exchange: { kind: 'default' } | { kind: 'folder'; name: string } | { kind: 'others' }
  nextcloud: string | null
  direction: 'both' | 'to-nextcloud' | 'to-exchange'
}

export type Enrolled = {
  uid: string
  email: string | null
  identity: { source: 'admin' | 'directory' | 'proof'; at: number } | null
  state: 'active' | 'paused' | 'withdrawn'
  withdrawal: 'keep' | 'remove' | null
  timeZone: string | null
  consentedAt: number | null
  updatedAt: number
  choices: AppChoice[]
}

export type JournalRow = {
  id: number
  uid: string
  kind: 'calendar' | 'contacts'
  collection: string
  object: string | null
  op: 'create' | 'update' | 'delete'
  origin: 'user' | 'connector'
  at: number
  /** A transaction that is not committed yet: later ids are seen before it. */
  hidden: boolean
}

export type Command = { id: number; uid: string; kind: string; args: unknown; outcome: string | null; message: string }

export type AppState = {
  serviceAccount: string
  secrets: { current: string; previous: string | null }
  features: string[]
  schedulingAuthority: 'nextcloud' | 'exchange'
  limits: { batchRequests: number; batchBytes: number; eventBytes: number; cardBytes: number }
  users: Map<string, Enrolled>
  /** With the instant (unix seconds) at which each may be forgotten. */
  nonces: Map<string, number>
  journal: JournalRow[]
  commands: Command[]
  status: Map<string, Record<string, unknown>>
  /** Last `connector` part of a status report. */
  connector: unknown
  /** Whose request is at work; rows written meanwhile are its own. */
  origin: 'user' | 'connector'
  /** New rows stay hidden while a test holds a transaction open. */
  holding: boolean
  lastId: number
}

export function newAppState(init: Pick<AppState, 'serviceAccount' | 'secrets'>): AppState {
  return {
    ...init,
    features: ['dav-batch', 'journal', 'commands', 'webhook'],
    schedulingAuthority: 'nextcloud',
    limits: { batchRequests: 100, batchBytes: 8_388_608, eventBytes: 10_485_760, cardBytes: 5_242_880 },
    users: new Map(),
    nonces: new Map(),
    journal: [],
    commands: [],
    status: new Map(),
    connector: null,
    origin: 'user',
    holding: false,
    lastId: 0,
  }
}

/** The event listener: rows for consenting users alone, in the transaction of the change. */
export function writeJournal(app: AppState, change: StoreChange, nowMs: number): void {
  const user = app.users.get(change.owner)
  if (!user || user.state === 'withdrawn') return
  app.lastId += 1
  const { owner: uid, kind, collection, object, op } = change
  const at = Math.floor(nowMs / 1000)
  app.journal.push({ id: app.lastId, uid, kind, collection, object, op, origin: app.origin, at, hidden: app.holding })
}
