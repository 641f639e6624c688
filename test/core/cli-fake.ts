/** Builders and a connector that answers with given reports, for the tests of the command line. */
import type { Action, ActionOutcome, PairReport, UserReport } from '../../src/ports/report.ts'
import type { Connector, MailboxStatus } from '../../src/ports/service.ts'
import type { Mailbox, PassCounts, StateStore } from '../../src/ports/state-store.ts'

export const NOW_MS = Date.UTC(2026, 2, 1, 12)
export const MINUTE_MS = 60_000

export function counts(parts: Partial<PassCounts> = {}): PassCounts {
  const all = { unchanged: 0, created: 0, updated: 0, removed: 0, conflicts: 0, skipped: 0, failed: 0, ...parts }
  const seen = Object.entries(all).reduce((sum, [name, value]) => (name === 'seen' ? sum : sum + value), 0)
  return { seen, ...all }
}

export function action(parts: Partial<Action & { outcome: ActionOutcome }> = {}): Action & { outcome: ActionOutcome } {
  return {
    action: 'create',
    side: 'nextcloud',
    reason: 'new-on-exchange',
    uid: 'uid-1',
    title: 'Team meeting',
    when: '2026-03-02T09:00:00[Europe/Berlin]',
    changed: [],
    losses: [],
    conflict: false,
    versions: { exchange: 'CK1' },
    outcome: 'planned',
    ...parts,
  }
}

export function pair(parts: Partial<PairReport> = {}): PairReport {
  return {
    pairId: 'pair-1',
    kind: 'calendar',
    name: 'Calendar',
    outcome: 'in-step',
    firstPass: false,
    counts: counts({ unchanged: 5 }),
    waiting: 0,
    actions: [],
    problems: [],
    halt: null,
    error: null,
    ...parts,
  }
}

export function user(parts: Partial<UserReport> = {}): UserReport {
  return {
    email: 'anna@example.org',
    dryRun: false,
    outcome: 'in-step',
    pairs: [pair()],
    error: null,
    tookMs: 12,
    ...parts,
  }
}

export function mailbox(parts: Partial<Mailbox> = {}): Mailbox {
  return {
    id: 'm1',
    email: 'anna@example.org',
    status: 'active',
    nextRunAtMs: NOW_MS + 2 * MINUTE_MS,
    priority: 0,
    attempts: 0,
    lastStartedAtMs: NOW_MS - 3 * MINUTE_MS,
    lastSuccessAtMs: NOW_MS - 3 * MINUTE_MS,
    lastOutcome: 'in-step',
    ...parts,
  }
}

export function status(parts: Partial<MailboxStatus> = {}): MailboxStatus {
  return { email: 'anna@example.org', mailbox: mailbox(), pairs: [], openConflicts: [], lastPasses: [], ...parts }
}

/** Every call that a test did not foresee is an error. */
export function fakeConnector(parts: Partial<Connector>): Connector & { closed: number } {
  const unexpected = (): never => {
    throw new Error('unexpected call')
  }
  const fake = {
    closed: 0,
    store: { migrate: unexpected } as unknown as StateStore,
    admin: {} as never,
    users: unexpected,
    syncUser: unexpected,
    syncRun: unexpected,
    status: unexpected,
    testPool: unexpected,
    daemon: unexpected,
    reload: unexpected,
    ...parts,
    async close() {
      fake.closed++
    },
  }
  return fake
}
