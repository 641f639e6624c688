/** Every bound of the connector in one place, each with its reason (I22). Reaching one is an error with a code, never a silent cut. */

/** EWS: SyncFolderItems returns at most 512 changes per call (MS-OXWSSYNC 3.1.4.3). */
export const SYNC_PAGE_SIZE_MAX = 512
/** EWS: more than 100 items per GetItem runs into the server's time limits (exchange-facts). */
export const EWS_GET_BATCH_MAX = 100
/** EWS: writes per request. Small enough that one lost answer leaves few unknown writes. */
export const EWS_WRITE_BATCH_MAX = 50
/** CalDAV: hrefs per multiget; Nextcloud's SQL has limits on bound parameters, and an answer stays small. */
export const DAV_MULTIGET_MAX = 100
/** CalDAV: PUT or DELETE under way at once per collection. Nextcloud on SQLite has one writer; PostgreSQL gains up to 4. */
export const DAV_WRITE_CONCURRENCY_MAX = 4
/** One answer of a server. Real calendars stay far below; a hostile or broken server cannot fill the memory. */
export const RESPONSE_BYTES_MAX = 64 * 1024 * 1024
/** One request, headers to last byte. */
export const REQUEST_TIMEOUT_MS = 120_000
export const CONNECT_TIMEOUT_MS = 15_000
/** Pages of one feed in one pass: 512 x 20,000 is 10 million items; more is a server that never ends its feed. */
export const FEED_PAGES_MAX = 20_000
/** Redirects followed, all on the same host. */
export const REDIRECTS_MAX = 3
/** Nesting of an XML document; EWS and DAV answers stay below 30. */
export const XML_DEPTH_MAX = 100
/** Retries of a request that the server refused for load. */
export const THROTTLE_RETRIES_MAX = 5
/** Rounds of observe-plan-execute in one run before the rest waits for the next run (I2 promises 3). */
export const ROUNDS_MAX = 3
/** Failed tries before an item is shown as quarantined; it is still retried, ever more slowly. */
export const ITEM_ATTEMPTS_QUARANTINE = 5
/** A command that gives a secret: a vault answers in a second; one that waits for a key press must not hang cron. */
export const SECRET_COMMAND_TIMEOUT_MS = 10_000
/** A secret: a password, a key or a certificate in PEM. */
export const SECRET_BYTES_MAX = 64 * 1024
/** State: how long an operation waits for another writer of the same database before it is `state.locked`. Commits take milliseconds. */
export const STATE_LOCK_WAIT_MS = 10_000
/** SQLite blocks the thread while it waits by itself, so that wait is short and the rest of STATE_LOCK_WAIT_MS is waited for without blocking. */
export const STATE_BUSY_WAIT_MS = 20
/** One statement of the state store; the longest (a first full list of 100,000 items) stays below 5 s. */
export const STATE_STATEMENT_TIMEOUT_MS = 60_000
/** Connections to PostgreSQL per replica: one per mailbox in parallel (8) and two for leases. */
export const STATE_CONNECTIONS_MAX = 10
/** Connections to PostgreSQL that nobody uses stay open for so long: a new one costs both sides a sign-in. */
export const STATE_CONNECTION_IDLE_MS = 5 * 60 * 1000
/** Rows of one multi-row statement: 500 x 15 columns stays below SQLite's 32,766 bound parameters. */
export const STATE_BATCH_ROWS_MAX = 500
/** Pass and action logs older than this are removed with the expired archive: as long as the archive is kept. */
export const STATE_LOG_RETENTION_MS = 90 * 24 * 60 * 60 * 1000
/** CalDAV: longest Retry-After that is waited for inside a pass; a longer one (maintenance) ends the pass as throttled. */
export const DAV_RETRY_AFTER_MAX_MS = 60_000
/** CalDAV: first wait of the growing pauses after a locked database or a refusal without Retry-After. */
export const DAV_BACKOFF_BASE_MS = 500
/** CalDAV: repeats of a read whose connection broke. Reads change nothing; more would hide a server that is down. */
export const DAV_READ_RETRIES_MAX = 2
/** CalDAV: changes asked for again behind the last sync token (quirk NC-SYNC-OVERLAP; 0 of 930 were missed with 20). */
export const DAV_SYNC_OVERLAP = 20
/** CalDAV: hints of the last page that a cursor remembers, so that the overlap repeats none of them. 11 bytes each. */
export const DAV_CURSOR_SEEN_MAX = 500
/** CalDAV: Nextcloud prunes its change log silently after 60 days at the earliest; a cursor not renewed for 14 days is not trusted (LOS-9). */
export const DAV_CURSOR_AGE_MAX_DAYS = 14
/** Occurrences walked to find the end of a counted series; a longer one counts as endless for the sync window. Exchange holds 999. */
export const SPAN_OCCURRENCES_MAX = 10_000
/** Entries of each memo of zone facts. There are about 600 zone names and 140 Windows names; hostile files bring more. */
export const ZONE_MEMO_MAX = 2_000
/** EWS: requests under way at once with which a service account begins; Exchange's oldest default (EWSMaxConcurrency of 2010) was 10. */
export const EWS_CONCURRENCY_START = 10
/** EWS: requests under way at once per service account at most, while the server never refuses. The default policy allows 27; others are raised. */
export const EWS_CONCURRENCY_MAX = 100
/** EWS: requests under way at once to one server, all accounts of this replica together; it shrinks when the server answers 503. */
export const EWS_SERVER_CONCURRENCY_MAX = 300
/** EWS: folder synchronisations under way at once: Exchange counts them apart and allows 5 (SRV-1). Where it begins, and the most it tries. */
export const EWS_SYNC_CONCURRENCY_START = 4
export const EWS_SYNC_CONCURRENCY_MAX = 30
/** EWS: what is left of the number at once after a refusal. Half would leave a quarter of the policy unused while it recovers. */
export const EWS_DECREASE = 0.75
/** EWS: the same when a request was one too many at once: the limit is known then, and what is under way goes on. */
export const EWS_DECREASE_AT_ONCE = 0.9
/** EWS: rounds of answers just below the number that was refused, before that number is tried again: one refusal in about 40 rounds. */
export const EWS_CEILING_ROUNDS = 40
/** EWS: rounds of answers before one more is tried at once, while the server never refused: 27 are found within seven rounds. */
export const EWS_SEARCH_ROUNDS = 1 / 3
/** EWS: how often the pauses of other replicas are looked for. */
export const EWS_PAUSE_LOOK_MS = 1_000
/** EWS: a run that begins takes over the number at once that the last one was left with, unless that is older than this. */
export const EWS_WIDTH_MEMORY_MS = 10 * 60 * 1000
/** Streaming: subscriptions on one connection; Exchange takes 200 at the most. */
export const STREAM_MAILBOXES_MAX = 200
/** Streaming: connections that hang per service account: HangingConnectionLimit is 10 by default, and one is left for others. */
export const STREAM_CONNECTIONS_MAX = 9
/** Streaming: ConnectionTimeout of one request; Exchange takes 30 minutes at the most. */
export const STREAM_MINUTES = 29
/** Streaming: a connection without a word for so long is dead: Exchange says every 30 to 60 seconds that all is well. */
export const STREAM_IDLE_MS = 3 * 60 * 1000
/** Streaming: one message. A notification has 500 bytes per event. */
export const STREAM_MESSAGE_BYTES_MAX = 4 * 1024 * 1024
/** Streaming: mailboxes that are subscribed at once per group, so that a start leaves room for syncs. */
export const STREAM_SUBSCRIBE_CONCURRENCY_MAX = 4
/** Streaming: first and longest wait before a broken connection is opened again. */
export const STREAM_RETRY_BASE_MS = 1_000
export const STREAM_RETRY_MAX_MS = 5 * 60 * 1000
/** Streaming: a mailbox whose subscription was refused is left to polling for so long. */
export const STREAM_REFUSED_MS = 30 * 60 * 1000
/** Streaming: how often it is looked at who is to be listened to, and where. */
export const STREAM_REFRESH_MS = 30_000
/** Streaming: how often a replica says that it is there, and looks which accounts are its own. */
export const STREAM_SHARE_MS = 10_000
/** Replicas: one that said nothing for so long is gone, and the others listen in its place. */
export const REPLICA_PRESENT_MS = 45_000
/** EWS: longest back-off that is waited for inside a call; a longer one ends the call as throttled, and the schedule waits instead. */
export const EWS_BACKOFF_MAX_MS = 60_000
/** EWS: first wait of the growing pauses when the server refused for load without saying how long. */
export const EWS_BACKOFF_BASE_MS = 1_000
/** EWS: repeats of a read whose connection broke. Reads change nothing; more would hide a server that is down. */
export const EWS_READ_RETRIES_MAX = 2
/** The year by whose rules a zone is recognised when the item names none. Any year after the last change of most zones would do. */
export const ZONE_REFERENCE_YEAR = 2027
/** EWS: requests of one sign-in handshake. NTLM needs 2, Negotiate up to 3; a server that never ends is refused. */
export const HANDSHAKE_LEGS_MAX = 4
/** Occurrences counted to find one by its number: 110 years of a daily series. */
export const SERIES_OCCURRENCES_MAX = 40_000
/** RFC 5545 section 3.1: a content line SHOULD NOT be longer than 75 octets, line break excluded. */
export const ICAL_LINE_OCTETS_MAX = 75
/** Nesting of iCalendar components; VCALENDAR > VEVENT > VALARM > VLOCATION is the deepest in RFC 9074. */
export const ICAL_DEPTH_MAX = 10
/** Years of zone history that are remembered: 200 zones with a century each. */
export const ZONE_YEARS_MEMO_MAX = 20_000
/** How far back a generated VTIMEZONE follows the rules that hold in the item's year; items before 1970 get their own years besides. */
export const ZONE_PAST_YEAR = 1970
/** From this year on a zone's last rules are taken as lasting: zone data name no single changes beyond 2037, the end of 32-bit time. */
export const ZONE_FUTURE_YEAR = 2038
/** EWS: items per FindItem page, ids only; Exchange's own limit (EwsMaxFindCount policy) is 1,000. */
export const EWS_FIND_PAGE_MAX = 500
/** A list whose folder changes while it is read begins anew so often; a busier folder than that is asked again later. */
export const LIST_TRIES_MAX = 5
/** PRODID of documents that the connector makes (RFC 5545 section 3.7.3). */
export const ICAL_PRODUCT = '-//Nextcloud Exchange Connector//Calendar//EN'
/** A file of `mapping dry-run`: a year's export of a full calendar has about 10 MB. */
export const INPUT_FILE_BYTES_MAX = 64 * 1024 * 1024
/** How long an administrator's command waits for the pass that is at work in the mailbox; most passes take seconds, a first sync may take hours. */
export const ADMIN_LEASE_WAIT_MS = 30_000
/** A lease of 90 s is renewed this often in the background: a beat may be late or missed, and the lease lives. */
export const LEASE_BEAT_MS = 20_000
/** Beats in a row that could not renew the lease before it is given up: the fifth would come when it has run out. */
export const LEASE_BEATS_MISSED_MAX = 4
/** Beats without a step of the work before it is no longer kept alive: the longest call (5 throttled tries of a batch) stays below this hour. */
export const LEASE_BEATS_ALONE_MAX = 180
/** Tries of a restore whose target is edited between the look at it and the write (LOS-5). */
export const RESTORE_TRIES_MAX = 3
/** The archive is pruned at the end of runs, at most this often per process: what expires has waited for months. */
export const PRUNE_INTERVAL_MS = 3_600_000
/** Nesting of an HTML body that is flattened to text; deeper ones (Word's tables stay below 100) would exhaust the stack. */
export const HTML_DEPTH_MAX = 300
/** Observances of one VTIMEZONE: the whole history of the liveliest zone, one by one, has fewer than 250. */
export const ZONE_OBSERVANCES_MAX = 500
/** Kerberos: one run of kinit; a KDC answers in milliseconds, three unreachable ones time out after this. */
export const KINIT_TIMEOUT_MS = 30_000
/** Kerberos: a ticket of our own is asked for again after this time; domains give them for 10 hours, the strictest for one. */
export const KERBEROS_TICKET_AGE_MAX_MS = 30 * 60 * 1000
/** OAuth: one request to the authority; it answers in a second. */
export const AUTHORITY_TIMEOUT_MS = 30_000
/** OAuth: one answer of the authority; its metadata has 4 kB, a token 2. */
export const AUTHORITY_ANSWER_BYTES_MAX = 1024 * 1024
/** OAuth: a token is renewed so long before it ends, while the old one still serves if the authority is down. */
export const TOKEN_RENEW_BEFORE_MS = 10 * 60 * 1000
/** OAuth: a token younger than this that is refused is refused for another reason than its age; asking for the next would be in vain. */
export const TOKEN_YOUNG_MS = 60_000
/** Pool: tries of a refused account within ACCOUNT_LOCKOUT_WINDOW_MS. The strictest usual lock-out threshold is 5 (CIS), and people sign in too. */
export const ACCOUNT_TRIES_MAX = 3
/** Pool: Windows counts wrong passwords over 10 to 30 minutes ("reset account lockout counter after"). */
export const ACCOUNT_LOCKOUT_WINDOW_MS = 30 * 60 * 1000
/** Pool: first pause of a refused account; five times longer after each further refusal. */
export const ACCOUNT_REST_BASE_MS = 60_000
/** Pool: longest pause of a refused account, so that one that was unlocked in the morning works by noon. */
export const ACCOUNT_REST_MAX_MS = 6 * 60 * 60 * 1000
/** Pool: an account that was quiet this long proves itself with one call before many go out: its password may have changed. */
export const ACCOUNT_PROOF_MS = 60_000
/** Pool: how long one that tries an unproven account keeps the others waiting: a request's time limit and a little. */
export const ACCOUNT_PROBE_MS = 150_000
/** Pool: how often another replica's try is looked for. */
export const ACCOUNT_PROBE_POLL_MS = 250
/** Pool: how old another replica's news about an account that works may be. */
export const ACCOUNT_LOOK_MS = 2_000
/** Pool: accounts that one call is tried with; more would carry one mailbox's trouble to every account. */
export const ACCOUNTS_PER_CALL_MAX = 3
/** Pool test: one request; a person waits for it. */
export const POOL_TEST_TIMEOUT_MS = 30_000
/** Pool test: accounts that are tested at the same time. */
export const POOL_TEST_ACCOUNTS_MAX = 8
/** Kerberos refuses clocks that differ by more than 5 minutes (MaxClockSkew); tokens are given 5 minutes, too. */
export const CLOCK_SKEW_MAX_MS = 5 * 60 * 1000
/** Pool test: a server certificate that ends within this time is named. */
export const CERTIFICATE_NOTICE_MS = 14 * 24 * 60 * 60 * 1000
/** Pool: a certificate that ends within this time is announced, once a day. Ordering a new one takes a company weeks. */
export const SECRET_EXPIRY_NOTICE_MS = 30 * 24 * 60 * 60 * 1000
/** PRODID of vCards that the connector makes. */
export const VCARD_PRODUCT = '-//Nextcloud Exchange Connector//Contacts//EN'
/** A photo on a vCard: in base64 a third longer, with the rest of the card it stays below Nextcloud's 5 MiB (dav/card_size_limit). */
export const VCARD_PHOTO_BYTES_MAX = 3_500_000
/** EWS: a contact's photo that is written. Outlook shows it in a corner; Exchange takes 10 MB at the least, base64 and the rest included. */
export const EWS_PHOTO_BYTES_MAX = 5 * 1024 * 1024
/** EWS: photos asked for in one request: with EWS_PHOTO_BATCH_BYTES_MAX each they stay below RESPONSE_BYTES_MAX as base64. */
export const EWS_PHOTO_BATCH_MAX = 20
/** EWS: a larger photo is asked for alone. */
export const EWS_PHOTO_BATCH_BYTES_MAX = 2 * 1024 * 1024
/** Signed requests of and to the Nextcloud app: how far the two clocks may differ. NTP keeps them within a second; 5 minutes is what Kerberos allows. */
export const SIGNATURE_SKEW_MS = 300_000
/** Users that one webhook names; the app names a few, and says "poll" by naming none. */
export const WEBHOOK_USERS_MAX = 1_000
/** State: a smaller difference between this machine's clock and the database's is left alone; NTP keeps machines within it. */
export const STATE_CLOCK_OFFSET_MIN_MS = 1_000
/** State: how long after a broken connection the notifications of other replicas are asked for again; polling sees them meanwhile. */
export const STATE_LISTEN_RETRY_MS = 5_000
/** `status --log`: more lines than a person reads; `--find` and `--since` narrow. */
export const HISTORY_LINES_MAX = 5_000
/** `sync watch` looks this often, and tells at most so many lines per look. Writers commit out of order, within seconds. */
export const WATCH_PAUSE_MS = 1_000
export const WATCH_LINES_MAX = 1_000
export const WATCH_OVERLAP_MS = 15_000
/** `logs` reads the table in pages of this many lines, and with --follow looks so many lines back: replicas commit out of order. */
export const LOG_PAGE_LINES = 1_000
export const LOG_FOLLOW_OVERLAP_LINES = 500
/** A file on an event that travels to the other side, unless configured otherwise: as much as one mail usually may carry. */
export const FILE_BYTES_MAX = 10 * 1024 * 1024
/** All files inside one iCalendar object: Nextcloud takes 10,000,000 octets (max-resource-size), base64 makes a third more of them. */
export const ICAL_FILES_BYTES_MAX = 7_000_000
/** EWS: Exchange counts an attachment's own properties into its size; one that is this much over the limit may still be within it. */
export const EWS_FILE_OVERHEAD_BYTES = 256 * 1024
/** EWS: files of one event that are looked into; Exchange allows 250 attachments. */
export const EWS_FILES_PER_EVENT_MAX = 100
/** EWS: files whose hash is remembered within a process, so that an unchanged file is fetched once. 200 bytes each. */
export const EWS_FILE_HASHES_MAX = 50_000
/** App: users of one page. The app allows 1,000; 500 take 0.4 s on a real server. */
export const APP_USERS_PAGE = 500
/** App: pages of one list: a million users at 500 each; more is a cursor that never ends. */
export const APP_PAGES_MAX = 2_000
/** App: journal rows per request, marked due in one transaction of the state. */
export const APP_JOURNAL_PAGE = 500
/** App: DAV requests of one batch; the app takes no more (openapi.json), and per object more gain nothing (nextcloud-facts section 2). */
export const APP_BATCH_REQUESTS_MAX = 100
/** App: texts of one batch. The app takes 8 MiB; larger ones than 2 gain nothing and keep one PHP process busy. */
export const APP_BATCH_BYTES_MAX = 2 * 1024 * 1024
/** App: batches under way at once per Nextcloud: four gave 209 objects/s where one gave 148 (2 cores, PostgreSQL). One on SQLite. */
export const APP_BATCH_CONCURRENCY_MAX = 4
/** App: users of one status report (openapi.json). */
export const APP_STATUS_USERS_MAX = 500
/** App: after a refusal that every request would get (password, secret, clock) nothing is asked for this long: each try slows down everybody behind our address. */
export const APP_REFUSED_REST_MS = 60_000
/** A look at all calendars, task lists and address books of both sides, for what came, went or was renamed: some ten requests of a mailbox. */
export const COLLECTIONS_LOOK_INTERVAL_MS = 60 * 60 * 1000
/** Daemon: how often the database is asked for due mailboxes when nothing wakes it. One indexed query per replica. */
export const DAEMON_POLL_MS = 1_000
/** Daemon: least time between two claims, so that a storm of wakes or of very short passes is no storm of queries. */
export const CLAIM_GAP_MS = 20
/** Daemon: how often it asks who is enrolled, and whether the schema still fits. */
export const USERS_REFRESH_MS = 60_000
/** Daemon: a control loop that did not turn for so long is dead; the slowest turn (a database that waits for locks) takes 60 s. */
export const LOOP_STALLED_MS = 120_000
/** Daemon: turns that fail in a row for a reason of its own before it ends; the service manager starts it anew. */
export const LOOP_FAILURES_MAX = 10
/** Daemon: how long a stop waits for the writes under way. Docker and systemd give 10 to 90 s before they kill; docs/deploy asks for 45. */
export const STOP_GRACE_MS = 30_000
/** Daemon: failures of one endpoint in a row before its mailboxes are put off; a single one may be the mailbox's own. */
export const ENDPOINT_FAILURES_MAX = 3
/** Daemon: first and longest pause of an endpoint that is down. */
export const ENDPOINT_BACKOFF_BASE_MS = 5_000
export const ENDPOINT_BACKOFF_MAX_MS = 300_000
/** Daemon: mailboxes that were put off together come back spread over this time. */
export const ENDPOINT_SPREAD_MS = 15_000
/** Daemon: the numbers of the database are read at most this often, however many scrape. */
export const NUMBERS_AGE_MAX_MS = 5_000
/** HTTP server: one webhook; a thousand user names have 64 kB at the most. */
export const WEBHOOK_BYTES_MAX = 128 * 1024
/** HTTP server: webhooks that are verified at once; each is a hash and one statement. */
export const WEBHOOKS_UNDER_WAY_MAX = 32
/** HTTP server: a request that takes longer, or a connection that says nothing. */
export const HTTP_TIMEOUT_MS = 10_000
/** App: the list of users is asked for changes when it is older than this and somebody needs it. */
export const APP_USERS_AGE_MAX_MS = 60_000
/** App: the whole list is read again after this time, for users who vanished without a trace. 12,000 users are 24 requests. */
export const APP_USERS_WHOLE_AGE_MAX_MS = 6 * 60 * 60 * 1000
/** App: changes of users are asked for from so many seconds before the last one seen: transactions end out of order. */
export const APP_USERS_OVERLAP_S = 60
/** Logs: lines kept for a sink that does not answer; at 300 bytes each 6 MB. The oldest go first, and are counted. */
export const LOG_QUEUE_LINES_MAX = 20_000
/** Logs: lines of one batch. */
export const LOG_BATCH_LINES_MAX = 500
/** Logs: how long one batch may take. */
export const LOG_SEND_MS = 10_000
/** Logs: longest pause between tries of a sink that is down. */
export const LOG_PAUSE_MAX_MS = 30_000
/** Logs: how long the end of a process waits for the last lines. */
export const LOG_CLOSE_MS = 2_000
/** Logs: bytes that wait for a slow disk. */
export const LOG_FILE_BUFFER_BYTES_MAX = 8 * 1024 * 1024
/** Logs: one UDP datagram; RFC 5426 asks receivers for 2,048 and hopes for more; longer lines are cut. */
export const LOG_UDP_BYTES_MAX = 8_192
/** App: time between two polls of the daemon, for all users together; a webhook makes it at once. An idle poll costs Nextcloud 27 ms. */
export const APP_POLL_MS = 10_000
/** App: how long it is remembered whose turn to poll it was: replicas' clocks may differ by this much. */
export const APP_POLL_TURN_MS = 5 * 60 * 1000
/** App: longest pause between polls while it fails. */
export const APP_POLL_FAILED_MAX_MS = 5 * 60 * 1000
/** App: a command that a replica took and did not answer is taken up again after this time; a restore takes seconds. */
export const APP_COMMAND_CLAIM_MS = 10 * 60 * 1000
/** App: reports of passes are gathered for so long. */
export const APP_STATUS_GATHER_MS = 2_000
/** App: the end of a command waits so long for its reports to be told. */
export const APP_STATUS_CLOSE_MS = 5_000
/** App: conflicts and problems of one user in a report: what a person reads on one page. */
export const APP_STATUS_LIST_MAX = 100
/** CardDAV: cards asked for by UID at once because a group names them as members; a member that is not asked for stays on the card. */
export const GROUP_MEMBERS_ASKED_MAX = 500
/** Autodiscover: one answer; a whole one with every setting has 10 kB. */
export const DISCOVERY_BYTES_MAX = 1024 * 1024
/** Autodiscover: one request; servers that do not exist are the rule, and a pass waits for them. */
export const DISCOVERY_TIMEOUT_MS = 20_000
/** Autodiscover: questions of one search: three servers in two languages, and three redirects of each kind. */
export const DISCOVERY_REQUESTS_MAX = 20
/** Autodiscover: what was found is asked for again after a day: mailboxes move rarely, and a failing address is asked for at once. */
export const DISCOVERY_AGE_MAX_MS = 24 * 60 * 60 * 1000
/** Autodiscover: while its servers are down, what was found earlier serves for so long. */
export const DISCOVERY_STALE_MAX_MS = 7 * 24 * 60 * 60 * 1000
/** Autodiscover: a mailbox whose address fails is searched again at most this often. */
export const DISCOVERY_AGAIN_MS = 60_000
/** Autodiscover: what was found is forgotten so long after it was last confirmed: its mailbox is gone. */
export const DISCOVERY_KEPT_MS = 90 * 24 * 60 * 60 * 1000
/** Servers that are spoken to at once: an organisation has one address per site; more is an answer that makes them up. */
export const EXCHANGE_SERVERS_MAX = 50
/** EWS: a longer pause is not taken at its word, for all replicas: a slip of a server or a proxy must not silence everybody for hours. After it one call asks again. */
export const EWS_PAUSE_MAX_MS = 15 * 60_000
