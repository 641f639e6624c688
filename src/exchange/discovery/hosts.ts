/** Which servers may be asked with which credentials. Pure: a host that nobody allowed gets none, whoever named it. */

/** Where a mailbox lives, which decides the service accounts and the sign-in. */
export type Place = 'on-premises' | 'cloud'

/** Patterns as the configuration has them: `mail.example.org`, `*.example.org` (what is below it, not itself), `mail.example.org:8443`. */
export type AllowedHosts = Readonly<Record<Place, readonly string[]>>

/** Null: no credentials go there. Without TLS nothing is ever allowed, nor with a user name in the address. */
export function placeOf(url: URL, allowed: AllowedHosts): Place | null {
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return null
  const host = url.host.toLowerCase()
  const isAllowed = (place: Place) => allowed[place].some((pattern) => matches(host, pattern))
  // The cloud's own names win: a password of the domain must not reach them.
  if (isAllowed('cloud')) return 'cloud'
  return isAllowed('on-premises') ? 'on-premises' : null
}

function matches(host: string, pattern: string): boolean {
  return pattern.startsWith('*.')
    ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1
    : host === pattern
}
