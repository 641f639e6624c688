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
