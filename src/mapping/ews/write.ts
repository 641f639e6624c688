/** The Exchange lens, writing: the elements of a new item, and the field changes that turn what Exchange holds into what shall be there. */
import type { Event, EventFields, PartStat } from '../../model/event.ts'
import { canonicalJson } from '../../model/flat.ts'
import type { Json } from '../../model/item.ts'
import type { CalTime } from '../../model/time.ts'
import { type EwsFieldChange, field, type XmlNode } from './change.ts'
import type { EwsContext } from './context.ts'
import { UID_FIELD } from './identity.ts'
import { recurrenceNode } from './recurrence-write.ts'
import { timeText, zoneNode } from './time.ts'
import { extendedNode, TOKEN_FIELD } from './unfinished.ts'
import { createFields, fieldChanges } from './write-fields.ts'
import type { XmlElement } from './xml.ts'

/** Properties of a CalendarItem for CreateItem, in the order of the schema. `token`: value of the journal's property. `event` is fitted; exceptions are written after it. */
export function createElements(event: Event, context: EwsContext, token: string | null): XmlNode[] {
  const { item, calendar } = createFields(event)
  return [
    ...item,
    ...(token === null ? [] : [extendedNode(TOKEN_FIELD, token), extendedNode(UID_FIELD, event.uid)]),
    ...(event.uid === '' ? [] : [{ name: 'UID', text: event.uid }]),
    { name: 'Start', text: timeText(event.start, context) },
    { name: 'End', text: timeText(event.end, context) },
    { name: 'IsAllDayEvent', text: String(event.start.kind === 'date') },
    ...calendar,
    ...(event.recurrence ? [recurrenceNode(event.recurrence, event.start)] : []),
    zoneNode('StartTimeZone', event.start, context),
    zoneNode('EndTimeZone', event.end, context),
  ]
}

/** UpdateItem changes of the master from `current` to `desired` (fitted onto it). Occurrences are written apart. */
export function masterChanges(
  current: Event,
  desired: Event,
  at: { context: EwsContext; native: XmlElement },
): EwsFieldChange[] {
  const changes = [...fieldChanges(current, desired, at.native), ...timeChanges(current, desired, at.context)]
  const ruleChanged = !same(current.recurrence, desired.recurrence) || !same(current.start, desired.start)
  if (desired.recurrence && ruleChanged) {
    changes.push(set('calendar:Recurrence', recurrenceNode(desired.recurrence, desired.start)))
  } else if (!desired.recurrence && current.recurrence) {
    changes.push(CLEAR_RECURRENCE)
  }
  return changes
}

/** Without its rule a series forgets exceptions and deletions: a deleted occurrence comes back no other way. */
export const CLEAR_RECURRENCE: EwsFieldChange = { kind: 'delete', field: field('calendar:Recurrence') }

/** Start, end, zones and all-day together: Exchange checks them against one another. */
export function timeChanges(current: Times, desired: Times, context: EwsContext): EwsFieldChange[] {
  if (same(current.start, desired.start) && same(current.end, desired.end)) return []
  const changes = [
    set('calendar:Start', { name: 'Start', text: timeText(desired.start, context) }),
    set('calendar:End', { name: 'End', text: timeText(desired.end, context) }),
  ]
  const allDay = desired.start.kind === 'date'
  if (allDay !== (current.start.kind === 'date')) {
    changes.push(set('calendar:IsAllDayEvent', { name: 'IsAllDayEvent', text: String(allDay) }))
  }
  const zones = [
    ['calendar:StartTimeZone', zoneNode('StartTimeZone', desired.start, context)],
    ['calendar:EndTimeZone', zoneNode('EndTimeZone', desired.end, context)],
  ] as const
  return [...changes, ...zones.map(([uri, node]) => set(uri, node))]
}

type Times = { start: CalTime; end: CalTime }

/** My new answer to somebody else's meeting, or null when it did not change. */
export function answerChange(current: EventFields, desired: EventFields, context: EwsContext): PartStat | null {
  if (current.organizer === null || current.organizer.email === context.mailbox) return null
  const mine = (fields: EventFields) => fields.attendees.find((one) => one.email === context.mailbox)?.partStat
  const answer = mine(desired)
  return answer === undefined || answer === mine(current) ? null : answer
}

function set(uri: string, value: XmlNode): EwsFieldChange {
  return { kind: 'set', field: field(uri), value }
}

function same(one: unknown, other: unknown): boolean {
  return canonicalJson(one as Json) === canonicalJson(other as Json)
}
