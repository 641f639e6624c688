/** Finds out which iTIP messages a change causes, from the organizer's and from the attendee's side (Sabre\VObject\ITip\Broker, RFC 6638 3.2). */
import { allNamed, type Component, type Property, paramOf, textOf } from '../ical.ts'
import type { NextcloudVersion } from '../options.ts'
import type { ItipMethod } from './mail.ts'

export type ItipMessage = {
  method: ItipMethod
  sender: string
  recipient: string
  uid: string
  sequence: number
  /** Sabre does not mail what did not change anything that matters. */
  significant: boolean
  partstat: string
  calendar: Component
}

export type Change = { before: Component | undefined; after: Component | undefined; addresses: readonly string[] }

const SIGNIFICANT = ['DTSTART', 'DTEND', 'DURATION', 'DUE', 'RRULE', 'RDATE', 'EXDATE', 'STATUS']

export const addressOf = (property: Property): string => property.value.trim().toLowerCase()

export const eventsOf = (calendar: Component | undefined): Component[] =>
  calendar ? calendar.components.filter((component) => component.name === 'VEVENT') : []

/** Attendees with the PARTSTAT of each instance; those whose client schedules itself are left out. */
function attendeesOf(calendar: Component | undefined): Map<string, Map<string, string>> {
  const attendees = new Map<string, Map<string, string>>()
  for (const event of eventsOf(calendar)) {
    const instance = textOf(event, 'RECURRENCE-ID') ?? 'master'
    for (const property of allNamed(event, 'ATTENDEE')) {
      if (paramOf(property, 'SCHEDULE-AGENT')?.toUpperCase() === 'CLIENT') continue
      const known = attendees.get(addressOf(property)) ?? new Map<string, string>()
      known.set(instance, (paramOf(property, 'PARTSTAT') ?? 'NEEDS-ACTION').toUpperCase())
      attendees.set(addressOf(property), known)
    }
  }
  return attendees
}

function organizerOf(calendar: Component | undefined): Property | undefined {
  for (const event of eventsOf(calendar)) {
    const [organizer] = allNamed(event, 'ORGANIZER')
    if (organizer) return organizer
  }
  return undefined
}

function significance(calendar: Component | undefined): string {
  const values = eventsOf(calendar).map((event) =>
    [textOf(event, 'RECURRENCE-ID') ?? 'master', ...SIGNIFICANT.map((name) => textOf(event, name) ?? '')].join('|'),
  )
  return values.sort().join('\n')
}

const sequenceOf = (calendar: Component): number =>
  Math.max(0, ...eventsOf(calendar).map((event) => Number(textOf(event, 'SEQUENCE') ?? 0)))

function fromOrganizer(change: Change, organizer: string, base: Component): ItipMessage[] {
  const old = attendeesOf(change.before)
  const now = attendeesOf(change.after)
  const moved = significance(change.before) !== significance(change.after)
  const messages: ItipMessage[] = []
  for (const recipient of new Set([...old.keys(), ...now.keys()])) {
    if (recipient === organizer) continue
    const invited = now.get(recipient)
    const known = old.get(recipient)
    const instancesChanged = [...(invited?.keys() ?? [])].join() !== [...(known?.keys() ?? [])].join()
    messages.push({
      method: invited ? 'REQUEST' : 'CANCEL',
      sender: organizer,
      recipient,
      uid: textOf(eventsOf(base)[0], 'UID') ?? '',
      sequence: sequenceOf(base) + (change.after ? 0 : 1),
      significant: !invited || !known || moved || instancesChanged,
      partstat: '',
      calendar: base,
    })
  }
  return messages
}

/** A reply goes out when my PARTSTAT changed; deleting is declining. Creating what is already answered replies on 34 (measured). */
function fromAttendee(change: Change, me: string, base: Component, version: NextcloudVersion): ItipMessage[] {
  const organizer = organizerOf(base)
  if (!organizer || paramOf(organizer, 'SCHEDULE-AGENT')?.toUpperCase() === 'CLIENT') return []
  if (!change.before && version !== 34) return []
  const old = attendeesOf(change.before).get(me)
  const now = change.after ? attendeesOf(change.after).get(me) : new Map([['master', 'DECLINED']])
  const cancelled = eventsOf(base).every((event) => textOf(event, 'STATUS')?.toUpperCase() === 'CANCELLED')
  if (!now || cancelled) return []
  const changed = [...now].find(([instance, partstat]) => partstat !== (old?.get(instance) ?? 'NEEDS-ACTION'))
  if (!changed) return []
  return [
    {
      method: 'REPLY',
      sender: me,
      recipient: addressOf(organizer),
      uid: textOf(eventsOf(base)[0], 'UID') ?? '',
      sequence: sequenceOf(base),
      significant: true,
      partstat: changed[1],
      calendar: base,
    },
  ]
}

export function messagesFor(change: Change, version: NextcloudVersion): ItipMessage[] {
  const base = change.after ?? change.before
  if (!base || eventsOf(base).length === 0) return []
  const organizer = organizerOf(change.after) ?? organizerOf(change.before)
  if (!organizer) return []
  if (change.addresses.includes(addressOf(organizer))) return fromOrganizer(change, addressOf(organizer), base)
  const everyone = new Set([...attendeesOf(change.before).keys(), ...attendeesOf(change.after).keys()])
  const me = change.addresses.find((address) => everyone.has(address))
  return me === undefined ? [] : fromAttendee(change, me, base, version)
}
