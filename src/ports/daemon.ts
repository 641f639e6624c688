/** What the daemon is made of beside the engine: sources of news, an HTTP server, service accounts. compose.ts builds it, the control loop uses it. */
import type { PushSource } from './push.ts'

/** `name` is a label of metrics. `pollNow`: ask at once, because a webhook said so without saying about whom. */
export type NewsSource = { name: string; source: PushSource; pollNow?: () => void }

export type Health = { kind: 'up' } | { kind: 'down'; reason: string }

/** What the HTTP server may ask and tell. */
export type HttpHooks = {
  /** The control loop turns. */
  alive(): Health
  /** The state can be reached and fits this program, and nobody asked to stop. */
  ready(): Promise<Health>
  /** Brings the gauges up to date before they are read. */
  collect(): Promise<void>
  /** A verified webhook. */
  onWebhook(mailboxes: readonly string[] | 'poll'): void
}

export type HttpServer = { close(): Promise<void> }

/** Who may act for mailboxes now. `accountOf` is null when nobody can. */
export type ServiceAccounts = {
  names: readonly string[]
  usersMax: number
  accountOf(email: string): string | null
  /** Another number: mailboxes moved to other accounts, though the names are the same. */
  changes: number
  /** How many accounts are in which state, for metrics. */
  states(): Readonly<Record<'unproven' | 'ready' | 'resting', number>>
}

export type DaemonParts = { sources: readonly NewsSource[]; serve(hooks: HttpHooks): Promise<HttpServer | null> }

/** `abandoned`: passes that did not end in time after the request to stop; their leases run out by themselves. */
export type DaemonEnd = { passes: number; abandoned: number }
