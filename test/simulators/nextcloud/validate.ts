/** What Sabre's CalDAV plugin demands of a calendar object at PUT, in its order: parse, component set, rules, repair (nextcloud-facts 3.3). */
import { randomUUID } from 'node:crypto'
import { DavError } from './errors.ts'
import { allNamed, type Component, itemsOf, parseComponent, setValue, textOf } from './ical.ts'

export type Validated = { calendar: Component; component: string; uid: string; repaired: boolean }

const refuse = (message: string): DavError => new DavError('media-type', `Validation error in iCalendar: ${message}`)

/** Properties that may stand once in a VEVENT, VTODO or VJOURNAL (Sabre\VObject\Component\V*::getValidationRules). */
const AT_MOST_ONCE = [
  ...['CLASS', 'CREATED', 'DTSTART', 'LAST-MODIFIED', 'ORGANIZER', 'SEQUENCE', 'STATUS', 'SUMMARY', 'URL', 'DTEND'],
  ...['UID', 'DTSTAMP', 'RECURRENCE-ID', 'RRULE', 'GEO', 'LOCATION', 'PRIORITY', 'TRANSP', 'DURATION', 'DUE'],
]

function checkOnce(item: Component): boolean {
  let repaired = false
  for (const name of AT_MOST_ONCE) {
    const found = allNamed(item, name)
    if (found.length < 2) continue
    const [first] = found
    if (!first || !found.every((property) => property.value === first.value))
      throw refuse(`${name} MUST NOT appear more than once in a ${item.name} component`)
    item.properties = item.properties.filter((property) => property.name !== name || property === first)
    repaired = true
  }
  return repaired
}

function checkDue(item: Component): void {
  const due = textOf(item, 'DUE')
  const start = textOf(item, 'DTSTART')
  if (item.name !== 'VTODO' || due === undefined || start === undefined) return
  if ((due.length === 8) !== (start.length === 8))
    throw refuse('The value type (DATE or DATE-TIME) must be identical for DUE and DTSTART')
  if (due < start) throw refuse('DUE must occur after DTSTART')
}

/** Adds what Sabre adds: VERSION, PRODID, UID and DTSTAMP. True when something was missing. */
function repair(calendar: Component, nowMs: number): boolean {
  let repaired = false
  const need = (component: Component, name: string, value: string): void => {
    if (textOf(component, name) !== undefined) return
    setValue(component, name, value)
    repaired = true
  }
  need(calendar, 'VERSION', '2.0')
  need(calendar, 'PRODID', '-//Sabre//Sabre VObject 4.5.6//EN')
  const uid = itemsOf(calendar)
    .map((item) => textOf(item, 'UID'))
    .find((value) => value !== undefined)
  const stamp = `${new Date(nowMs).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`
  for (const item of itemsOf(calendar)) {
    if (checkOnce(item)) repaired = true
    need(item, 'UID', uid ?? `sabre-vobject-${randomUUID()}`)
    need(item, 'DTSTAMP', stamp)
  }
  return repaired
}

function checkRules(calendar: Component): void {
  const version = textOf(calendar, 'VERSION')
  if (version !== undefined && version !== '2.0')
    throw refuse('Only iCalendar version 2.0 as defined in rfc5545 is supported.')
  if (textOf(calendar, 'METHOD') !== undefined)
    throw refuse('A calendar object on a CalDAV server MUST NOT have a METHOD property.')
  const items = itemsOf(calendar)
  if (new Set(items.map((item) => item.name)).size > 1)
    throw refuse('A calendar object on a CalDAV server may not have components with different types.')
  const uids = new Set(items.map((item) => textOf(item, 'UID')).filter((uid) => uid !== undefined))
  if (uids.size > 1) throw refuse('A calendar object on a CalDAV server may only have components with the same UID.')
  for (const item of items) {
    if (item.name === 'VEVENT' && textOf(item, 'DTSTART') === undefined)
      throw refuse('DTSTART MUST appear exactly once in a VEVENT component')
    checkDue(item)
  }
}

export function validateCalendar(text: string, context: { components: readonly string[]; nowMs: number }): Validated {
  const calendar = parseComponent(text)
  if (calendar.name !== 'VCALENDAR')
    throw new DavError('media-type', 'This collection can only support iCalendar objects.')
  const type = itemsOf(calendar).at(-1)?.name
  if (!type || !context.components.includes(type)) {
    throw new DavError(
      'component-not-supported',
      `iCalendar objects must at least have a component of type ${context.components.join(', ')}`,
      { condition: '<cal:supported-calendar-component xmlns:cal="urn:ietf:params:xml:ns:caldav"/>' },
    )
  }
  checkRules(calendar)
  const repaired = repair(calendar, context.nowMs)
  return { calendar, component: type, uid: textOf(itemsOf(calendar)[0], 'UID') ?? '', repaired }
}
