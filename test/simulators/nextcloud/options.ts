/** What a test can choose about the simulated server, with Nextcloud 34 on PostgreSQL as the default. */

export type NextcloudVersion = 29 | 32 | 34

export type NextcloudSimulatorOptions = {
  /** Behaviour that was measured to differ between the versions (nextcloud-facts 3 and 4). */
  version?: NextcloudVersion
  /** On SQLite a write that meets another write under way sometimes answers 500 "database is locked". */
  database?: 'postgres' | 'sqlite'
  /** Share of the writes that meet another write and fail on SQLite; 0.4 was measured. */
  lockedShare?: number
  trashbin?: boolean
  /** The MAX(operation) bug of sync-collection; present on 30 and later. */
  syncBug?: boolean
  /** Sabre leaves objects that do not exist out of a multiget; newer Sabre reports them as 404. */
  multigetMissing?: 'omitted' | 'not-found'
  eventSizeLimitBytes?: number
  cardSizeLimitBytes?: number
  /** Entries of one CardDAV sync-collection answer. */
  cardSyncTruncation?: number
  /** Milliseconds since the epoch. */
  clock?: { nowMs(): number }
  /** A number in [0, 1), for what happens only sometimes. */
  fraction?: () => number
  /** PEM texts: the server speaks https. */
  tls?: { key: string; cert: string }
  /** Where Nextcloud lives below the host, `/nextcloud` for example. Default: at the root. */
  webroot?: string
  /** Another way to sign in (a gateway): the uid to act as, or null to go on with Basic. Called before Basic. */
  authenticate?: (request: GatewayRequest) => string | null
  /** Lines of the request log that are kept; older ones are dropped. */
  logEntriesMax?: number
}

export type GatewayRequest = {
  method: string
  url: string
  headers: Readonly<Record<string, string>>
  body: Uint8Array
}

export type ResolvedOptions = Required<Omit<NextcloudSimulatorOptions, 'tls' | 'authenticate'>> &
  Pick<NextcloudSimulatorOptions, 'tls' | 'authenticate'>

/** A small generator with a fixed seed: runs are alike unless the test brings its own chance. */
function seededFraction(): () => number {
  let state = 0x2545f491
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 0x100000000
  }
}

export function resolveOptions(options: NextcloudSimulatorOptions): ResolvedOptions {
  const version = options.version ?? 34
  return {
    version,
    database: options.database ?? 'postgres',
    lockedShare: options.lockedShare ?? 0.4,
    trashbin: options.trashbin ?? true,
    syncBug: options.syncBug ?? version >= 30,
    multigetMissing: options.multigetMissing ?? 'omitted',
    eventSizeLimitBytes: options.eventSizeLimitBytes ?? 10_485_760,
    cardSizeLimitBytes: options.cardSizeLimitBytes ?? 5_242_880,
    cardSyncTruncation: options.cardSyncTruncation ?? 2_500,
    clock: options.clock ?? { nowMs: () => Date.now() },
    fraction: options.fraction ?? seededFraction(),
    webroot: options.webroot ?? '',
    logEntriesMax: options.logEntriesMax ?? 50_000,
    ...(options.tls ? { tls: options.tls } : {}),
    ...(options.authenticate ? { authenticate: options.authenticate } : {}),
  }
}
