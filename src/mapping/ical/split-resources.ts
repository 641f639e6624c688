/** Splits an iCalendar file, an export with many events, into calendar object resources: one UID each (RFC 4791 section 4.1). */
import { type Component, componentsOf, lineOf, newComponent, parseDocument, printDocument } from './document.ts'

/** Each resource keeps the file's own properties and time zones. Throws `item.unreadable`. */
export function splitResources(text: string): string[] {
  const calendar = parseDocument(text)
  const byUid = new Map<string, Component[]>()
  for (const event of componentsOf(calendar, 'VEVENT')) {
    const uid = lineOf(event, 'UID')?.value ?? ''
    byUid.set(uid, [...(byUid.get(uid) ?? []), event])
  }
  if (byUid.size <= 1) return byUid.size === 0 ? [] : [text]
  const shared = calendar.children.filter((child) => child.kind === 'line' || child.name === 'VTIMEZONE')
  return [...byUid.values()].map((events) =>
    printDocument({ ...newComponent('VCALENDAR'), children: [...shared, ...events] }),
  )
}
