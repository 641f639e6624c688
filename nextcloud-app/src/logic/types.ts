/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * What the server tells the two pages, as data. The controllers in lib/Controller/Ui* give exactly these shapes. Times are unix seconds.
 */

export type Kind = 'calendar' | 'tasks' | 'contacts'
export type Direction = 'both' | 'to-nextcloud' | 'to-exchange'
export type ExchangeFolder = { kind: 'default' } | { kind: 'folder'; name: string } | { kind: 'others' }

/** One pair of collections that the user wants in step. `nextcloud`: URI of an own collection; null = chosen or made by the connector. */
export type Choice = { kind: Kind; exchange: ExchangeFolder; nextcloud: string | null; direction: Direction }

export type Collection = {
  kind: 'calendar' | 'contacts'
  uri: string
  displayName: string
  color: string | null
  components: readonly string[]
  isOwn: boolean
  isWritable: boolean
  isSubscription: boolean
  isDeleted: boolean
}

export type IdentitySource = 'admin' | 'directory' | 'proof'

/** Whether this user may take part, and with which mailbox. `refused` carries the code of the reason. */
export type Eligibility =
  | { kind: 'eligible'; email: string; source: IdentitySource }
  | { kind: 'needs-proof'; domains: readonly string[]; suggestion: string | null; pending: Proof | null }
  | { kind: 'refused'; reason: string }

/** A code is on its way to the mailbox, or lies there. */
export type Proof = { email: string; expiresAt: number }

export type Conflict = {
  id: string
  title: string
  kind: Kind
  winner: 'exchange' | 'nextcloud'
  at: number
  /** A wish to restore is on its way to the connector. */
  isRequested: boolean
}

export type Problem = { code: string; detail: string; title: string }
export type Outcome = 'in-step' | 'partial' | 'failed' | 'halted' | 'stopped' | 'paused'

/** What the connector said last about this user. */
export type Report = {
  outcome: Outcome
  lastPassAt: number | null
  lastSuccessAt: number | null
  nextPassAt: number | null
  items: number
  conflicts: readonly Conflict[]
  problems: readonly Problem[]
  halt: { guard: string } | null
  reportedAt: number
}

export type ConsentState = 'none' | 'active' | 'paused' | 'withdrawn'

export type Me = {
  eligibility: Eligibility
  consent: {
    state: ConsentState
    email: string | null
    source: IdentitySource | null
    establishedAt: number | null
    consentedAt: number | null
    withdrawal: 'keep' | 'remove' | null
  }
  choices: readonly Choice[]
  collections: readonly Collection[]
  report: Report | null
  /** "Sync now" was asked for and not yet done. */
  isSyncRequested: boolean
  schedulingAuthority: 'nextcloud' | 'exchange'
}

export type Secret = { fingerprint: string; createdAt: number | null }

export type AdminSettings = {
  serviceAccount: string
  serviceAccountProblem: 'none-set' | 'unknown' | 'disabled' | null
  secrets: { current: Secret | null; previous: Secret | null }
  groups: readonly { id: string; name: string }[]
  identitySources: readonly IdentitySource[]
  allowedDomains: readonly string[]
  schedulingAuthority: 'nextcloud' | 'exchange'
  defaultChoices: readonly Choice[]
  webhookUrl: string
}

export type AdminUser = {
  uid: string
  displayName: string
  email: string | null
  source: IdentitySource | null
  state: ConsentState
  isEnabled: boolean
  report: Report | null
}

export type AdminUserPage = { users: readonly AdminUser[]; next: string | null }

export type ImportRow = {
  line: number
  uid: string
  email: string
  outcome: 'new' | 'changed' | 'same' | 'refused'
  reason: string | null
}

export type ImportResult = { isDryRun: boolean; rows: readonly ImportRow[] }

/** Whom an enrolment took in, and whom it refused with the code of the reason. */
export type EnrolResult = { enabled: readonly string[]; refused: readonly { uid: string; reason: string }[] }

export type ConnectorState = {
  version: string | null
  instance: string | null
  /** When the connector last called, in any way. */
  lastSeenAt: number | null
  lastReportAt: number | null
  journalPending: number
  commandsPending: number
  users: { active: number; paused: number; withdrawn: number }
  attention: { failed: number; halted: number; conflicts: number }
}
