/** What a pass says about itself: plain data for the CLI, `--json`, logs and tests. Stable and documented in docs/reference/json.md. */
import type { FieldPath, Loss } from '../model/item.ts'
import type { ErrorCode, ErrorFields } from './errors.ts'
import type { SideName } from './side.ts'
import type { CollectionKind, HaltReason, PassCounts, PassOutcome } from './state-store.ts'

/** What is done to one item. `side` is the one that is written; for `link` (adoption without a write) and `forget` nothing is written. */
export type ActionKind = 'create' | 'update' | 'remove' | 'link' | 'forget' | 'skip'

/** Why. Constant words, explained in docs. */
export type ActionReason =
  | 'new-on-exchange'
  | 'new-on-nextcloud'
  | 'changed-on-exchange'
  | 'changed-on-nextcloud'
  | 'changed-on-both'
  | 'conflict-exchange-wins'
  | 'conflict-nextcloud-wins'
  | 'gone-on-exchange'
  | 'gone-on-nextcloud'
  | 'gone-on-both'
  | 'edit-beats-delete'
  | 'same-uid'
  | 'moved-id'
  | 'outside-window'
  | 'not-representable'
  | 'unreadable'
  | 'duplicate-uid'
  | 'quarantined'
  | 'changed-meanwhile'
  /** The item is only in the copy of a one-way link, or was thrown away there. */
  | 'one-way'

export type Action = {
  action: ActionKind
  side: SideName
  reason: ActionReason
  uid: string
  title: string
  /** Start as written in the item (ISO 8601, zone in brackets), for a person to recognise the item. */
  when: string
  changed: readonly FieldPath[]
  losses: readonly Loss[]
  conflict: boolean
  /** Exchange tells the people in it, as far as what changes concerns them. */
  mails?: true
  /** The versions that the action was decided on: what makes an approved plan the same plan later. */
  versions: Readonly<Partial<Record<SideName, string>>>
}

/** The part of an action that identifies it: what a plan file keeps. */
export type PlannedAction = Pick<Action, 'action' | 'side' | 'reason' | 'uid' | 'versions'>

/** A plan that an administrator saw and agreed to, by collection. */
export type ApprovedPlan = readonly { kind: CollectionKind; name: string; actions: readonly PlannedAction[] }[]

export type ActionOutcome = 'planned' | 'done' | 'deferred' | 'failed'

export type ErrorReport = { code: ErrorCode; fields: ErrorFields }

/** One item that needs a person's attention. */
export type ItemProblem = { side: SideName; uid: string; title: string; code: string; detail: string }

export type PairReport = {
  pairId: string
  kind: CollectionKind
  name: string
  outcome: PassOutcome
  /** The first pass: creations and adoptions only. */
  firstPass: boolean
  counts: PassCounts
  /** Items whose write or reading failed and that wait for their next try, of this pass or of one before. */
  waiting: number
  /** Every action in a dry run; in a real run only those that failed, were skipped or were conflicts. */
  actions: readonly (Action & { outcome: ActionOutcome })[]
  problems: readonly ItemProblem[]
  halt: HaltReason | null
  error: ErrorReport | null
}

export type UserReport = {
  email: string
  dryRun: boolean
  outcome: PassOutcome
  pairs: readonly PairReport[]
  error: ErrorReport | null
  tookMs: number
}

/** A mailbox that was due and was left to the process that holds it. */
export type HeldMailbox = { email: string; holder: string; untilMs: number }
/** `held`: when the run came to its end. */
export type RunReport = {
  dryRun: boolean
  users: readonly UserReport[]
  held: readonly HeldMailbox[]
  tookMs: number
}

/** Progress while a run goes on; a terminal shows it, logs may. */
export type ProgressEvent =
  | { kind: 'user-started'; email: string }
  | { kind: 'reading'; email: string; collection: string; side: SideName; items: number }
  | { kind: 'acting'; email: string; collection: string; done: number; total: number }
  | { kind: 'action'; email: string; collection: string; action: Action; outcome: ActionOutcome }
  | { kind: 'user-finished'; email: string; report: UserReport }
