/**
 * Who is in a meeting, and whose it is. Exchange names an organizer on every appointment; the model names one only where there is
 * a meeting (INV-7), taken from the master alone (INV-6). Answers belong to the server.
 */
import type { Attendee, AttendeeRole, Person } from '../../model/event.ts'
import type { EwsContext } from './context.ts'
import { PART_STAT } from './names.ts'
import { line } from './text.ts'
import { child, childrenOf, textAt, type XmlElement } from './xml.ts'

export type People = { organizer: Person | null; attendees: Attendee[] }
/** `nobody`: an appointment. `me`: I may change the meeting. `other`: only its organizer may (INV-1). */
export type Owner = 'nobody' | 'me' | 'other'

export const ATTENDEE_LISTS: readonly { element: string; role: AttendeeRole }[] = [
  { element: 'RequiredAttendees', role: 'required' },
  { element: 'OptionalAttendees', role: 'optional' },
  { element: 'Resources', role: 'resource' },
]

/** Organizer and attendees of a calendar item. `master` gives the organizer of an exception. */
export function readPeople(item: XmlElement, context: EwsContext, master: XmlElement = item): People {
  const owner = ownerOf(item, context, master)
  if (owner === 'nobody') return { organizer: null, attendees: [] }
  const organizer = readPerson(child(master, 'Organizer'))
  const byEmail = new Map<string, Attendee>()
  for (const { element, role } of ATTENDEE_LISTS) {
    for (const entry of childrenOf(child(item, element), 'Attendee')) {
      const person = readPerson(entry)
      // Exchange may list the organizer among the invited; iCalendar has a property of its own for it.
      if (!person || person.email === organizer?.email || byEmail.has(person.email)) continue
      const partStat = PART_STAT.get(answerOf(item, entry, person, context)) ?? 'needsAction'
      byEmail.set(person.email, { ...person, role, partStat })
    }
  }
  const attendees = [...byEmail.values()].sort((one, other) => (one.email < other.email ? -1 : 1))
  return attendees.length === 0 && owner === 'me' ? { organizer: null, attendees } : { organizer, attendees }
}

/** My own answer stands in MyResponseType; the list of an attendee's copy is often stale about me. */
function answerOf(item: XmlElement, entry: XmlElement, person: Person, context: EwsContext): string {
  const listed = textAt(entry, 'ResponseType') ?? 'Unknown'
  if (person.email !== context.mailbox) return listed
  const mine = textAt(item, 'MyResponseType') ?? 'Unknown'
  return mine === 'Unknown' || mine === 'Organizer' ? listed : mine
}

/** Whose item it is: IsOrganizer (Exchange 2013), else MyResponseType, else the organizer's address; of an exception, its master's. */
export function ownerOf(item: XmlElement, context: EwsContext, master: XmlElement = item): Owner {
  const invited = ATTENDEE_LISTS.some(({ element }) => (child(item, element)?.children.length ?? 0) > 0)
  const mine = isMine(master, context)
  if (!invited && (mine || textAt(master, 'IsMeeting') !== 'true')) return 'nobody'
  return mine ? 'me' : 'other'
}

function isMine(item: XmlElement, context: EwsContext): boolean {
  const isOrganizer = textAt(item, 'IsOrganizer')
  if (isOrganizer !== undefined) return isOrganizer === 'true'
  const response = textAt(item, 'MyResponseType')
  if (response !== undefined && response !== 'Unknown') return response === 'Organizer'
  const organizer = readPerson(child(item, 'Organizer'))
  return organizer === null || organizer.email === context.mailbox
}

/** A person with an SMTP address; Exchange may give its own kind of address (RoutingType EX), which no other system knows. */
export function readPerson(holder: XmlElement | undefined): Person | null {
  const mailbox = holder && child(holder, 'Mailbox')
  const email = normalEmail(textAt(mailbox, 'EmailAddress') ?? '')
  if (email === null) return null
  const name = line(textAt(mailbox, 'Name') ?? '')
  return { email, name: name.toLowerCase() === email ? '' : name }
}

/** Lower case, without `mailto:`; null for what is no address. */
export function normalEmail(text: string): string | null {
  const email = line(text)
    .replace(/^mailto:/i, '')
    .toLowerCase()
  return /^[^\s@<>]+@[^\s@<>]+$/.test(email) ? email : null
}
