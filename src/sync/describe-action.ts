/** Words with which a person recognises an item in a plan: title and start. Pure. */
import type { Item } from '../model/item.ts'
import type { CalTime } from '../model/time.ts'

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

export function nameOf(item: Item): { title: string; when: string } {
  return { title: item.title, when: timeText(item.start) }
}
