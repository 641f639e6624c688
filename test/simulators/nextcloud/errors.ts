/** What the server refuses, as Sabre says it: a status, the PHP class name and a message in `<d:error>`. Clients see these bodies, so they are kept alike. */

const KINDS = {
  'bad-request': [400, 'Sabre\\DAV\\Exception\\BadRequest'],
  'not-authenticated': [401, 'Sabre\\DAV\\Exception\\NotAuthenticated'],
  forbidden: [403, 'Sabre\\DAV\\Exception\\Forbidden'],
  'need-privileges': [403, 'Sabre\\DAVACL\\Exception\\NeedPrivileges'],
  'component-not-supported': [403, 'Sabre\\CalDAV\\Exception\\InvalidComponentType'],
  'invalid-sync-token': [403, 'Sabre\\DAV\\Exception\\InvalidSyncToken'],
  'invalid-resource-type': [403, 'Sabre\\DAV\\Exception\\InvalidResourceType'],
  'report-not-supported': [415, 'Sabre\\DAV\\Exception\\ReportNotSupported'],
  'not-found': [404, 'Sabre\\DAV\\Exception\\NotFound'],
  'method-not-allowed': [405, 'Sabre\\DAV\\Exception\\MethodNotAllowed'],
  conflict: [409, 'Sabre\\DAV\\Exception\\Conflict'],
  precondition: [412, 'Sabre\\DAV\\Exception\\PreconditionFailed'],
  'media-type': [415, 'Sabre\\DAV\\Exception\\UnsupportedMediaType'],
  throttled: [429, 'OCA\\DAV\\Connector\\Sabre\\Exception\\TooManyRequests'],
  database: [500, 'OC\\DB\\Exceptions\\DbalException'],
  'not-implemented': [501, 'Sabre\\DAV\\Exception\\NotImplemented'],
  unavailable: [503, 'Sabre\\DAV\\Exception\\ServiceUnavailable'],
  'insufficient-storage': [507, 'Sabre\\DAV\\Exception\\InsufficientStorage'],
} as const

export type DavErrorKind = keyof typeof KINDS

/** Thrown by the methods of the simulator, turned into an answer by the dispatcher. `condition` is the WebDAV precondition element (raw XML). */
export class DavError extends Error {
  readonly kind: DavErrorKind
  readonly condition: string
  readonly headers: Record<string, string>

  constructor(
    kind: DavErrorKind,
    message: string,
    extra: { condition?: string; headers?: Record<string, string> } = {},
  ) {
    super(message)
    this.kind = kind
    this.condition = extra.condition ?? ''
    this.headers = extra.headers ?? {}
  }
}

export const statusOf = (kind: DavErrorKind): number => KINDS[kind][0]

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** The body of a Sabre error answer. */
export function errorBody(kind: DavErrorKind, message: string, condition = ''): string {
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<d:error xmlns:d="DAV:" xmlns:s="http://sabredav.org/ns">',
    `  <s:exception>${KINDS[kind][1]}</s:exception>`,
    `  <s:message>${escapeText(message)}</s:message>`,
    ...(condition === '' ? [] : [`  ${condition}`]),
    '</d:error>',
    '',
  ].join('\n')
}

export const notFound = (message: string): DavError => new DavError('not-found', message)

/** Both spellings come from PDO and reach the client inside a 500. */
export const databaseLocked = (): DavError =>
  new DavError(
    'database',
    'An exception occurred while executing a query: SQLSTATE[HY000]: General error: 5 database is locked',
  )
export const uniqueViolation = (): DavError =>
  new DavError(
    'database',
    'An exception occurred while executing a query: SQLSTATE[23505]: Unique violation: 7 ERROR:  duplicate key value violates unique constraint "calobjects_by_uid_index"',
  )
