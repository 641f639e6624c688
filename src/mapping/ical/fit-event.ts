/** What an iCalendar resource holds of an event: nearly everything, in the lens' one canonical form (law I19: reading what was written gives this). */
import { ICAL_FILES_BYTES_MAX } from '../../limits.ts'
import { dateTextOf, dayOfText, daysInMonth } from '../../model/civil.ts'
import type { Event, EventFields, Occurrence, OccurrenceKey } from '../../model/event.ts'
import type { Fit, Loss } from '../../model/item.ts'
import type { Recurrence } from '../../model/recurrence.ts'
import type { CalTime } from '../../model/time.ts'
import { localOf } from '../../model/zone-time.ts'
import { fitFiles } from '../fit-files.ts'
import { resolveZone, timeInZone } from '../zones.ts'
import { fitEnd } from './bounds.ts'
import type { IcalReadContext, Reading } from './context.ts'
import { inOwnZones } from './own-zones.ts'
import { fitPeople } from './people.ts'
import { recurrenceOfRule } from './recurrence-read.ts'
import { ruleOfRecurrence } from './recurrence-write.ts'
import { occurrenceTest, sortedTimes, timeOfKey } from './series.ts'
import { cleanLabel, cleanText } from './text.ts'

/** Always fits. Losses name what had to be adjusted. `current`: what the document holds now. */
export function fitEvent(
  event: Event,
  context: IcalReadContext,
  current: Event | null = null,
): Extract<Fit<Event>, { kind: 'fits' }> {
  const losses: Loss[] = []
  const reading: Reading = { book: { unknown: new Set(), resolve: (id) => resolveZone({ id }) }, ...context }
  const { start, end } = fitBounds(inOwnZones(event, current), { reading, losses, path: 'schedule' })
  const recurrence = event.recurrence && fitRecurrence(event.recurrence, start, { reading, losses })
  const extraStarts = sortedTimes(event.extraStarts.map(fitTime), context.floatingZone)
  const item: Event = {
    kind: 'event',
    uid: cleanLabel(event.uid).trim(),
    ...fitFields(event, losses),
    start,
    end,
    recurrence,
    extraStarts,
    files: fitFiles(event.files, {
      fileBytesMax: context.fileBytesMax,
      totalBytesMax: ICAL_FILES_BYTES_MAX,
      held: current?.files ?? [],
      name: (path, reason, detail) => losses.push({ path, reason, detail }),
    }),
    occurrences: {},
  }
  item.occurrences = fitOccurrences(event, item, { reading, losses })
  return { kind: 'fits', item, losses }
}

function fitFields(fields: EventFields, losses: Loss[]): EventFields {
  const people = fitPeople(fields)
  if (fields.organizer && people.attendees.length > 0 && !people.organizer)
    losses.push({ path: 'organizer', reason: 'value-not-held', detail: 'no address' })
  if (fields.attendees.some((attendee) => attendee.email.trim() === ''))
    losses.push({ path: 'attendees', reason: 'value-not-held', detail: 'no address' })
  const minutes = fields.reminder && Math.trunc(fields.reminder.minutesBefore) + 0
  return {
    title: cleanText(fields.title),
    body: fitBody(fields.body),
    location: cleanText(fields.location),
    showAs: fields.showAs,
    sensitivity: fields.sensitivity,
    importance: fields.importance,
    status: fields.status,
    categories: [...new Set(fields.categories.map((name) => cleanLabel(name).trim()))]
      .filter((name) => name !== '')
      .sort(),
    reminder: minutes === null ? null : { minutesBefore: minutes },
    organizer: people.organizer,
    attendees: people.attendees,
  }
}

function fitBody(body: EventFields['body']): EventFields['body'] {
  if (!body) return null
  const text = cleanText(body.text)
  const html = body.html === null ? '' : cleanText(body.html)
  return text === '' && html === '' ? null : { text, html: html === '' ? null : html }
}

type Fitting = { reading: Reading; losses: Loss[] }

function fitBounds(
  times: { start: CalTime; end: CalTime },
  { reading, losses, path }: Fitting & { path: string },
): { start: CalTime; end: CalTime } {
  const start = fitTime(times.start)
  const { end, clamped } = fitEnd(start, sameKindEnd(start, fitTime(times.end)), reading.floatingZone)
  if (clamped) losses.push({ path, reason: 'clamped', detail: 'the end is not after the start' })
  return { start, end }
}

function sameKindEnd(start: CalTime, end: CalTime): CalTime {
  if (start.kind === 'date') return { kind: 'date', date: localOf(end).slice(0, 10) }
  return end.kind === 'date' ? { ...start, local: localOf(end) } : end
}

/** Zones by their canonical names; UTC is UTC whatever it is called. */
function fitTime(time: CalTime): CalTime {
  if (time.kind !== 'zoned')
    return time.kind === 'date' ? { kind: 'date', date: time.date } : { kind: time.kind, local: time.local }
  const id = time.zone.startsWith('custom:')
    ? cleanLabel(time.zone.slice('custom:'.length)).trim() || 'Custom'
    : time.zone
  const atYear = Number(time.local.slice(0, 4))
  const resolved = resolveZone(time.rules ? { id, rules: time.rules, atYear } : { id })
  if (resolved.how === 'custom' && !resolved.rules) return { kind: 'floating', local: time.local }
  return timeInZone(time.local, resolved)
}

function fitRecurrence(recurrence: Recurrence, start: CalTime, { reading, losses }: Fitting): Recurrence {
  const { pattern, end } = recurrence
  if (pattern.kind === 'rrule') {
    if (pattern.text.includes('\n')) return { pattern: { kind: 'rrule', text: pattern.text }, end: { kind: 'never' } }
    return recurrenceOfRule(pattern.text.trim(), start, reading.floatingZone)
  }
  const from = localOf(start).slice(0, 10)
  const early = end.kind === 'until' && end.date < from
  if (early) losses.push({ path: 'schedule', reason: 'clamped', detail: 'the series ended before it began' })
  const day = pattern.kind === 'yearlyOnDay' ? Math.min(pattern.day, daysInMonth(2000, pattern.month)) : 0
  const fitted: Recurrence = {
    pattern: pattern.kind === 'yearlyOnDay' ? { ...pattern, day } : pattern,
    end: early ? { kind: 'until', date: dateTextOf(dayOfText(from)) } : end,
  }
  // A start off its own pattern: iCalendar has the start as an occurrence too, so this is not the same series.
  return recurrenceOfRule(ruleOfRecurrence(fitted, start, reading.floatingZone), start, reading.floatingZone)
}

function fitOccurrences(event: Event, item: Event, { reading, losses }: Fitting): Event['occurrences'] {
  const out: [OccurrenceKey, Occurrence][] = []
  const inSeries = occurrenceTest(item, reading)
  for (const key of Object.keys(event.occurrences).sort()) {
    const occurrence = event.occurrences[key]
    if (!occurrence) continue
    const path = `occurrence:${key}`
    if (!timeOfKey(key, item.start))
      losses.push({ path, reason: 'value-not-held', detail: 'not a time of this series' })
    else if (occurrence.kind === 'exception') {
      const bounds = fitBounds(occurrence, { reading, losses, path })
      out.push([key, { kind: 'exception', ...bounds, fields: fitFields(occurrence.fields, losses) }])
    } else if (inSeries(key)) out.push([key, { kind: 'deleted' }])
    else losses.push({ path, reason: 'value-not-held', detail: 'the series has no such occurrence' })
  }
  return Object.fromEntries(out)
}
