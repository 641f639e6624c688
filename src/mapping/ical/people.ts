/**
 * ORGANIZER and ATTENDEE. An organizer is never invented, and without attendees there is none in the model (INV-7); the
 * organizer's own ATTENDEE line, which some programs write, is no attendee. What the model does not hold stays in the lines.
 */
import type { Attendee, AttendeeRole, EventFields, PartStat } from '../../model/event.ts'
import { type Component, dropLines, insertLines, lineOf, linesOf, replaceLine, setLine } from './document.ts'
import { type ContentLine, makeLine, param, paramOf, withParam } from './lines.ts'
import { cleanLabel } from './text.ts'

export type People = Pick<EventFields, 'organizer' | 'attendees'>

const PART_STATS: Readonly<Record<PartStat, string>> = {
  needsAction: 'NEEDS-ACTION',
  accepted: 'ACCEPTED',
  declined: 'DECLINED',
  tentative: 'TENTATIVE',
  delegated: 'DELEGATED',
}
const ROLES: Readonly<Record<AttendeeRole, string>> = {
  required: 'REQ-PARTICIPANT',
  optional: 'OPT-PARTICIPANT',
  resource: 'REQ-PARTICIPANT',
  nonParticipant: 'NON-PARTICIPANT',
}

export function readPeople(component: Component): People {
  const organizer = lineOf(component, 'ORGANIZER')
  const email = organizer && emailOf(organizer)
  const person = organizer && email ? { email, name: nameOf(organizer, email) } : null
  return fitPeople({ organizer: person, attendees: linesOf(component, 'ATTENDEE').flatMap(attendeeOf) })
}

/** One attendee per address, sorted, none of them the organizer; no organizer without attendees; a name that only repeats the address is none. */
export function fitPeople({ organizer, attendees }: People): People {
  const host = organizer && { email: fitEmail(organizer.email), name: '' }
  if (organizer && host) host.name = fitName(organizer.name, host.email)
  const byEmail = new Map<string, Attendee>()
  for (const attendee of attendees) {
    const email = fitEmail(attendee.email)
    if (email === '' || email === host?.email || byEmail.has(email)) continue
    byEmail.set(email, { email, name: fitName(attendee.name, email), role: attendee.role, partStat: attendee.partStat })
  }
  const sorted = [...byEmail.values()].sort((one, other) => (one.email < other.email ? -1 : 1))
  return { organizer: host && host.email !== '' && sorted.length > 0 ? host : null, attendees: sorted }
}

export function patchPeople(component: Component, wanted: People): boolean {
  const current = readPeople(component)
  if (samePeople(current, wanted)) return false
  const host = wanted.organizer?.email
  const organizerLine = lineOf(component, 'ORGANIZER')
  const hostBefore = organizerLine && emailOf(organizerLine)
  const emails = new Set<string | null>(wanted.attendees.map(({ email }) => email))
  for (const line of linesOf(component, 'ATTENDEE')) {
    const email = emailOf(line)
    const kept = emails.has(email)
    const ownLine = email === hostBefore && email === host
    if (email !== null && !kept && !ownLine) replaceLine(component, line, null)
  }
  patchOrganizer(component, wanted)
  const byEmail = new Map(
    linesOf(component, 'ATTENDEE')
      .toReversed()
      .map((line) => [emailOf(line), line]),
  )
  const added = wanted.attendees.filter(({ email }) => !byEmail.has(email)).map(newAttendee)
  insertLines(component, added, 'ATTENDEE')
  for (const attendee of wanted.attendees) {
    const line = byEmail.get(attendee.email)
    if (line && !sameAttendee(attendeeOf(line)[0], attendee))
      replaceLine(component, line, patchAttendee(line, attendee))
  }
  return true
}

function samePeople(one: People, other: People): boolean {
  const text = ({ organizer, attendees }: People) =>
    JSON.stringify([
      organizer && [organizer.email, organizer.name],
      attendees.map(({ email, name, role, partStat }) => [email, name, role, partStat]),
    ])
  return text(one) === text(other)
}

function patchOrganizer(component: Component, { organizer }: People): void {
  const line = lineOf(component, 'ORGANIZER')
  if (!organizer) {
    dropLines(component, 'ORGANIZER')
    return
  }
  const { email, name } = organizer
  if (line && emailOf(line) === email && nameOf(line, email) === name) return
  const same = line && emailOf(line) === email
  const next = same
    ? withName(line, name)
    : makeLine('ORGANIZER', name === '' ? '' : param('CN', name), `mailto:${email}`)
  setLine(component, next)
}

function attendeeOf(line: ContentLine): Attendee[] {
  const email = emailOf(line)
  if (email === null) return []
  return [{ email, name: nameOf(line, email), role: roleOf(line), partStat: partStatOf(line) }]
}

function sameAttendee(one: Attendee | undefined, other: Attendee): boolean {
  return one !== undefined && one.name === other.name && one.role === other.role && one.partStat === other.partStat
}

function newAttendee({ email, name, role, partStat }: Attendee): ContentLine {
  const type = role === 'resource' ? 'RESOURCE' : 'INDIVIDUAL'
  const params = `;CUTYPE=${type};ROLE=${ROLES[role]};PARTSTAT=${PART_STATS[partStat]}`
  return makeLine('ATTENDEE', params + (name === '' ? '' : param('CN', name)), `mailto:${email}`)
}

function patchAttendee(line: ContentLine, wanted: Attendee): ContentLine {
  let next = line
  if (nameOf(line, wanted.email) !== wanted.name) next = withName(next, wanted.name)
  if (partStatOf(line) !== wanted.partStat) next = withParam(next, 'PARTSTAT', PART_STATS[wanted.partStat])
  if (roleOf(line) !== wanted.role) {
    const type = wanted.role === 'resource' ? 'RESOURCE' : 'INDIVIDUAL'
    if (isResource(line) !== (wanted.role === 'resource')) next = withParam(next, 'CUTYPE', type)
    if (roleOf(next) !== wanted.role) next = withParam(next, 'ROLE', ROLES[wanted.role])
  }
  return next
}

function withName(line: ContentLine, name: string): ContentLine {
  return withParam(line, 'CN', name === '' ? null : name)
}

function roleOf(line: ContentLine): AttendeeRole {
  if (isResource(line)) return 'resource'
  const role = paramOf(line, 'ROLE')?.toUpperCase()
  return role === 'OPT-PARTICIPANT' ? 'optional' : role === 'NON-PARTICIPANT' ? 'nonParticipant' : 'required'
}

function isResource(line: ContentLine): boolean {
  return /^(RESOURCE|ROOM)$/i.test(paramOf(line, 'CUTYPE') ?? '')
}

function partStatOf(line: ContentLine): PartStat {
  const value = paramOf(line, 'PARTSTAT')?.toUpperCase()
  const known = Object.entries(PART_STATS).find(([, written]) => written === value)
  return known ? (known[0] as PartStat) : 'needsAction'
}

/** From `mailto:`, else from the EMAIL parameter (RFC 7986 section 6.2; Apple), else from a bare address; null for other URIs. */
function emailOf(line: ContentLine): string | null {
  const value = line.value.trim()
  const address =
    /^mailto:(.*)$/i.exec(value)?.[1] ?? paramOf(line, 'EMAIL') ?? (/^[^\s:/]+@[^\s:/]+$/.test(value) ? value : '')
  return fitEmail(address) || null
}

function fitEmail(email: string): string {
  return cleanLabel(email)
    .trim()
    .toLowerCase()
    .replace(/^mailto:/, '')
}

function nameOf(line: ContentLine, email: string): string {
  return fitName(paramOf(line, 'CN') ?? '', email)
}

function fitName(name: string, email: string): string {
  const label = cleanLabel(name).trim()
  return label.toLowerCase().replace(/^mailto:/, '') === email ? '' : label
}
