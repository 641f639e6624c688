/** The mark of a masked copy on Nextcloud: a property of its VEVENTs (docs/decisions/0012), and how it is read again. */
import {
  type Component,
  componentsOf,
  dropLines,
  lineOf,
  newComponent,
  parseDocument,
  printDocument,
  setLine,
} from '../mapping/ical/document.ts'
import { makeLine } from '../mapping/ical/lines.ts'
import { escapeText, unescapeText } from '../mapping/ical/text.ts'
import type { Mark, SideItem } from '../ports/side.ts'

const MASKED = 'X-EXC-MASKED'

/** Objects that the connector creates are called by their journal token, a random UUID (side-create.ts); restores use version 8. */
const CREATION_NAME = /\/([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})\.ics$/

/** All that a masked copy may keep of the document that it was: times, identity and bookkeeping. */
const KEPT = new Set([
  'UID',
  'DTSTAMP',
  'CREATED',
  'LAST-MODIFIED',
  'SEQUENCE',
  'DTSTART',
  'DTEND',
  'DURATION',
  'RRULE',
  'RDATE',
  'EXDATE',
  'RECURRENCE-ID',
  'TRANSP',
  'X-MICROSOFT-CDO-BUSYSTATUS',
  'SUMMARY',
])

/** The document on which a write is made: of an item that becomes a masked copy, nothing but its times. */
export function groundFor(text: string, mark: Mark | undefined): string {
  if (mark === undefined || mark === null) return text
  const calendar = parseDocument(text)
  const children = calendar.children.flatMap((node): Component['children'] => {
    if (node.kind === 'line') return ['VERSION', 'PRODID', 'CALSCALE'].includes(node.name) ? [node] : []
    if (node.name === 'VTIMEZONE') return [node]
    if (node.name !== 'VEVENT') return []
    return [
      {
        ...newComponent('VEVENT'),
        children: node.children.filter((line) => line.kind === 'line' && KEPT.has(line.name)),
      },
    ]
  })
  return printDocument({ ...calendar, children })
}

/** The text with the mark as it shall be. */
export function withMark(text: string, mark: Mark | undefined): string {
  if (mark === undefined) return text
  const calendar = parseDocument(text)
  for (const event of componentsOf(calendar, 'VEVENT')) {
    if (mark === null) dropLines(event, MASKED)
    else setLine(event, makeLine(MASKED, '', escapeText(mark)))
  }
  return printDocument(calendar)
}

/** An object may also be called by its own UID: other programs do so, too. */
export function nextcloudEvidence({ id, uid, native }: SideItem): { mark: string | null; made: boolean } {
  const [, name] = CREATION_NAME.exec(id) ?? []
  const made = name !== undefined && name !== uid.toLowerCase()
  if (!native.text.includes(MASKED)) return { mark: null, made }
  for (const event of componentsOf(parseDocument(native.text), 'VEVENT')) {
    const line = lineOf(event, MASKED)
    if (line) return { mark: unescapeText(line.value), made }
  }
  return { mark: null, made }
}
