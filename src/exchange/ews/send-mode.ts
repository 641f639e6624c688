/**
 * How a write to a calendar item treats the people in it. A required argument of every write, so that no call can forget it (INV-2, P6).
 * Anything else than `SendToNone` comes from `mailingOf` alone, for a request that says `mail: 'people'`.
 */
import type { EwsFieldChange } from '../../mapping/ews/change.ts'
import type { EventFields } from '../../model/event.ts'
import type { Mail } from '../../ports/side.ts'
import type { SideContext } from './side-context.ts'

/** MS-OXWSCDATA CalendarItemCreateOrDeleteOperationType. */
export type SendMode = 'SendToNone' | 'SendToAllAndSaveCopy'
/** MS-OXWSCDATA CalendarItemUpdateOperationType. `Changed`: who was added or removed. */
export type UpdateSendMode = SendMode | 'SendToChangedAndSaveCopy'

export const SEND_TO_NONE = 'SendToNone' satisfies SendMode

/** Of a creation or a removal. Only my own meeting with somebody in it mails. */
export function sendOf(
  { lens }: SideContext,
  { organizer, attendees }: Pick<EventFields, 'organizer' | 'attendees'>,
  mail: Mail | undefined,
): SendMode {
  const own = organizer?.email === lens.mailbox && attendees.length > 0
  return own && mail === 'people' ? 'SendToAllAndSaveCopy' : SEND_TO_NONE
}

const LISTS = ['calendar:RequiredAttendees', 'calendar:OptionalAttendees', 'calendar:Resources']
/** What invited people see; reminders, categories and the like are the organizer's own. */
const SEEN = [
  ...['item:Subject', 'item:Body', 'calendar:Location', 'calendar:Start', 'calendar:End', 'calendar:IsAllDayEvent'],
  ...['calendar:StartTimeZone', 'calendar:EndTimeZone', 'calendar:Recurrence'],
]

/** Of an update: everybody when they see a difference, else those who were added or removed, else nobody. */
export function updateSendOf(
  context: SideContext,
  versions: { before: EventFields; after: EventFields },
  { changes, mail }: { changes: readonly EwsFieldChange[]; mail: Mail | undefined },
): UpdateSendMode {
  const { before, after } = versions
  const organizer = after.organizer ?? before.organizer
  const attendees = [...before.attendees, ...after.attendees]
  if (sendOf(context, { organizer, attendees }, mail) === SEND_TO_NONE) return SEND_TO_NONE
  const uris = changes.map(({ field }) => ('uri' in field ? field.uri : ''))
  if (uris.some((uri) => SEEN.includes(uri)) && after.attendees.length > 0) return 'SendToAllAndSaveCopy'
  return uris.some((uri) => LISTS.includes(uri)) ? 'SendToChangedAndSaveCopy' : SEND_TO_NONE
}

/** Runs requests in groups of one send mode each, silent ones first. Results in the order of the parts. */
export async function bySendMode<Part, Mode extends UpdateSendMode, Result>(
  parts: readonly Part[],
  modeOf: (part: Part) => Mode,
  run: (group: Part[], send: Mode, isFirst: boolean) => Promise<Result[]>,
): Promise<Result[]> {
  const results = new Map<Part, Result>()
  const groups = Map.groupBy(parts, modeOf)
  const modes = [...groups.keys()].sort((one, other) => rank(one) - rank(other))
  for (const [at, mode] of modes.entries()) {
    const group = groups.get(mode) ?? []
    const done = await run(group, mode, at === 0)
    for (const [index, part] of group.entries()) if (index in done) results.set(part, done[index] as Result)
  }
  return parts.map((part) => results.get(part) as Result)
}

function rank(mode: UpdateSendMode): number {
  return mode === 'SendToNone' ? 0 : 1
}
