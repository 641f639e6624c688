/** Splits an iCalendar file, an export with many events, into calendar object resources: one UID each (RFC 4791 section 4.1). */
import { type Component, componentsOf, lineOf, newComponent, parseDocument, printDocument } from './document.ts'

/** Each resource keeps the file's own properties and time zones. Throws `item.unreadable`. */
export function splitResources(text: string): string[] {
  const calendar = parseDocument(text)
  const byUid = new Map<string, Component[]>()
  for (const item of [...componentsOf(calendar, 'VEVENT'), ...componentsOf(calendar, 'VTODO')]) {
    const uid = lineOf(item, 'UID')?.value ?? ''
    byUid.set(uid, [...(byUid.get(uid) ?? []), item])
  }
  if (byUid.size <= 1) return byUid.size === 0 ? [] : [text]
  const shared = calendar.children.filter((child) => child.kind === 'line' || child.name === 'VTIMEZONE')
  return [...byUid.values()].map((items) =>
    printDocument({ ...newComponent('VCALENDAR'), children: [...shared, ...items] }),
  )
}
