/** Tries every row of the mapping tables on the lenses: what docs/mapping says travels, travels; what it says stays, stays; what it says is lost is named. */
import { describe, expect, it } from 'vitest'
import { readDocument } from '../../src/mapping/ews/document.ts'
import { readEvent as readExchange } from '../../src/mapping/ews/event.ts'
import { fitEvent as fitOnExchange } from '../../src/mapping/ews/fit.ts'
import { EWS_EVENT_PROPERTIES } from '../../src/mapping/ews/table-event.ts'
import { createElements, masterChanges } from '../../src/mapping/ews/write.ts'
import { readEvent as readNextcloud } from '../../src/mapping/ical/read-event.ts'
import type { NativeProperty } from '../../src/mapping/ical/table.ts'
import { ICAL_EVENT_PROPERTIES } from '../../src/mapping/ical/table-event.ts'
import { EVENT_FIELDS } from '../../src/mapping/ical/table-event-fields.ts'
import { writeEvent } from '../../src/mapping/ical/write-event.ts'
import type { Event } from '../../src/model/event.ts'
import { fileOf } from '../../src/model/file.ts'
import { differingPaths, flatten } from '../../src/model/flat.ts'
import { eventLines } from './golden-compare.ts'

/** Contents of the files in the probes. */
const files = new Map(
  ['T25l', 'VHdv'].map((base64) => [fileOf(base64, { name: null, mediaType: null })?.hash ?? '', base64]),
)
const context = { mailbox: 'anna@example.org', floatingZone: 'Europe/Berlin', nowMs: 0, files, fileBytesMax: 1000 }
const TYPES = 'http://schemas.microsoft.com/exchange/services/2006/types'

/** Lines of one VEVENT; those of a probe take the place of the usual ones. */
function ics(lines: readonly string[]): string {
  const nameOf = (line: string) => line.split(/[;:]/, 1)[0]
  const own = new Set(
    lines.slice(0, lines.indexOf('END:VEVENT') < 0 ? lines.length : lines.indexOf('END:VEVENT')).map(nameOf),
  )
  const usual = [
    'UID:probe@example.org',
    'DTSTART;TZID=Europe/Berlin:20260302T100000',
    ...(own.has('DURATION') ? [] : ['DTEND;TZID=Europe/Berlin:20260302T110000']),
    'SUMMARY:Probe',
  ]
  const kept = usual.filter((line) => !own.has(nameOf(line)))
  return ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', ...kept, ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n')
}

function xml(elements: readonly string[]) {
  const own = new Set(elements.map((element) => /^<t:(\w+)/.exec(element)?.[1]))
  const usual = [
    ['UID', '<t:UID>probe@example.org</t:UID>'],
    ['Subject', '<t:Subject>Probe</t:Subject>'],
    ['Start', '<t:Start>2026-03-02T09:00:00Z</t:Start>'],
    ['End', '<t:End>2026-03-02T10:00:00Z</t:End>'],
    ['CalendarItemType', '<t:CalendarItemType>Single</t:CalendarItemType>'],
    [
      'Organizer',
      '<t:Organizer><t:Mailbox><t:EmailAddress>anna@example.org</t:EmailAddress></t:Mailbox></t:Organizer>',
    ],
    ['StartTimeZone', '<t:StartTimeZone Id="W. Europe Standard Time"/>'],
  ]
  const parts = [...usual.flatMap(([name, text]) => (own.has(name) ? [] : [text])), ...elements]
  const inside = parts.filter((part) => !part?.startsWith('<t:CalendarItem>')).join('')
  const others = parts.filter((part) => part?.startsWith('<t:CalendarItem>')).join('')
  return readDocument(`<t:Items xmlns:t="${TYPES}"><t:CalendarItem>${inside}</t:CalendarItem>${others}</t:Items>`)
}

const fromIcal = (lines: readonly string[]): Event => readNextcloud(ics(lines), context).event
const fromXml = (elements: readonly string[]): Event => {
  const { master, exceptions } = xml(elements)
  return readExchange(master, exceptions, context)
}
const differing = (one: Event, other: Event) => differingPaths(flatten(one), flatten(other))
const isOf = (path: string) => (own: string) => (path.endsWith(':') ? own.startsWith(path) : own === path)
const titles = (rows: readonly NativeProperty[]) => rows.map((row) => [row.property, row] as const)
const mapped = (rows: readonly NativeProperty[]) => titles(rows.filter(({ path }) => path !== null))
const kept = (rows: readonly NativeProperty[]) => titles(rows.filter(({ path }) => path === null))
const directionOf = (path: string | null) => EVENT_FIELDS.find((field) => field.path === path)?.direction

/** What a creation would say, element by element. */
function created(event: Event): Record<string, string> {
  const fit = fitOnExchange(event, context)
  if (fit.kind !== 'fits') throw new Error(JSON.stringify(fit.losses))
  const nodes = createElements(fit.item, context, null).map((node) => [node.name, JSON.stringify(node)] as const)
  const Attachments = JSON.stringify(fit.item.files)
  return { ...Object.fromEntries(nodes), Attachments, occurrences: JSON.stringify(fit.item.occurrences) }
}

describe('the tables of events', () => {
  it('have both sides of every field, and no property of an unknown field', () => {
    const paths = EVENT_FIELDS.map(({ path }) => path)
    const of = (rows: readonly NativeProperty[]) => [...new Set(rows.flatMap(({ path }) => path ?? []))].sort()
    expect(of(EWS_EVENT_PROPERTIES)).toEqual(paths.toSorted())
    expect(of(ICAL_EVENT_PROPERTIES)).toEqual(paths.toSorted())
  })

  it('have every field of the model', () => {
    const full = fromIcal([
      ...[
        'LOCATION:x',
        'ATTACH;ENCODING=BASE64;VALUE=BINARY:T25l',
        'DESCRIPTION:x',
        'STATUS:TENTATIVE',
        'CATEGORIES:x',
        'RRULE:FREQ=DAILY',
        'EXDATE;VALUE=DATE:20260303',
      ],
      ...[
        'ORGANIZER:mailto:a@example.org',
        'ATTENDEE:mailto:b@example.org',
        'BEGIN:VALARM',
        'TRIGGER:-PT5M',
        'END:VALARM',
      ],
    ])
    const known = EVENT_FIELDS.map(({ path }) => isOf(path))
    expect([...flatten(full).keys()].filter((path) => !known.some((is) => is(path)))).toEqual([])
    expect(EVENT_FIELDS.filter(({ path }) => ![...flatten(full).keys()].some(isOf(path)))).toEqual([])
  })

  it.each(mapped(ICAL_EVENT_PROPERTIES))(
    '%s of Nextcloud is the field that its row says, and goes where it says',
    (_, row) => {
      const [before, after] = [fromIcal(row.probe.from), fromIcal(row.probe.to)]
      const paths = differing(before, after).filter((path) => path !== 'showAs' || row.path === 'showAs')
      expect(paths.length).toBeGreaterThan(0)
      expect(paths.filter((path) => !isOf(row.path ?? '')(path))).toEqual([])
      if (directionOf(row.path) === 'toNextcloud') {
        const fit = fitOnExchange(after, context)
        expect(fit.losses.filter(({ path }) => isOf(row.path ?? '')(path))).not.toEqual([])
        return
      }
      const [was, is] = [created(before), created(after)]
      const names = Object.keys({ ...was, ...is }).filter((name) => was[name] !== is[name])
      const rows = EWS_EVENT_PROPERTIES.filter(({ path }) => path === row.path)
      const allowed = rows.map(({ property }) => property.slice(property.indexOf(':') + 1))
      expect(names.length).toBeGreaterThan(0)
      expect(names.filter((name) => name !== 'occurrences' && !allowed.includes(name))).toEqual([])
    },
  )

  it.each(mapped(EWS_EVENT_PROPERTIES))(
    '%s of Exchange is the field that its row says, and is written on Nextcloud',
    (_, row) => {
      const [before, after] = [fromXml(row.probe.from), fromXml(row.probe.to)]
      const paths = differing(before, after)
      expect(paths.length).toBeGreaterThan(0)
      expect(paths.filter((path) => !isOf(row.path ?? '')(path))).toEqual([])
      const native = writeEvent(null, before, context).text
      const { text, losses } = writeEvent(native, after, context)
      expect(losses).toEqual([])
      expect(differing(readNextcloud(text, context).event, after)).toEqual([])
      const [was, is] = [eventLines(native), eventLines(text)]
      const changed = [...was.filter((line) => !is.includes(line)), ...is.filter((line) => !was.includes(line))]
      const rows = ICAL_EVENT_PROPERTIES.filter(({ path }) => path === row.path)
      const allowed = new Set(rows.map(({ property }) => property.split(';', 1)[0]))
      const nameOf = (line: string) =>
        /(?:^| )(?:BEGIN:(VALARM)|(VALARM)\/|([A-Z-]+))/.exec(line.replace(/^\S+ /, ''))?.slice(1).find(Boolean)
      expect(changed.length).toBeGreaterThan(0)
      const own = changed.filter((line) => line.startsWith('master '))
      expect(own.map(nameOf).filter((name) => !allowed.has(name ?? '') && name !== 'SEQUENCE')).toEqual([])
    },
  )

  it.each(kept(ICAL_EVENT_PROPERTIES))('%s stays on Nextcloud, and is not in the model', (property, row) => {
    const [before, after] = [fromIcal(row.probe.from), fromIcal(row.probe.to)]
    expect(differing(before, after)).toEqual([])
    const native = ics(row.probe.from)
    const moved = {
      ...before,
      title: 'Other',
      location: 'Elsewhere',
      start: { ...before.start, local: '2026-03-02T10:30:00' },
    }
    const { text } = writeEvent(native, moved as Event, context)
    const lines = eventLines(text)
    expect(eventLines(native).filter((line) => !/ (SUMMARY|DTSTART)/.test(line) && !lines.includes(line))).toEqual([])
    expect(property).not.toBe('')
  })

  it.each(kept(EWS_EVENT_PROPERTIES))('%s stays on Exchange, and no update mentions it', (_, row) => {
    const [before, after] = [fromXml(row.probe.from), fromXml(row.probe.to)]
    expect(differing(before, after)).toEqual([])
    const native = xml(row.probe.from).master
    const changes = masterChanges(before, { ...before, title: 'Other' }, { context, native })
    expect(changes.map(({ field }) => field)).toEqual([{ kind: 'field', uri: 'item:Subject' }])
  })

  it.each(
    EVENT_FIELDS.flatMap(({ label, limits }) => limits.map((limit) => [`${label}: ${limit.says}`, limit] as const)),
  )('%s', (_, { lines, loss, onto, says }) => {
    const current = onto ? fromXml(onto) : null
    const fit = fitOnExchange(fromIcal(lines), context, current)
    // The hash of a file is no word for a page.
    const shown = (path: string) => (path.startsWith('file:') ? 'file:' : path)
    expect(fit.losses.map(({ path, reason }) => `${shown(path)} ${reason}`)).toContain(loss)
    expect(fit.kind).toBe(says.endsWith('not written to Exchange') ? 'unrepresentable' : 'fits')
  })
})
