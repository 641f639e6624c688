/** Words for errors of the configuration, the command line, the database and the engine itself. */
import type { ErrorCode } from '../../ports/errors.ts'
import type { ErrorText } from './text.ts'

type GeneralCode = Exclude<ErrorCode, `exchange.${string}` | `nextcloud.${string}`>

export const GENERAL_ERRORS: Record<GeneralCode, ErrorText> = {
  'config.invalid': {
    what: 'The configuration is not valid.[\n{problems}][ {key}: {problem}][ {key}: {reason}][ {setting}: {reason}]',
    why: 'A value is missing, has a form that is not allowed, or does not fit another value.',
    next: 'Correct the lines named above (docs/reference/configuration.md), then: connector config check',
    exit: 'configuration',
  },
  'config.unknown-key': {
    what: 'The configuration has a key that does not exist.[\n{problems}]',
    why: 'A mistyped key would otherwise be ignored and its default used silently.',
    next: 'Correct or remove the keys named above, then: connector config check',
    exit: 'configuration',
  },
  'config.secret': {
    what: 'A secret could not be read.[\n{problems}][ {key}: {reason}]',
    why: 'A secret comes as X, X_FILE or X_COMMAND, exactly one of them, and must not be empty.',
    next: 'Correct the secrets named above, then: connector config check',
    exit: 'configuration',
  },
  'config.file': {
    what: 'A file of the configuration could not be read[: {path}][ ({reason})].',
    why: 'The path is wrong, the file is missing, or this user may not read it.',
    next: 'Create the file (admins.example.json and users.example.json show the form), then: connector config check',
    exit: 'configuration',
  },
  'config.exists': {
    what: 'The file {path} is there already, and is not written over.',
    why: 'It may hold settings or passwords that stand nowhere else.',
    next: 'Move it away, or write to another folder with --into FOLDER',
    exit: 'configuration',
  },
  'usage.unknown-user': {
    what: 'The address[ {email}] does not belong to an enrolled user.',
    why: 'Only mailboxes of users who are enrolled are ever touched. Addresses are compared without regard to case.',
    next: 'See who is enrolled with: connector users list',
    exit: 'usage',
  },
  'usage.bad-file': {
    what: 'The file[ {path}] could not be used[: {reason}].',
    why: 'It is missing, too large, or neither an iCalendar, a vCard nor an EWS XML document.',
    next: 'Give a file that ends in .ics, .vcf or .xml: connector mapping dry-run FILE',
    exit: 'usage',
  },
  'usage.unknown-id': {
    what: 'There is no[ {type}] with the id[ {target}].',
    why: 'It was mistyped, or the entry was removed when its time was over (Service__ArchiveConfiguration__RetentionDays).',
    next: 'See the ids with: connector conflicts list --all, or connector archive list',
    exit: 'usage',
  },
  'usage.paused': {
    what: 'The mailbox[ {email}] is paused[: {reason}].',
    why: 'An administrator paused it; nothing is written until it is resumed.',
    next: 'Let it go on with: connector users resume EMAIL (or look only: connector sync user EMAIL --dry-run; or once: --force)',
    exit: 'usage',
  },
  'usage.nothing-archived': {
    what: 'The conflict[ {target}] has no archived version that could be restored.',
    why: 'An edit met a deletion and the edit won: nothing was lost. Or the archived version was removed when its time was over.',
    next: 'Accept what is there with: connector conflicts resolve ID --keep',
    exit: 'usage',
  },
  'usage.unlinked-collection': {
    what: 'The calendar[ {collection}] of this item is not linked any more.',
    why: 'It was deleted, or users.json links other calendars now, so there is no place to restore to.',
    next: 'Link it again in users.json, or save the document with: connector archive show ID --documents',
    exit: 'usage',
  },
  'usage.bad-plan': {
    what: 'The plan file[ {path}] cannot be used[: {reason}].',
    why: 'It is not a plan that --out wrote, or the plan of another mailbox, or of a version of this program that plans differently.',
    next: 'Make a new one with: connector sync user EMAIL --dry-run --out plan.json',
    exit: 'usage',
  },
  'usage.cannot-write': {
    what: 'The file[ {path}] could not be written[: {reason}].',
    why: 'Its folder is not there, this user may not write to it, or the disk is full.',
    next: 'Name another place with --out, or make the folder, then run the same command again',
    exit: 'usage',
  },
  'guard.plan-changed': {
    what: 'The plan has changed since it was made: {added} actions are new, {dropped} are not planned any more. Nothing was written.',
    why: 'Somebody edited an item, or another run did part of the work.',
    next: 'Look at the present plan:\n$ connector sync user {email} --dry-run --out plan.json',
    exit: 'halted',
  },
  'state.unreachable': {
    what: 'The database[ {database}] could not be opened[: {reason}].',
    why: 'The server is down, the password is wrong, or the directory is missing or not writable.',
    next: 'Check Service__DatabaseConfiguration__ConnectionString with: connector config show --origin',
    exit: 'unreachable',
  },
  'state.locked': {
    what: 'The database[ {database}] is locked by another program.',
    why: 'Another run is writing, or a backup tool holds the file.',
    next: 'Wait for it to end, then run the same command again',
    exit: 'locked',
  },
  'state.disk-full': {
    what: 'There is no space left for the database[ {database}].',
    why: 'The disk or the quota is full. Nothing was lost: what could not be recorded was not written either, or is settled by the next run.',
    next: 'Free space, then: connector sync run',
    exit: 'failed',
  },
  'state.newer-schema': {
    what: 'The database[ {database}] was written by a newer version of the connector[ (schema {version}, this version knows {knows})].',
    why: 'An older version must not touch it: it does not know what the newer one recorded.',
    next: 'Install the newer version again (connector --version shows this one)',
    exit: 'configuration',
  },
  'state.not-initialised': {
    what: 'The database[ {database}] is not ready: its tables are missing, or of an older version[ (schema {version}, this one needs {needs})].',
    why: 'It is new, or the connector was updated.',
    next: 'Make them, or bring them up to date, with: connector db migrate',
    exit: 'notInitialised',
  },
  'state.corrupt': {
    what: 'The database[ {database}] is damaged or contradicts itself[: {reason}].',
    why: 'A damaged disk, a file copied while it was in use, or a bug.',
    next: 'Move the database file away and run: connector sync user EMAIL --dry-run (a lost state leads to adoptions, never to deletions)',
    exit: 'failed',
  },
  'state.key-missing': {
    what: 'The key of the archive is missing or is not the one that the archive was written with.',
    why: 'Service__ArchiveConfiguration__EncryptionKey changed, or the key file beside the SQLite database was not moved with it.',
    next: 'Bring the key back (for a change of keys, set the old one as Service__ArchiveConfiguration__PreviousEncryptionKey), then: connector config check',
    exit: 'configuration',
  },
  'lease.held': {
    what: 'The mailbox[ {email}] is being synced by another run[ ({holder})].',
    why: 'One mailbox has one writer at a time. The right to write runs out by itself when that run was killed.',
    next: 'Wait for it to end, or see: connector status',
    exit: 'locked',
  },
  'lease.lost': {
    what: 'The right to write to the mailbox[ {email}] was lost while it was synced.',
    why: 'This run was paused for long, or lost the database. It stopped before its next write.',
    next: 'Run it again: connector sync run',
    exit: 'locked',
  },
  'lease.account-full': {
    what: 'The service account[ {account}] already works for[ {usersMax}] mailboxes.',
    why: 'Service__MaxUsersPerAdmin limits the mailboxes per account at a time, over all replicas, so that Exchange does not throttle it.',
    next: 'Try again in a minute; add accounts to admins.json, or raise Service__MaxUsersPerAdmin',
    exit: 'throttled',
  },
  'item.unreadable': {
    what: 'An item could not be read[: {reason}][ ({detail})].',
    why: 'The server gave something that is not a valid item. It stays as it is on both sides; everything else goes on.',
    next: 'Open it in its own calendar, save it again, then: connector status EMAIL',
    exit: 'partly',
  },
  'item.not-representable': {
    what: 'An item cannot be held by the other side[: {reason}][ ({detail})].',
    why: 'It uses something that the other calendar does not have, such as a rule of repetition. It stays untouched where it is.',
    next: 'See which part does not fit with: connector mapping dry-run FILE',
    exit: 'partly',
  },
  'item.duplicate-uid': {
    what: 'Several items of one calendar have the same UID.',
    why: 'A copy or an import made them. Which of them belongs to the other side cannot be known, so none is touched.',
    next: 'Delete the superfluous one in its own calendar, then: connector status EMAIL',
    exit: 'partly',
  },
  'item.changed-meanwhile': {
    what: 'The item[ on {side}] was changed again and again while it was being written.',
    why: 'Somebody or another program edits it at this moment, or the server refuses the item under its own version. Nothing was overwritten.',
    next: 'Wait a moment, then run the same command again',
    exit: 'failed',
  },
  'guard.halted': {
    what: 'A guard stopped the sync[ of {collection}][: {guard}].',
    why: 'Much would be deleted or changed at once. That is sometimes right, but often a mistake elsewhere.',
    next: 'Look at the plan with: connector sync user EMAIL --dry-run',
    exit: 'halted',
  },
  'limit.reached': {
    what: 'A limit was reached[: {limit}].',
    why: 'Every loop and list of the connector has a bound. A server that exceeds it is broken, or far larger than foreseen.',
    next: 'See the limits and their reasons in src/limits.ts; report it with the output of: connector status --json',
    exit: 'failed',
  },
  stopped: {
    what: 'Stopped before the end.',
    why: 'The command was asked to stop. What was begun is settled by the next run.',
    next: 'Go on with: connector sync run',
    exit: 'interrupted',
  },
  bug: {
    what: 'Something unexpected happened[ ({type})].',
    why: 'This is a bug in the connector. No secret is shown here; details only with --verbose.',
    next: 'Run the same command with --verbose and report what it prints',
    exit: 'bug',
  },
}
