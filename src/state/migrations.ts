/** The ordered list of schema changes, one list for SQLite and PostgreSQL. A released entry is never edited: a change is a new entry. */

/** The few words in which the two databases differ. */
export type ColumnTypes = { text: string; int: string; bytes: string; serial: string; strict: string }

export const SQLITE_TYPES: ColumnTypes = {
  text: 'text',
  int: 'integer',
  bytes: 'blob',
  serial: 'integer primary key autoincrement',
  strict: ' strict',
}

/** Collation "C": ids are compared byte by byte, and an upgrade of the C library cannot break an index. */
export const POSTGRES_TYPES: ColumnTypes = {
  text: 'text collate "C"',
  int: 'bigint',
  bytes: 'bytea',
  serial: 'bigint generated always as identity primary key',
  strict: '',
}

export type Migration = { version: number; statements: (types: ColumnTypes) => readonly string[] }

const SIDE_CHECK = "check (side in ('exchange', 'nextcloud'))"

const sharing = ({ text, int, strict }: ColumnTypes) => [
  `create table mailbox (
    id ${text} primary key, email ${text} not null unique,
    status ${text} not null check (status in ('active', 'paused', 'halted')),
    next_run_at_ms ${int} not null, priority ${int} not null, attempts ${int} not null,
    last_started_at_ms ${int}, last_success_at_ms ${int}, last_outcome ${text},
    lease_holder ${text}, lease_until_ms ${int}, lease_fence ${int} not null,
    check ((lease_holder is null) = (lease_until_ms is null)))${strict}`,
  "create index mailbox_due on mailbox (priority, next_run_at_ms, id) where status = 'active'",
  `create table service_account_slot (
    account ${text} not null, slot ${int} not null, holder ${text}, mailbox_id ${text} references mailbox (id),
    lease_until_ms ${int}, fence ${int} not null, primary key (account, slot))${strict}`,
  `create table meta (key ${text} primary key, value ${text} not null)${strict}`,
]

const items = ({ text, int, strict }: ColumnTypes) => [
  `create table collection_pair (
    id ${text} primary key, mailbox_id ${text} not null references mailbox (id),
    kind ${text} not null, name ${text} not null, exchange_ref ${text} not null, nextcloud_ref ${text} not null,
    exchange_identity ${text}, nextcloud_identity ${text}, config_hash ${text} not null,
    exchange_cursor ${text}, nextcloud_cursor ${text}, first_pass_done ${int} not null,
    status ${text} not null check (status in ('active', 'halted')), halt ${text}, last_scrub_at_ms ${int})${strict}`,
  'create index collection_pair_mailbox on collection_pair (mailbox_id)',
  `create table item_pair (
    id ${text} primary key, pair_id ${text} not null references collection_pair (id), uid ${text} not null,
    uid_key ${text} not null, exchange_id ${text} not null, exchange_version ${text} not null, exchange_hashes ${text} not null,
    nextcloud_id ${text} not null, nextcloud_version ${text} not null, nextcloud_hashes ${text} not null,
    constraint item_pair_exchange unique (pair_id, exchange_id),
    constraint item_pair_nextcloud unique (pair_id, nextcloud_id))${strict}`,
  // uid_key stands first: an index that begins with the pair tempts a planner without statistics to walk through the whole pair.
  'create index item_pair_uid on item_pair (uid_key, pair_id)',
  `create table observation (
    pair_id ${text} not null references collection_pair (id), side ${text} not null ${SIDE_CHECK}, item_id ${text} not null,
    state ${text} not null check (state in ('present', 'gone', 'unreadable')), version ${text},
    uid ${text} not null, uid_key ${text} not null, hashes ${text} not null, span_start_ms ${int}, span_end_ms ${int},
    dirty ${int} not null, attempts ${int} not null, retry_at_ms ${int}, problem_code ${text}, problem_detail ${text},
    constraint observation_key primary key (pair_id, side, item_id))${strict}`,
  // What makes an idle pass cheap: it holds the rows that are not yet decided upon, and nothing else.
  // `dirty` is also a column of it: without statistics SQLite takes the index with the most equal columns.
  'create index observation_dirty on observation (pair_id, dirty, side, item_id) where dirty = 1',
  'create index observation_problem on observation (pair_id, side, item_id) where problem_code is not null',
  'create index observation_uid on observation (uid_key, pair_id, side)',
  `create table intent (
    token ${text} primary key, pair_id ${text} not null references collection_pair (id),
    action ${text} not null check (action in ('create', 'update', 'remove')), side ${text} not null ${SIDE_CHECK},
    uid ${text} not null, source_id ${text}, target_id ${text}, expect ${text}, item_pair_id ${text},
    source_hashes ${text}, desired_hashes ${text}, opened_at_ms ${int} not null)${strict}`,
  'create index intent_pair on intent (pair_id)',
]

const evidence = ({ text, int, bytes, serial, strict }: ColumnTypes) => [
  `create table archive (
    id ${text} primary key, mailbox_id ${text} not null references mailbox (id), pair_id ${text} not null,
    side ${text} not null ${SIDE_CHECK}, uid ${text} not null, item_id ${text} not null, reason ${text} not null,
    format ${text} not null, title ${bytes} not null, document ${bytes} not null,
    created_at_ms ${int} not null, expires_at_ms ${int} not null)${strict}`,
  'create index archive_mailbox on archive (mailbox_id, created_at_ms)',
  'create index archive_expiry on archive (expires_at_ms)',
  `create table conflict (
    id ${text} primary key, mailbox_id ${text} not null references mailbox (id), pair_id ${text} not null,
    item_pair_id ${text}, uid ${text} not null, paths ${text} not null, kind ${text} not null,
    winner ${text} not null check (winner in ('exchange', 'nextcloud')),
    archive_id ${text} references archive (id) on delete set null,
    created_at_ms ${int} not null, resolved_at_ms ${int}, resolution ${text})${strict}`,
  'create index conflict_mailbox on conflict (mailbox_id, created_at_ms)',
  'create index conflict_archive on conflict (archive_id) where archive_id is not null',
  `create table pass_log (
    id ${text} primary key, mailbox_id ${text} not null references mailbox (id), pair_id ${text},
    started_at_ms ${int} not null, ended_at_ms ${int} not null, outcome ${text} not null, counts ${text} not null,
    error_code ${text})${strict}`,
  'create index pass_log_mailbox on pass_log (mailbox_id, started_at_ms)',
  'create index pass_log_started on pass_log (started_at_ms)',
  `create table action_log (
    id ${serial}, pass_id ${text} not null, pair_id ${text} not null references collection_pair (id), uid ${text} not null,
    uid_key ${text} not null, action ${text} not null, side ${text} not null, reason ${text} not null,
    version_before ${text}, version_after ${text}, at_ms ${int} not null, removal ${int} not null)${strict}`,
  'create index action_log_uid on action_log (pair_id, uid_key, id)',
  'create index action_log_time on action_log (at_ms)',
  'create index action_log_removal on action_log (pair_id, at_ms) where removal = 1',
]

/** `account`: the service account that acts for the mailbox, as the replicas last agreed. All nullable: an older replica writes none of it. */
const replicas = ({ text, int, serial, strict }: ColumnTypes) => [
  `alter table mailbox add column account ${text}`,
  `alter table mailbox add column created_at_ms ${int}`,
  `alter table mailbox add column marked_at_ms ${int}`,
  "create index mailbox_due_account on mailbox (account, priority, next_run_at_ms, id) where status = 'active'",
  'create index mailbox_unassigned on mailbox (id) where account is null',
  'create index mailbox_leased on mailbox (lease_until_ms) where lease_holder is not null',
  'create index service_account_slot_mailbox on service_account_slot (mailbox_id) where mailbox_id is not null',
  `create table webhook_nonce (nonce ${text} primary key, expires_at_ms ${int} not null)${strict}`,
  'create index webhook_nonce_expiry on webhook_nonce (expires_at_ms)',
  `create table log_line (
    id ${serial}, at_ms ${int} not null, level ${text} not null, replica ${text} not null, line ${text} not null)${strict}`,
]

const accountBook = ({ text, int, strict }: ColumnTypes) => [
  `create table service_account (account ${text} primary key, state ${text} not null)${strict}`,
  `create table exchange_back_off (
    scope ${text} primary key, until_ms ${int} not null, width ${int} not null, at_ms ${int} not null)${strict}`,
]

const madeItems = ({ text, strict }: ColumnTypes) => [
  `create table made_item (
    pair_id ${text} not null references collection_pair (id), side ${text} not null check (side in ('exchange', 'nextcloud')),
    item_id ${text} not null, primary key (pair_id, side, item_id))${strict}`,
]

const endpoints = ({ text, int, strict }: ColumnTypes) => [
  `create table mailbox_endpoint (
    email ${text} primary key, place ${text} not null check (place in ('on-premises', 'cloud')), url ${text} not null,
    found_at_ms ${int} not null, failed_at_ms ${int})${strict}`,
]

const replicaRoll = ({ text, int, strict }: ColumnTypes) => [
  `create table replica (name ${text} primary key, present_until_ms ${int} not null)${strict}`,
]

export const MIGRATIONS: readonly Migration[] = [
  { version: 1, statements: (types) => [...sharing(types), ...items(types), ...evidence(types)] },
  { version: 2, statements: ({ text }) => [`alter table mailbox add column status_reason ${text}`] },
  { version: 3, statements: replicas },
  { version: 4, statements: accountBook },
  { version: 5, statements: ({ text }) => [`alter table collection_pair add column link ${text}`] },
  {
    version: 6,
    statements: ({ text }) => [`alter table observation add column seen_by ${text} not null default 'listing'`],
  },
  { version: 7, statements: madeItems },
  { version: 8, statements: ({ text }) => [`alter table mailbox add column last_pass ${text}`] },
  { version: 9, statements: endpoints },
  { version: 10, statements: replicaRoll },
]
