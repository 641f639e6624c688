/** The filters of calendar-query (RFC 4791 9.7): component, time range and property filters with text-match. */
import { DavError } from '../errors.ts'
import { allNamed, type Component, parseComponent } from '../ical.ts'
import { caldav } from '../names.ts'
import type { StoredObject } from '../objects.ts'
import { matchesRange } from '../occurrences.ts'
import { wallOf } from '../times.ts'
import { childNamed, childrenNamed, type XmlNode } from '../xml.ts'

function instant(value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback
  const ms = wallOf(value)
  if (ms === undefined || !value.endsWith('Z'))
    throw new DavError('bad-request', 'Time-range values must be UTC date-times')
  return ms
}

function matchesProperty(component: Component, filter: XmlNode): boolean {
  const values = allNamed(component, (filter.attributes.name ?? '').toUpperCase()).map((property) => property.value)
  if (childNamed(filter, caldav('is-not-defined'))) return values.length === 0
  const match = childNamed(filter, caldav('text-match'))
  if (!match) return values.length > 0
  // i;ascii-casemap unless i;octet was asked for; Sabre looks for a substring (RFC 4791 9.7.5).
  const fold = (text: string): string => (match.attributes.collation === 'i;octet' ? text : text.toLowerCase())
  const hit = values.some((value) => fold(value).includes(fold(match.text)))
  return match.attributes['negate-condition'] === 'yes' ? !hit : hit
}

function matchesComponent(calendar: Component, scope: Component, filter: XmlNode): boolean {
  const name = (filter.attributes.name ?? '').toUpperCase()
  const components = scope.components.filter((component) => component.name === name)
  if (childNamed(filter, caldav('is-not-defined'))) return components.length === 0
  const range = childNamed(filter, caldav('time-range'))
  if (range) {
    const startMs = instant(range.attributes.start, Number.NEGATIVE_INFINITY)
    const endMs = instant(range.attributes.end, Number.POSITIVE_INFINITY)
    if (endMs <= startMs) throw new DavError('bad-request', 'The end-date must be larger than the start-date')
    if (!matchesRange(calendar, name, { startMs, endMs })) return false
  }
  return components.some(
    (component) =>
      childrenNamed(filter, caldav('prop-filter')).every((property) => matchesProperty(component, property)) &&
      childrenNamed(filter, caldav('comp-filter')).every((inner) => matchesComponent(calendar, component, inner)),
  )
}

/** `filter` is the comp-filter of VCALENDAR. The component alone is decided without parsing, as in Nextcloud's SQL. */
export function matchesFilter(object: StoredObject, filter: XmlNode): boolean {
  const inner = childrenNamed(filter, caldav('comp-filter'))
  const [only] = inner
  if (inner.length === 0 && childrenNamed(filter, caldav('prop-filter')).length === 0) return true
  if (inner.length === 1 && only && only.children.length === 0)
    return object.component === only.attributes.name?.toUpperCase()
  const calendar = parseComponent(object.text)
  return (
    inner.every((component) => matchesComponent(calendar, calendar, component)) &&
    childrenNamed(filter, caldav('prop-filter')).every((property) => matchesProperty(calendar, property))
  )
}
