/** Words with which a person recognises an item in a plan or a list: title and time. */

import { unreachable } from '../ports/errors.ts'
import type { Contact } from './contact.ts'
import type { Item } from './item.ts'
import type { CalTime } from './time.ts'

/** `2026-11-23`, `2026-11-23T10:00:00Z`, `2026-11-23T10:00:00[Europe/Berlin]` or `2026-11-23T10:00:00` (floating). */
export function timeText(time: CalTime): string {
  switch (time.kind) {
    case 'date':
      return time.date
    case 'utc':
      return `${time.local}Z`
    case 'zoned':
      return `${time.local}[${time.zone}]`
    case 'floating':
      return time.local
  }
}

/** Masked views are told from real titles by it (sync/mask.ts); a reader sees the placeholder. */
const VIEW_TAIL = /[\u2062\u2063]+$/

/** `when` is empty for what has no time: contacts, tasks without dates. */
export function nameOf(item: Item): { title: string; when: string } {
  switch (item.kind) {
    case 'event':
      return { title: item.title.replace(VIEW_TAIL, ''), when: timeText(item.start) }
    case 'task':
      return { title: item.title, when: item.due ?? item.start ?? '' }
    case 'contact':
      return { title: contactTitle(item), when: '' }
    case 'group':
      return { title: item.title, when: '' }
    default:
      return unreachable(item)
  }
}

function contactTitle({ displayName, fileAs, organisation, emails }: Contact): string {
  return displayName || fileAs || organisation.company || (emails[0]?.address ?? '')
}
