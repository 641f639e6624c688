/** The configuration as the rest of the program sees it: nested plain data in our own words and units, without a trace of environment variables. */
import { resolve } from 'node:path'
import type { Values } from './schema.ts'

export type SyncSettings = {
  calendars: boolean
  contacts: boolean
  tasks: boolean
  type: 'full' | 'sensitive'
  sensitiveTitle: string
  sensitiveScope: 'private' | 'all'
  intervalMs: number
  criticalIntervalMs: number
  batchLimit: number
  batchSaveSize: number
  usersInParallelMax: number
  usersPerAdminMax: number
  /** Null = unlimited. */
  windowPastDays: number | null
  windowFutureDays: number | null
  conflictPolicy: 'exchange' | 'nextcloud' | 'newest'
  schedulingAuthority: 'nextcloud' | 'exchange'
  fileBytesMax: number
  /** IANA zone for floating times on Exchange. */
  defaultTimeZone: string
}

export type ExchangeSettings = {
  type: 'cloud' | 'kerberos' | 'basic' | 'ntlm'
  ewsUrl: string | null
  tenantId: string | null
  appId: string | null
  clientSecret: string | null
  certificateFile: string | null
  authorityUrl: string | null
  audience: string | null
  servicePrincipal: string | null
  /** Absolute path of a file or a folder. */
  adminsFile: string
  caFile: string | null
  /** Empty: no autodiscover. */
  allowedHosts: readonly string[]
  cloudHosts: readonly string[]
  /** Null: all mailboxes are of one kind. */
  cloudMailboxes: Values['Service__ExchangeConfiguration__CloudMailboxes']
  cloudEwsUrl: string | null
  /** Absolute path of a file or a folder. */
  cloudAdminsFile: string | null
}

/** The Nextcloud app `exchange_connector`: users come from it, and requests for them are signed. */
export type AppSettings = { url: string; username: string; appPassword: string; sharedSecret: string }

export type NextcloudSettings = {
  url: string | null
  /** Also for the webhook of an app that does not serve the users. */
  sharedSecret: string | null
  /** Accepted besides while the app's secret is rotated. */
  previousSharedSecret: string | null
  /** Null: users come from the file. */
  app: AppSettings | null
  /** Absolute path. */
  usersFile: string
  caFile: string | null
}

/** Limits of the guards as src/sync/guard.ts takes them; percentages are whole numbers. */
export type GuardSettings = {
  deletesMax: number
  deletesMaxPercent: number
  deletesPerDayMaxPercent: number
  changesMinItems: number
  changesMaxPercent: number
  rollbackMaxPercent: number
}

export type LogOutput = 'console' | 'database' | 'file' | 'loki' | 'syslog' | 'otlp'
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export type LoggingSettings = {
  outputs: readonly LogOutput[]
  level: LogLevel
  database: { linesMax: number }
  /** `path` is absolute. */
  file: { path: string; megabytesMax: number; filesMax: number }
  loki: { url: string | null; username: string | null; password: string | null; tenantId: string | null }
  syslog: { url: string | null; facility: Values['Service__LoggingConfiguration__Syslog__Facility'] }
  otlp: { url: string | null; headers: Readonly<Record<string, string>> }
}

export type Config = {
  sync: SyncSettings
  exchange: ExchangeSettings
  nextcloud: NextcloudSettings
  /** `sqlite:ABSOLUTE PATH`, `sqlite::memory:` or `postgres://...`; may hold a password. */
  database: { connectionString: string }
  /** Base64 of 32 bytes each. */
  archive: { encryptionKey: string | null; previousEncryptionKey: string | null; retentionDays: number }
  /** The daemon's server. */
  http: { enabled: boolean; host: string; port: number }
  logging: LoggingSettings
  guards: GuardSettings
  allowPlainHttp: boolean
  secondaryReplicas: number
  /** The directory that relative paths started at. */
  baseDir: string
  /** For the administrator: what is allowed but worth a look. */
  warnings: readonly string[]
}

function syncSettings(v: Values): SyncSettings {
  return {
    calendars: v.Service__SyncMode.includes('calendars'),
    contacts: v.Service__SyncMode.includes('contacts'),
    tasks: v.Service__SyncMode.includes('tasks'),
    type: v.Service__SyncType,
    sensitiveTitle: v.Service__SensitiveSyncConfiguration__SensitiveTitle,
    sensitiveScope: v.Service__SensitiveSyncConfiguration__Scope,
    intervalMs: v.Service__SyncIntervalInSeconds * 1000,
    criticalIntervalMs: v.Service__CriticalSyncIntervalInSeconds * 1000,
    batchLimit: v.Service__BatchLimit,
    batchSaveSize: v.Service__BatchSaveSize,
    usersInParallelMax: v.Service__MaxParallelProcessingUsers,
    usersPerAdminMax: v.Service__MaxUsersPerAdmin,
    windowPastDays: v.Service__SyncWindow__PastDays,
    windowFutureDays: v.Service__SyncWindow__FutureDays,
    conflictPolicy: v.Service__ConflictPolicy,
    schedulingAuthority: v.Service__SchedulingAuthority,
    fileBytesMax: v.Service__AttachmentLimitInBytes,
    defaultTimeZone: v.Service__DefaultTimeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone,
  }
}

function loggingSettings(v: Values, path: (text: string) => string): LoggingSettings {
  return {
    outputs: v.Service__LoggingConfiguration__LogsOutput,
    level: v.Service__LoggingConfiguration__LogLevel,
    database: { linesMax: v.Service__LoggingConfiguration__Database__LinesMax },
    file: {
      path: path(v.Service__LoggingConfiguration__File__Path),
      megabytesMax: v.Service__LoggingConfiguration__File__SizeInMegabytes,
      filesMax: v.Service__LoggingConfiguration__File__Count,
    },
    loki: {
      url: v.Service__LoggingConfiguration__Loki__Url,
      username: v.Service__LoggingConfiguration__Loki__Username,
      password: v.Service__LoggingConfiguration__Loki__Password,
      tenantId: v.Service__LoggingConfiguration__Loki__TenantId,
    },
    syslog: {
      url: v.Service__LoggingConfiguration__Syslog__Url,
      facility: v.Service__LoggingConfiguration__Syslog__Facility,
    },
    otlp: {
      url: v.Service__LoggingConfiguration__Otlp__Url,
      headers: v.Service__LoggingConfiguration__Otlp__Headers ?? {},
    },
  }
}

/** Nested form of checked values; relative paths start at `baseDir`. */
export function toConfig(v: Values, baseDir: string, warnings: readonly string[]): Config {
  const path = (text: string) => resolve(baseDir, text)
  const optionalPath = (text: string | null) => (text === null ? null : path(text))
  return {
    sync: syncSettings(v),
    exchange: {
      type: v.Service__ExchangeConfiguration__ExchangeType,
      ewsUrl: v.Service__ExchangeConfiguration__EwsUrl,
      tenantId: v.Service__ExchangeConfiguration__TenantId,
      appId: v.Service__ExchangeConfiguration__AppId,
      clientSecret: v.Service__ExchangeConfiguration__ClientSecret,
      certificateFile: optionalPath(v.Service__ExchangeConfiguration__CertificateFile),
      authorityUrl: v.Service__ExchangeConfiguration__AuthorityUrl,
      audience: v.Service__ExchangeConfiguration__Audience,
      servicePrincipal: v.Service__ExchangeConfiguration__ServicePrincipal,
      adminsFile: path(v.Service__ExchangeConfiguration__AdminsFile),
      caFile: optionalPath(v.Service__ExchangeConfiguration__CaFile),
      allowedHosts: v.Service__ExchangeConfiguration__Autodiscover__AllowedHosts ?? [],
      cloudHosts: v.Service__ExchangeConfiguration__Autodiscover__CloudHosts,
      cloudMailboxes: v.Service__ExchangeConfiguration__CloudMailboxes,
      cloudEwsUrl: v.Service__ExchangeConfiguration__CloudEwsUrl,
      cloudAdminsFile: optionalPath(v.Service__ExchangeConfiguration__CloudAdminsFile),
    },
    nextcloud: {
      url: v.Service__NextcloudConfiguration__Url,
      sharedSecret: v.Service__NextcloudConfiguration__SharedSecret,
      previousSharedSecret: v.Service__NextcloudConfiguration__PreviousSharedSecret,
      app: appSettings(v),
      usersFile: path(v.Service__NextcloudConfiguration__UsersFile ?? DEFAULT_USERS_FILE),
      caFile: optionalPath(v.Service__NextcloudConfiguration__CaFile),
    },
    database: { connectionString: absoluteDatabase(v.Service__DatabaseConfiguration__ConnectionString, path) },
    archive: {
      encryptionKey: v.Service__ArchiveConfiguration__EncryptionKey,
      previousEncryptionKey: v.Service__ArchiveConfiguration__PreviousEncryptionKey,
      retentionDays: v.Service__ArchiveConfiguration__RetentionDays,
    },
    http: {
      enabled: v.Service__HttpConfiguration__Enabled,
      host: v.Service__HttpConfiguration__Host,
      port: v.Service__HttpConfiguration__Port,
    },
    logging: loggingSettings(v, path),
    guards: {
      deletesMax: v.Service__Guards__DeletionsPerPassCount,
      deletesMaxPercent: v.Service__Guards__DeletionsPerPassPercent,
      deletesPerDayMaxPercent: v.Service__Guards__DeletionsPerDayPercent,
      changesMinItems: v.Service__Guards__ChangedItemsMin,
      changesMaxPercent: v.Service__Guards__ChangedPercent,
      rollbackMaxPercent: v.Service__Guards__RolledBackPercent,
    },
    allowPlainHttp: v.Service__AllowPlainHttp,
    secondaryReplicas: v.Secondary_Replicas_Amount,
    baseDir,
    warnings,
  }
}

const DEFAULT_USERS_FILE = 'users.json'

/** A secret alone is for the webhook; rules.ts says what else is needed. */
function appSettings(v: Values): AppSettings | null {
  const url = v.Service__NextcloudConfiguration__Url
  const username = v.Service__NextcloudConfiguration__Username
  const appPassword = v.Service__NextcloudConfiguration__AppPassword
  const sharedSecret = v.Service__NextcloudConfiguration__SharedSecret
  if (sharedSecret === null || url === null || username === null || appPassword === null) return null
  return { url, username, appPassword, sharedSecret }
}

function absoluteDatabase(connection: string, path: (text: string) => string): string {
  const file = /^sqlite:(?!:memory:)(.+)$/.exec(connection)?.[1]
  return file === undefined ? connection : `sqlite:${path(file)}`
}
