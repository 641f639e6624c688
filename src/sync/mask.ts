/**
 * The sensitive projection: what of an event may reach the other side (time block, free/busy, a placeholder title), and how much of
 * an item the engine may see. Pure; docs/decisions/0012 tells why it is safe.
 */
import type { Event, EventFields, Occurrence } from '../model/event.ts'
import { differingPaths, flatten, unflatten } from '../model/flat.ts'
import { eventOf } from '../model/kinds.ts'
import type { MaskInfo } from '../ports/side.ts'

/** `title`: the placeholder. `me`: the user's address, whose own refusal of a meeting leaves the time free. */
export type MaskPolicy = { type: 'full' | 'sensitive'; scope: 'all' | 'private'; title: string; me: string }

/** What a side's document tells: the mark's text (the placeholder that was written with it), and whether the connector created it. */
export type MaskEvidence = { mark: string | null; made: boolean }

/**
 * Titles of masked views. No person's title has this tail of invisible characters, so a masked view never equals a real item by
 * chance; it is never written to a server. The stale one asks to be masked (again).
 */
const TAIL = '\u2063\u2062\u2063'
const STALE_TAIL = `\u2063${TAIL}`

export function viewTitle({ title }: Pick<MaskPolicy, 'title'>): string {
  return title + TAIL
}

export function staleTitle({ title }: Pick<MaskPolicy, 'title'>): string {
  return title + STALE_TAIL
}

export function isMaskedTitle(title: string): boolean {
  return title.endsWith(TAIL)
}

/** The title of a masked view that asks for nothing, given that of any masked view. */
export function settledTitle(title: string): string {
  return title.endsWith(STALE_TAIL) ? title.slice(0, -STALE_TAIL.length) + TAIL : title
}

/** Time block, free/busy and the given title: nothing else of the event is left. Exceptions that differ in words alone are none. */
export function maskEvent(event: Event, { title, me }: { title: string; me: string }): Event {
  const { kind, uid, start, end, recurrence, extraStarts } = event
  const occurrences: Record<string, Occurrence> = {}
  for (const [key, occurrence] of Object.entries(event.occurrences)) {
    occurrences[key] =
      occurrence.kind === 'deleted' ? occurrence : { ...occurrence, fields: maskFields(occurrence.fields, title, me) }
  }
  const masked: Event = {
    kind,
    uid,
    ...maskFields(event, title, me),
    start,
    end,
    recurrence,
    extraStarts,
    files: [],
    occurrences,
  }
  return eventOf(unflatten(flatten(masked), uid))
}

function maskFields(fields: EventFields, title: string, me: string): EventFields {
  return {
    title,
    body: null,
    location: '',
    showAs: busyOf(fields, me),
    sensitivity: 'normal',
    importance: 'normal',
    status: 'none',
    categories: [],
    reminder: null,
    organizer: null,
    attendees: [],
  }
}

/** Without its status and answers an event must still not block the time that it does not take. */
function busyOf({ showAs, status, organizer, attendees }: EventFields, me: string): EventFields['showAs'] {
  const declined = organizer?.email !== me && attendees.some((one) => one.email === me && one.partStat === 'declined')
  return status === 'cancelled' || declined ? 'free' : showAs
}

export function isSensitive(event: Event): boolean {
  const flagged = ({ sensitivity }: EventFields) => sensitivity === 'private' || sensitivity === 'confidential'
  // One private occurrence hides the words of its series: they are mostly the same.
  return (
    flagged(event) || Object.values(event.occurrences).some((one) => one.kind === 'exception' && flagged(one.fields))
  )
}

export function isInScope(event: Event, { type, scope }: MaskPolicy): boolean {
  return type === 'sensitive' && (scope === 'all' || isSensitive(event))
}

/** What the engine sees of an item. The real words of an item in scope, and those of a masked copy, it never sees. */
export function viewOf(event: Event, evidence: MaskEvidence, policy: MaskPolicy): { event: Event; info: MaskInfo } {
  const { mark, made } = evidence
  const titles = [viewTitle(policy), staleTitle(policy)]
  const info = { marked: mark !== null, made, blank: isBlank(event, mark ?? policy.title, policy.me), titles }
  const masked = (title: string) => ({
    event: maskEvent(event, { title, me: policy.me }),
    info: { ...info, view: 'masked' as const },
  })
  if (mark !== null) {
    const isStale = policy.type === 'sensitive' && mark !== policy.title
    return masked(isStale ? staleTitle(policy) : viewTitle(policy))
  }
  if (isInScope(event, policy)) return masked(made ? staleTitle(policy) : viewTitle(policy))
  return { event, info: { ...info, view: 'real' } }
}

/** It holds nothing that masking would take away. */
function isBlank(event: Event, title: string, me: string): boolean {
  return event.title === title && differingPaths(flatten(event), flatten(maskEvent(event, { title, me }))).length === 0
}
