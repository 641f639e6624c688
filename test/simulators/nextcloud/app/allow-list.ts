/** What plain DAV through the app may do, for the door and for each request of a batch: methods, reports, paths, Destination (nextcloud-facts 1a). */
import { segmentsOf } from '../call.ts'
import { reportName } from '../report/report.ts'

const METHODS = new Set([
  'OPTIONS',
  'PROPFIND',
  'REPORT',
  'GET',
  'HEAD',
  'PUT',
  'DELETE',
  'MKCALENDAR',
  'MKCOL',
  'PROPPATCH',
  'MOVE',
])
const REPORTS = new Set([
  'sync-collection',
  'calendar-multiget',
  'calendar-query',
  'addressbook-multiget',
  'addressbook-query',
])

export type Asked = {
  method: string
  segments: string[] | null
  headers: Readonly<Record<string, string>>
  body: string
}

export function isAllowed({ method, segments, headers, body }: Asked, uid: string, webroot: string): boolean {
  if (!METHODS.has(method) || segments === null || !isOwnPath(segments, uid)) return false
  if (method === 'REPORT' && !REPORTS.has(reportName(body) ?? '')) return false
  const { destination } = headers
  if (destination === undefined) return method !== 'MOVE'
  const path = URL.canParse(destination, 'http://localhost') ? new URL(destination, 'http://localhost').pathname : ''
  const target = segmentsOf(path, webroot)
  return target !== null && isOwnPath(target, uid)
}

function isOwnPath(segments: readonly string[], uid: string): boolean {
  if (segments.some((segment) => segment === '.' || segment === '..' || segment.includes('/'))) return false
  const [top, second, third] = segments
  if (top === 'calendars') return second === uid
  return (top === 'addressbooks' || top === 'principals') && second === 'users' && third === uid
}
