/** The fields that a master and an exception can each have of their own, read from a calendar item. */
import type { Body, EventFields } from '../../model/event.ts'
import { htmlBody, textBody } from './body.ts'
import type { EwsContext } from './context.ts'
import { IMPORTANCE, SENSITIVITY, SHOW_AS } from './names.ts'
import { readPeople } from './people.ts'
import { line } from './text.ts'
import { child, childrenOf, textAt, type XmlElement } from './xml.ts'

/** Reads a calendar item. `master` is given for an exception: the organizer comes from it (INV-6). */
export function readFields(item: XmlElement, context: EwsContext, master?: XmlElement): EventFields {
  return {
    title: line(textAt(item, 'Subject') ?? ''),
    body: readBody(child(item, 'Body')),
    location: line(textAt(item, 'Location') ?? ''),
    showAs: SHOW_AS.fromEws.get(textAt(item, 'LegacyFreeBusyStatus') ?? '') ?? 'busy',
    sensitivity: SENSITIVITY.fromEws.get(textAt(item, 'Sensitivity') ?? '') ?? 'normal',
    importance: IMPORTANCE.fromEws.get(textAt(item, 'Importance') ?? '') ?? 'normal',
    status: textAt(item, 'IsCancelled') === 'true' ? 'cancelled' : 'none',
    categories: tidyCategories(childrenOf(child(item, 'Categories'), 'String').map((category) => category.text)),
    reminder: readReminder(item),
    ...readPeople(item, context, master),
  }
}

export function readBody(body: XmlElement | undefined): Body | null {
  if (body === undefined) return null
  return body.attributes.BodyType === 'HTML' ? htmlBody(body.text) : textBody(body.text)
}

function readReminder(item: XmlElement): EventFields['reminder'] {
  if (textAt(item, 'ReminderIsSet') !== 'true') return null
  const minutes = Number(textAt(item, 'ReminderMinutesBeforeStart') ?? '15')
  return { minutesBefore: Number.isInteger(minutes) ? minutes : 15 }
}

/** Without duplicates, without empty ones, sorted by code unit. */
export function tidyCategories(names: readonly string[]): string[] {
  return [...new Set(names.map(line))].filter((name) => name !== '').sort()
}
