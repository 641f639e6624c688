/** How golden pairs are compared: native documents as sorted lines without what only a server or a clock decides, instants through ical.js. */
import ICAL from 'ical.js'
import type { EwsDocument } from '../../src/mapping/ews/document.ts'
import { child, childrenOf, textAt, type XmlElement } from '../../src/mapping/ews/xml.ts'

/** expected.json. Losses are `path reason`. */
export type GoldenCase = {
  /** Why this is right: the rule and where it is written. */
  about: string
  toExchange: string[] | { unrepresentable: string[] }
  toNextcloud: string[]
  /** Field paths in which the two documents are different events: what one side cannot hold. */
  differs?: string[]
  /** Those of `differs` that are no loss. */
  sameMeaning?: string[]
  /** Lines (`NAME:value`, `VALARM/NAME:value`, of the second alarm `VALARM2/...`, a trailing * for any rest) that only the native document has. */
  nextcloudOnly?: string[]
  /** Lines of nextcloud.ics that a new document says in other words. */
  writtenAs?: Record<string, string | string[]>
  /** The overrides of nextcloud.ics are no exceptions on Exchange. */
  onlyMaster?: true
  /** Elements of exchange.xml that a creation would write differently. */
  createdDifferently?: string[]
  /** Whose meeting it is; one of somebody else is never created on Exchange. */
  owner?: 'other'
  floatingZone?: string
  instants?: 'differ'
}

const WRITTEN: readonly string[] = [
  ...[
    'Subject',
    'Sensitivity',
    'Body',
    'Categories',
    'Importance',
    'ReminderIsSet',
    'ReminderMinutesBeforeStart',
    'UID',
  ],
  'Attachments',
  ...['Start', 'End', 'OriginalStart', 'IsAllDayEvent', 'LegacyFreeBusyStatus', 'Location', 'RequiredAttendees'],
  ...['OptionalAttendees', 'Resources', 'Recurrence', 'DeletedOccurrences', 'StartTimeZone', 'EndTimeZone'],
]

/** What a creation decides of a calendar item and its exceptions. */
export function createdLines({ master, exceptions }: EwsDocument, expected: GoldenCase): string[] {
  const names = WRITTEN.filter((name) => !expected.createdDifferently?.includes(name))
  const lines = (item: XmlElement, of: string) =>
    names.flatMap((name) => childrenOf(item, name).flatMap((part) => elementLines(part, `${of} `, item)))
  const own = exceptions.flatMap((item) => lines(item, textAt(item, 'OriginalStart') ?? ''))
  return [...lines(master, 'master'), ...own].sort()
}

function elementLines(element: XmlElement, prefix: string, item: XmlElement): string[] {
  const { name, attributes, children } = element
  const at = prefix + name
  if (name === 'Body') return element.text === '' ? [] : [`${at} ${attributes.BodyType} ${plainBody(element.text)}`]
  // Without a reminder, Exchange keeps the minutes that nobody sees.
  if (name === 'ReminderMinutesBeforeStart' && textAt(item, 'ReminderIsSet') !== 'true') return []
  if (name === 'AttachmentId') return []
  if (name === 'Attendee') {
    const email = textAt(element, 'Mailbox', 'EmailAddress') ?? ''
    const label = textAt(element, 'Mailbox', 'Name') ?? email
    return [`${at} ${label} <${email}>`]
  }
  const id = /TimeZone$/.test(name) ? ` ${attributes.Id}` : ''
  if (children.length > 0)
    return [...(id ? [at + id] : []), ...children.flatMap((part) => elementLines(part, `${at}/`, item))]
  if (id) return [at + id]
  const rest = Object.entries(attributes).map(([key, value]) => ` ${key}=${value}`)
  return element.text === '' && rest.length === 0 ? [] : [`${at}${rest.join('')} ${element.text}`]
}

/** The body inside Exchange's wrapper. */
function plainBody(text: string): string {
  const inner = /<body[^>]*>([\s\S]*)<\/body>/i.exec(text)?.[1] ?? text
  return inner.replaceAll('\r\n', '\n').trim()
}

const STAMPS = /^(DTSTAMP|CREATED|LAST-MODIFIED)\b/

/** Lines of the VEVENTs, unfolded, parameters in order, each with the RECURRENCE-ID of its component in front. */
export function eventLines(ics: string, expected?: GoldenCase): string[] {
  const lines = ics.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)
  const out: string[] = []
  let event: string[] | null = null
  let path: string[] = []
  let seen: Record<string, number> = {}
  for (const line of lines) {
    const [, verb, name = ''] = /^(BEGIN|END):(.*)$/.exec(line) ?? []
    if (verb === 'BEGIN' && name === 'VEVENT') {
      event = []
      seen = {}
    } else if (verb === 'END' && name === 'VEVENT') {
      const id = event?.find((own) => own.startsWith('RECURRENCE-ID')) ?? 'master'
      if (id === 'master' || !expected?.onlyMaster) out.push(...(event ?? []).map((own) => `${id} ${own}`))
      event = null
    } else if (event === null) continue
    else if (verb === 'BEGIN') {
      const count = (seen[name] ?? 0) + 1
      seen[name] = count
      const label = count === 1 ? name : `${name}${count}`
      event.push(...said(`${path.join('')}BEGIN:${label}`, expected))
      path = [...path, `${label}/`]
    } else if (verb === 'END') path = path.slice(0, -1)
    else if (!STAMPS.test(line)) event.push(...said(path.join('') + inOrder(line), expected))
  }
  return out.sort()
}

/** A line as a new document would say it; nothing for what only the native document has. */
function said(line: string, expected: GoldenCase | undefined): string[] {
  if (!expected) return [line]
  const only = expected.nextcloudOnly?.some((own) =>
    own.endsWith('*') ? line.startsWith(own.slice(0, -1)) : line === inOrder(own),
  )
  if (only) return []
  const written = Object.entries(expected.writtenAs ?? {}).find(([native]) => inOrder(native) === line)
  return written ? [written[1]].flat().map(inOrder) : [line]
}

function inOrder(whole: string): string {
  // The checksum of the text that an HTML body goes with.
  const line = whole.replace(/;X-EXC-TEXT=\w+/, ';X-EXC-TEXT=@')
  const match = /^([^:;]+)((?:;[^=:;]+=(?:"[^"]*"|[^":;]*))+):([\s\S]*)$/.exec(line)
  if (!match) return line
  const params = (match[2] ?? '').match(/;[^=:;]+=(?:"[^"]*"|[^":;]*)/g) ?? []
  return `${match[1]}${params.toSorted().join('')}:${match[3]}`
}

/** Start and end of each VEVENT as an independent library understands them with the VTIMEZONEs of the document; null for dates and floating times. */
export function icalInstants(ics: string): Record<string, (string | null)[]> {
  const calendar = new ICAL.Component(ICAL.parse(ics))
  const zones = new Map(
    calendar.getAllSubcomponents('vtimezone').map((zone) => {
      const tzid = String(zone.getFirstPropertyValue('tzid'))
      return [tzid, new ICAL.Timezone({ component: zone, tzid })]
    }),
  )
  const instant = (component: ICAL.Component, name: string): string | null => {
    const property = component.getFirstProperty(name)
    const time = property?.getFirstValue()
    if (!(time instanceof ICAL.Time) || time.isDate) return null
    const zone = zones.get(String(property?.getFirstParameter('tzid')))
    if (zone) time.zone = zone
    if (time.zone === ICAL.Timezone.localTimezone || time.zone?.tzid === 'floating') return null
    return `${new Date(time.toUnixTime() * 1000).toISOString().slice(0, 19)}Z`
  }
  const events = calendar.getAllSubcomponents('vevent')
  return Object.fromEntries(
    events.map((event) => [
      instant(event, 'recurrence-id') ?? 'master',
      [instant(event, 'dtstart'), instant(event, 'dtend')],
    ]),
  )
}

/** The same of Exchange's document, for what `known` says at all. */
export function xmlInstants(
  { master, exceptions }: EwsDocument,
  known: Readonly<Record<string, (string | null)[]>>,
): Record<string, (string | null)[]> {
  const all = [master, ...exceptions].map((item): [string, XmlElement] => [
    textAt(item, 'OriginalStart') ?? 'master',
    item,
  ])
  return Object.fromEntries(
    Object.entries(known).map(([key, [start, end]]) => {
      const item = all.find(([own]) => own === key)?.[1]
      const text = (name: string, asked: string | null | undefined) =>
        asked ? ((item && child(item, name)?.text) ?? 'missing') : (asked ?? null)
      return [key, [text('Start', start), text('End', end)]]
    }),
  )
}
