/** Organizer and attendees as Exchange would hold them. It sets the organizer and the answers itself; what it would not take is named. */
import type { Attendee, EventFields, PartStat } from '../../model/event.ts'
import type { EwsContext, LossList } from './context.ts'
import type { People } from './people.ts'
import { normalEmail } from './people.ts'
import { cut, EWS_LINE_CHARS_MAX, line } from './text.ts'

const NOBODY: People = { organizer: null, attendees: [] }
/** Answers that AcceptItem, TentativelyAcceptItem and DeclineItem can give. */
const ANSWERS: ReadonlySet<PartStat> = new Set<PartStat>(['accepted', 'tentative', 'declined'])

/** `current`: what Exchange holds of it now; null = it is about to be created. */
export function fitPeople(
  fields: Pick<EventFields, 'organizer' | 'attendees'>,
  at: { context: EwsContext; losses: LossList },
  current: People | null,
): People {
  const { context, losses } = at
  const held = current?.organizer ?? null
  if (held !== null && held.email !== context.mailbox) return fitForeign(fields, at, { ...NOBODY, ...current })
  const organizer = fields.organizer
  if (organizer !== null && organizer.email !== context.mailbox && held === null) {
    // Written by us, it would become my meeting and a later edit in Outlook would mail everybody (INV-7).
    losses.add('organizer', 'server-owned', 'organized by somebody else')
    for (const attendee of fields.attendees) losses.add(`attendee:${attendee.email}`, 'server-owned')
    return NOBODY
  }
  const attendees = fitAttendees(fields.attendees, at, current)
  if (attendees.length === 0) {
    if (organizer !== null) losses.add('organizer', 'no-such-field', 'nobody is invited')
    return NOBODY
  }
  if (organizer?.email !== context.mailbox) losses.add('organizer', 'server-owned')
  const name = held?.name ?? context.mailboxName ?? line(organizer?.name ?? '')
  return { organizer: { email: context.mailbox, name }, attendees }
}

function fitAttendees(
  wanted: readonly Attendee[],
  { context, losses }: { context: EwsContext; losses: LossList },
  current: People | null,
): Attendee[] {
  const known = new Map(current?.attendees.map((attendee) => [attendee.email, attendee]))
  const fitted = new Map<string, Attendee>()
  for (const attendee of wanted) {
    const path = `attendee:${attendee.email}`
    const email = normalEmail(attendee.email)
    // The organizer is no attendee of his own meeting on Exchange.
    if (email === context.mailbox) continue
    if (email === null || fitted.has(email)) {
      losses.add(path, 'value-not-held')
      continue
    }
    if (attendee.role === 'nonParticipant') losses.add(path, 'value-not-held', 'role')
    const partStat = known.get(email)?.partStat ?? 'needsAction'
    if (attendee.partStat !== partStat) losses.add(path, 'server-owned', 'answer')
    const role = attendee.role === 'nonParticipant' ? 'optional' : attendee.role
    // Exchange knows its people by its directory: whoever is invited keeps the name that it gives them.
    const name = known.get(email)?.name ?? cut(line(attendee.name), EWS_LINE_CHARS_MAX)
    fitted.set(email, { email, name: name.toLowerCase() === email ? '' : name, role, partStat })
  }
  return [...fitted.values()].sort((one, other) => (one.email < other.email ? -1 : 1))
}

/** Somebody else's meeting: only my own answer can be given (INV-1). */
function fitForeign(
  fields: Pick<EventFields, 'organizer' | 'attendees'>,
  { context, losses }: { context: EwsContext; losses: LossList },
  current: People,
): People {
  const wanted = new Map(fields.attendees.map((attendee) => [attendee.email, attendee]))
  if (fields.organizer !== null && fields.organizer.email !== current.organizer?.email) {
    losses.add('organizer', 'server-owned')
  }
  const attendees = current.attendees.map((held) => {
    const asked = wanted.get(held.email)
    wanted.delete(held.email)
    if (asked === undefined) return held
    const mine = held.email === context.mailbox && ANSWERS.has(asked.partStat)
    const partStat = mine ? asked.partStat : held.partStat
    if (asked.partStat !== partStat || asked.role !== held.role) losses.add(`attendee:${held.email}`, 'server-owned')
    return { ...held, partStat }
  })
  for (const email of wanted.keys()) {
    if (email !== current.organizer?.email) losses.add(`attendee:${email}`, 'server-owned')
  }
  return { organizer: current.organizer, attendees }
}
