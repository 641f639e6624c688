/** The parts of a RECUR value (RFC 5545 section 3.3.10) as upper-case text. Also for the rules inside a VTIMEZONE. */

export function rruleParts(value: string): ReadonlyMap<string, string> {
  const parts = new Map<string, string>()
  for (const text of value.toUpperCase().replace(/\s/g, '').split(';')) {
    const equals = text.indexOf('=')
    if (equals > 0) parts.set(text.slice(0, equals), text.slice(equals + 1))
  }
  return parts
}
