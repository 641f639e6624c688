/** Names of elements and properties in Clark notation (`{namespace}local`), as Sabre writes them. One place, so that no namespace is mistyped. */

export const NAMESPACES = {
  d: 'DAV:',
  s: 'http://sabredav.org/ns',
  cal: 'urn:ietf:params:xml:ns:caldav',
  cs: 'http://calendarserver.org/ns/',
  card: 'urn:ietf:params:xml:ns:carddav',
  oc: 'http://owncloud.org/ns',
  nc: 'http://nextcloud.org/ns',
} as const

export const dav = (local: string): string => `{DAV:}${local}`
export const caldav = (local: string): string => `{${NAMESPACES.cal}}${local}`
export const carddav = (local: string): string => `{${NAMESPACES.card}}${local}`
export const calendarServer = (local: string): string => `{${NAMESPACES.cs}}${local}`
export const ownCloud = (local: string): string => `{${NAMESPACES.oc}}${local}`
export const sabre = (local: string): string => `{${NAMESPACES.s}}${local}`
/** Apple's calendar properties: no fixed prefix at Nextcloud, they come as `x1:`. */
export const apple = (local: string): string => `{http://apple.com/ns/ical/}${local}`
/** The calendar trash bin uses the `.com` namespace, unlike the rest of Nextcloud. */
export const nextcloudCom = (local: string): string => `{http://nextcloud.com/ns}${local}`

/** Sync tokens and ctags are this prefix and a number (Sabre\DAV\Sync\Plugin::SYNCTOKEN_PREFIX). */
export const SYNC_TOKEN_PREFIX = 'http://sabre.io/ns/sync/'

/** Splits Clark notation. A name without braces is in no namespace. */
export function splitClark(name: string): { ns: string; local: string } {
  const end = name.indexOf('}')
  return end < 0 ? { ns: '', local: name } : { ns: name.slice(1, end), local: name.slice(end + 1) }
}
