/** Every key of the configuration with its kind, default and meaning. `.env.example`, the reference page and all checks come from here. */
import { FILE_BYTES_MAX } from '../limits.ts'
import {
  base64Key,
  bitMask,
  cloudMailboxes,
  connectionString,
  daysOrUnlimited,
  headerList,
  hostList,
  httpUrl,
  type KeySpec,
  numbered,
  oneOf,
  optional,
  password,
  secret,
  syslogUrl,
  timeZone,
  wholeNumber,
  withDefault,
  words,
  yesOrNo,
} from './key.ts'

/** 100 years: more is a slip of the keyboard. */
const DAYS_MAX = 36_500
const SECONDS_PER_DAY = 86_400

const text = words(1000)
const percent = wholeNumber(0, 100)
const count = wholeNumber(0, 1_000_000)
const seconds = wholeNumber(5, SECONDS_PER_DAY)

export const KEYS = {
  Service__SyncMode: withDefault(
    bitMask(['calendars', 'contacts', 'tasks']),
    '3',
    'What is synced. This version syncs calendars; the other bits are accepted and wait for theirs.',
  ),
  Service__SyncType: withDefault(
    numbered({ 0: 'full', 1: 'sensitive' }),
    '0',
    'Full content, or only the time block with a placeholder title.',
  ),
  Service__SensitiveSyncConfiguration__SensitiveTitle: withDefault(
    words(200),
    'Busy',
    'Placeholder title of a sensitive sync.',
  ),
  Service__SensitiveSyncConfiguration__Scope: withDefault(
    oneOf('private', 'all'),
    'all',
    'Which items a sensitive sync reduces: those flagged private or confidential, or all.',
  ),
  Service__SyncIntervalInSeconds: withDefault(seconds, '300', 'Normal time between two passes of a mailbox.'),
  Service__CriticalSyncIntervalInSeconds: withDefault(
    seconds,
    '30',
    'The same for a mailbox with known or likely work: first sync unfinished, last pass failed or partial.',
  ),
  Service__BatchLimit: withDefault(wholeNumber(1, 10_000), '50', 'Mailboxes claimed per batch.'),
  Service__BatchSaveSize: withDefault(
    wholeNumber(1, 1000),
    '100',
    'Item results per database transaction, and objects per write batch.',
  ),
  Service__MaxParallelProcessingUsers: withDefault(
    wholeNumber(1, 256),
    '8',
    'Mailboxes that one replica processes at a time.',
  ),
  Service__MaxUsersPerAdmin: withDefault(
    wholeNumber(1, 256),
    '4',
    'Mailboxes processed at a time per Exchange service account, over all replicas.',
  ),
  Service__SyncWindow__PastDays: withDefault(
    daysOrUnlimited(DAYS_MAX),
    '365',
    'Calendar items that ended earlier are not synced. Leaving the window is not a deletion.',
  ),
  Service__SyncWindow__FutureDays: withDefault(
    daysOrUnlimited(DAYS_MAX),
    'unlimited',
    'Calendar items that start later are not synced.',
  ),
  Service__ConflictPolicy: withDefault(
    oneOf('exchange', 'nextcloud', 'newest'),
    'exchange',
    'Which version stays when both sides changed the same field. The other one goes to the archive.',
  ),
  Service__SchedulingAuthority: withDefault(
    oneOf('nextcloud', 'exchange'),
    'nextcloud',
    'Who sends invitations. nextcloud: the connector never causes mail. exchange: meetings that people make, change, cancel or answer in Nextcloud are sent by Exchange; Nextcloud must then be kept from inviting itself (docs/scheduling.md).',
  ),
  Service__AttachmentLimitInBytes: withDefault(
    wholeNumber(0, 100 * 1024 * 1024),
    String(FILE_BYTES_MAX),
    'Files on events that are bigger stay on their side, named in the report. 0: no file travels.',
  ),
  Service__DefaultTimeZone: optional(
    timeZone(),
    'Zone for times without a zone when they go to Exchange. Without it: the zone of this machine.',
    'Europe/Berlin',
  ),
  Service__AllowPlainHttp: withDefault(
    yesOrNo(),
    'false',
    'Allow http:// to hosts other than this machine. Passwords and calendars then cross the network in clear.',
  ),

  Service__ExchangeConfiguration__ExchangeType: withDefault(
    numbered({ 1: 'cloud', 2: 'kerberos', 3: 'basic', 4: 'ntlm' }),
    '3',
    'How to sign in to Exchange.',
  ),
  Service__ExchangeConfiguration__EwsUrl: optional(
    httpUrl(),
    'Address of Exchange Web Services, for all mailboxes. Without it: autodiscover (AllowedHosts), or the one address of Microsoft 365.',
    'https://mail.example.org/EWS/Exchange.asmx',
  ),
  Service__ExchangeConfiguration__TenantId: optional(text, 'Microsoft 365: tenant.'),
  Service__ExchangeConfiguration__AppId: optional(text, 'Microsoft 365: application.'),
  Service__ExchangeConfiguration__ClientSecret: secret(password(), 'Microsoft 365: secret of the application.'),
  Service__ExchangeConfiguration__CertificateFile: optional(
    text,
    'Microsoft 365: PEM file with certificate and private key, instead of the secret.',
  ),
  Service__ExchangeConfiguration__AuthorityUrl: optional(
    httpUrl(),
    'Microsoft 365: sign-in service of a national cloud. Without it: https://login.microsoftonline.com.',
    'https://login.microsoftonline.us',
  ),
  Service__ExchangeConfiguration__Audience: optional(
    httpUrl(),
    'Microsoft 365: what tokens are good for. Without it: the host of EwsUrl, or https://outlook.office365.com.',
    'https://outlook.office365.us',
  ),
  Service__ExchangeConfiguration__ServicePrincipal: optional(
    text,
    'Kerberos: name of the Exchange service in the domain. Without it: HTTP/ and the host of EwsUrl.',
    'HTTP/mail.example.org',
  ),
  Service__ExchangeConfiguration__AdminsFile: withDefault(
    text,
    'admins.json',
    'Service accounts: a file, or a folder of files.',
  ),
  Service__ExchangeConfiguration__CaFile: optional(
    text,
    'PEM file of the authority that signed the certificate of Exchange.',
    '/etc/connector/exchange-ca.pem',
  ),
  Service__ExchangeConfiguration__Autodiscover__AllowedHosts: optional(
    hostList(),
    'Autodiscover: servers that it may ask and that may hold mailboxes. Service accounts sign in at these only, over https. *.example.org means what is below it.',
    'autodiscover.example.org,mail.example.org',
  ),
  Service__ExchangeConfiguration__Autodiscover__CloudHosts: withDefault(
    hostList(),
    'autodiscover-s.outlook.com,outlook.office365.com',
    'Autodiscover: the same for Microsoft 365, where the application signs in. National clouds have their own.',
  ),
  Service__ExchangeConfiguration__CloudMailboxes: optional(
    cloudMailboxes(),
    'Hybrid: ExchangeType is for the mailboxes on premises, and these are on Microsoft 365: found by autodiscover, or listed.',
    'discover',
  ),
  Service__ExchangeConfiguration__CloudEwsUrl: optional(
    httpUrl(),
    'Hybrid: Exchange Web Services of the mailboxes on Microsoft 365. Without it: https://outlook.office365.com/EWS/Exchange.asmx.',
    'https://outlook.office365.us/EWS/Exchange.asmx',
  ),
  Service__ExchangeConfiguration__CloudAdminsFile: optional(
    text,
    'Hybrid: applications for Microsoft 365 (AppId), a file or a folder; not needed for the one that AppId names.',
    'cloud-admins.json',
  ),

  Service__NextcloudConfiguration__Url: optional(
    httpUrl(),
    'Address of Nextcloud. Needed with the Nextcloud app; not needed when users.json names the addresses.',
    'https://cloud.example.org',
  ),
  Service__NextcloudConfiguration__Username: optional(
    text,
    'Service account of the Nextcloud app: its user name.',
    'exchange-connector',
  ),
  Service__NextcloudConfiguration__AppPassword: secret(password(), 'App password of that account.'),
  Service__NextcloudConfiguration__SharedSecret: secret(
    password(),
    'Secret that the Nextcloud app made. With Username and AppPassword: users come from the app, requests for them are signed.',
  ),
  Service__NextcloudConfiguration__PreviousSharedSecret: secret(
    password(),
    'The shared secret before, while it is being replaced.',
  ),
  Service__NextcloudConfiguration__UsersFile: optional(
    text,
    'Without the Nextcloud app: users with their calendar addresses and app passwords; users.json where none is named.',
    'users.json',
  ),
  Service__NextcloudConfiguration__CaFile: optional(
    text,
    'PEM file of the authority that signed the certificate of Nextcloud.',
    '/etc/connector/nextcloud-ca.pem',
  ),

  Service__DatabaseConfiguration__ConnectionString: {
    ...withDefault(
      connectionString(),
      'sqlite:./data/connector.db',
      'Where the state is kept: a file on this machine, or a PostgreSQL server.',
    ),
    secret: true,
  },
  Service__ArchiveConfiguration__EncryptionKey: secret(
    base64Key(32),
    'Key that encrypts the archive. Needed with PostgreSQL; with SQLite a key file beside the database is made.',
  ),
  Service__ArchiveConfiguration__PreviousEncryptionKey: secret(
    base64Key(32),
    'The key before, while it is being replaced.',
  ),
  Service__ArchiveConfiguration__RetentionDays: withDefault(
    wholeNumber(1, DAYS_MAX),
    '90',
    'How long replaced and removed contents can be restored.',
  ),

  Service__HttpConfiguration__Enabled: withDefault(
    yesOrNo(),
    'true',
    'daemon: answer /healthz, /readyz and /metrics, and /webhook where a shared secret is set.',
  ),
  Service__HttpConfiguration__Host: withDefault(
    text,
    '127.0.0.1',
    'daemon: address to listen on. Others than loopback must be protected by a proxy or a network policy.',
  ),
  Service__HttpConfiguration__Port: withDefault(
    wholeNumber(0, 65_535),
    '8480',
    'daemon: port to listen on; 0 is any free one. Each daemon of a machine needs its own.',
  ),

  Service__LoggingConfiguration__LogsOutput: withDefault(
    bitMask(['console', 'database', 'file', 'loki', 'syslog', 'otlp']),
    '1',
    'Where logs go. Console is standard error.',
  ),
  Service__LoggingConfiguration__LogLevel: withDefault(
    oneOf('debug', 'info', 'warn', 'error', 'silent'),
    'error',
    'The least important log line that is written; reports say more in words. --verbose means debug; --quiet silences the console.',
  ),
  Service__LoggingConfiguration__Database__LinesMax: withDefault(
    wholeNumber(1000, 10_000_000),
    '100000',
    'Log in the database (table log_line): the oldest lines beyond this number go.',
  ),
  Service__LoggingConfiguration__File__Path: withDefault(
    text,
    './logs/connector.log',
    'Log files: path; a number is put before the extension. Each process needs its own.',
  ),
  Service__LoggingConfiguration__File__SizeInMegabytes: withDefault(
    wholeNumber(1, 10_000),
    '50',
    'Log files: a new one is begun at this size.',
  ),
  Service__LoggingConfiguration__File__Count: withDefault(
    wholeNumber(1, 1000),
    '7',
    'Log files: so many older ones are kept.',
  ),
  Service__LoggingConfiguration__Loki__Url: optional(httpUrl(), 'Loki: base address.', 'https://loki.example.org'),
  Service__LoggingConfiguration__Loki__Username: optional(text, 'Loki: user name, where it asks for one.'),
  Service__LoggingConfiguration__Loki__Password: secret(password(), 'Loki: password of that user.'),
  Service__LoggingConfiguration__Loki__TenantId: optional(text, 'Loki: tenant, where there are several.'),
  Service__LoggingConfiguration__Syslog__Url: optional(
    syslogUrl(),
    'Syslog (RFC 5424): server.',
    'tls://syslog.example.org:6514',
  ),
  Service__LoggingConfiguration__Syslog__Facility: withDefault(
    oneOf('user', 'daemon', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'),
    'daemon',
    'Syslog: facility of the messages.',
  ),
  Service__LoggingConfiguration__Otlp__Url: optional(
    httpUrl(),
    'OpenTelemetry collector: base address of OTLP over HTTP.',
    'http://127.0.0.1:4318',
  ),
  Service__LoggingConfiguration__Otlp__Headers: secret(
    headerList(),
    'OpenTelemetry collector: headers that it asks for, as NAME=VALUE, separated by commas.',
  ),

  Service__Guards__DeletionsPerPassCount: withDefault(
    count,
    '10',
    'A pass halts when it would remove more items of a collection than this, and also more than the percentage below.',
  ),
  Service__Guards__DeletionsPerPassPercent: withDefault(
    percent,
    '25',
    'Per cent of the known items of the collection, for the limit above.',
  ),
  Service__Guards__DeletionsPerDayPercent: withDefault(
    percent,
    '50',
    'A pass halts when more than this share of a mailbox would be removed within 24 hours.',
  ),
  Service__Guards__ChangedPercent: withDefault(
    percent,
    '90',
    'A pass halts when more than this share of a collection changed on one side at once.',
  ),
  Service__Guards__ChangedItemsMin: withDefault(
    count,
    '20',
    'Collections up to this size are exempt from the limit above.',
  ),
  Service__Guards__RolledBackPercent: withDefault(
    percent,
    '5',
    'A pass halts when more than this share of the known items vanished while unknown ones appeared: a restored backup.',
  ),

  Secondary_Replicas_Amount: withDefault(wholeNumber(0, 100), '0', 'Docker Compose: number of further replicas.'),
} as const satisfies Record<string, KeySpec<unknown>>

export type Key = keyof typeof KEYS
type ValueOf<S> = S extends KeySpec<infer T> ? T : never
/** All values by key, checked. */
export type Values = { [K in Key]: ValueOf<(typeof KEYS)[K]> }

export const KEY_NAMES = Object.keys(KEYS) as readonly Key[]

/** The specification of a key, without its value's type. */
export function specOf(key: Key): KeySpec<unknown> {
  return KEYS[key] as KeySpec<unknown>
}
