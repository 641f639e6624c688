/** The words that people read for the constants of reports: one place, so that every page and command says the same. */
import type { LossReason } from '../../model/item.ts'
import type { ActionKind, ActionOutcome, ActionReason } from '../../ports/report.ts'
import type { SideName } from '../../ports/side.ts'
import type { CollectionKind, PassOutcome } from '../../ports/state-store.ts'

export const SIDE_WORDS: Record<SideName, string> = { exchange: 'Exchange', nextcloud: 'Nextcloud' }

export const KIND_WORDS: Record<CollectionKind, string> = { calendar: 'event', tasks: 'task', contacts: 'contact' }

export const SYMBOLS: Record<ActionKind, '+' | '~' | '-' | '='> = {
  create: '+',
  update: '~',
  remove: '-',
  link: '=',
  forget: '=',
  skip: '=',
}

export const REASON_WORDS: Record<ActionReason, string> = {
  'new-on-exchange': 'new on Exchange',
  'new-on-nextcloud': 'new on Nextcloud',
  'changed-on-exchange': 'changed on Exchange',
  'changed-on-nextcloud': 'changed on Nextcloud',
  'changed-on-both': 'changed on both: merged',
  'conflict-exchange-wins': 'conflict: Exchange wins',
  'conflict-nextcloud-wins': 'conflict: Nextcloud wins',
  'gone-on-exchange': 'deleted on Exchange',
  'gone-on-nextcloud': 'deleted on Nextcloud',
  'gone-on-both': 'deleted on both',
  'edit-beats-delete': 'edit beats delete',
  'same-uid': 'same item on both',
  'moved-id': 'moved, linked again',
  'outside-window': 'outside the window',
  'not-representable': 'does not fit',
  unreadable: 'unreadable',
  'duplicate-uid': 'duplicate UID',
  quarantined: 'failed often, waits',
  'changed-meanwhile': 'changed meanwhile',
  'one-way': 'one way only',
}

export const ACTION_OUTCOME_WORDS: Record<ActionOutcome, string> = {
  planned: 'planned',
  done: 'done',
  deferred: 'later',
  failed: 'failed',
}

export const OUTCOME_WORDS: Record<PassOutcome, string> = {
  'in-step': 'in step',
  partial: 'partly done',
  failed: 'failed',
  halted: 'halted',
  stopped: 'stopped',
}

export const LOSS_WORDS: Record<LossReason, string> = {
  'no-such-field': 'there is no such field',
  'value-not-held': 'this value cannot be held',
  'too-long': 'too long',
  'too-many': 'too many',
  'zone-approximated': 'the time zone is approximated',
  'floating-time': 'a time without a zone gets one',
  'recurrence-not-representable': 'this rule of repetition cannot be expressed',
  'server-owned': 'the server decides this itself',
  clamped: 'moved to the nearest allowed value',
}

/** What each guard saw and what to do now, by its name. A command stands on a line of its own, so that it can be copied. */
export const GUARD_WORDS: Readonly<Record<string, { what: string; next: string }>> = {
  'deletions-in-pass': {
    what: '{deletions} of {base} known items would be deleted in one pass.',
    next: 'Look at the plan, and if it is right, release it:\n$ connector sync user {email} --dry-run\n$ connector sync user {email} --allow-deletes {deletions}',
  },
  'deletions-per-day': {
    what: '{inDay} of {base} items of the mailbox would be deleted within 24 hours.',
    next: 'Look at the plan, and if it is right, release it:\n$ connector sync user {email} --dry-run\n$ connector sync user {email} --allow-deletes {deletions}',
  },
  'empty-side': {
    what: 'One side lists nothing, although {base} items are known. An empty answer is never taken for a deletion.',
    next: 'Check that the calendar is the right one and still there. If it is really empty:\n$ connector users resume {email}\n$ connector sync user {email} --dry-run',
  },
  'mass-change': {
    what: '{changed} of {base} items changed on one side at once.',
    next: 'Find out what changed them. If it is right:\n$ connector users resume {email}\n$ connector sync user {email} --dry-run',
  },
  'collection-identity': {
    what: 'The calendar is not the one that was synced before: it was deleted and made anew, or exchanged.',
    next: 'Restore the old one. If the new one is right, its items are adopted after:\n$ connector users resume {email}\n$ connector sync user {email} --dry-run',
  },
  'collection-deleted': {
    what: 'It was deleted on one side ({base} items are known). The other side is kept as it is.',
    next: 'Restore it, or delete the other one too, or choose it no longer. To make it again and fill it from the other side:\n$ connector users resume {email}\n$ connector sync user {email} --dry-run',
  },
  'server-rolled-back': {
    what: '{vanished} known items vanished and {appeared} unknown ones appeared: the server was probably restored from a backup.',
    next: 'Finish the restore first. Then:\n$ connector users resume {email}\n$ connector sync user {email} --dry-run',
  },
}
