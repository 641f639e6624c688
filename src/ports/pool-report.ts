/** What `pool test` finds out about each service account. Plain data; nothing was written to get it. */
import type { ErrorReport } from './report.ts'
import type { CollectionKind } from './state-store.ts'

/** In the order in which they are tried; the first that fails leaves the rest `skipped`. */
export const POOL_STEPS = ['reach', 'tls', 'sign-in', 'version', 'mailboxes', 'throttling'] as const
export type PoolStepName = (typeof POOL_STEPS)[number]

/** `note`: what a person would like to know beside the outcome, such as `TLSv1.3` or `15.2.1544.9`. */
export type PoolStep = {
  name: PoolStepName
  outcome: 'ok' | 'warning' | 'failed' | 'skipped'
  note: string
  error: ErrorReport | null
}

/** What is wrong, where it can be told apart from other troubles that look the same. */
export const POOL_CAUSES = [
  'extended-protection',
  'extended-protection-or-password',
  'clock-skew',
  'missing-role',
  'outside-scope',
  'wrong-audience',
  'ews-blocked',
  'missing-permission',
  'scheme-not-offered',
  'certificate-ends',
] as const
export type PoolCause = (typeof POOL_CAUSES)[number]

/** `counts`: items in the default folders; null for a folder that is not there. `mayWrite`: of the calendar, as the server says. */
export type MailboxCheck = {
  email: string
  counts: Readonly<Record<CollectionKind, number | null>> | null
  mayWrite: boolean | null
  latencyMs: number | null
  error: ErrorReport | null
}

/** `host`: null where no server was found to try the account at. */
export type AccountCheck = {
  account: string
  host: string | null
  steps: readonly PoolStep[]
  causes: readonly PoolCause[]
  mailboxes: readonly MailboxCheck[]
  /** Of one request; null when none was answered. */
  latencyMs: { median: number; max: number } | null
  /** Requests that were answered at once of those that were tried at once, and the longest pause that was asked for. */
  throttling: { answered: number; tried: number; pauseMs: number } | null
}

/** One question of autodiscover: `outcome` is one or two words, such as `found`, `not-allowed` or `unreachable unknown-host`. */
export type DiscoveryStep = { url: string; outcome: string }

/** Where a mailbox is reached. `steps`: the search, empty where the configuration says it. */
export type EndpointCheck = {
  email: string
  place: 'on-premises' | 'cloud' | null
  url: string | null
  how: 'configured' | 'discovered'
  steps: readonly DiscoveryStep[]
  error: ErrorReport | null
}

/** `endpoints`: of the mailboxes, where autodiscover or a rule for hybrid decides; else empty. */
export type PoolReport = {
  host: string
  accounts: readonly AccountCheck[]
  endpoints: readonly EndpointCheck[]
  tookMs: number
}

export type PoolProgress = { account: string; step: PoolStepName | null; outcome: PoolStep['outcome'] | 'running' }

/** `mailboxes` empty: one per enrolled user, up to `limit`. */
export type PoolTestOptions = {
  mailboxes: readonly string[]
  limit: number
  signal: AbortSignal
  onProgress: (progress: PoolProgress) => void
}
