/** What Exchange gives back of an event that was written to it, as a pure function: its rewriting habits without a server, for properties. */
import type { XmlNode } from '../../src/mapping/ews/change.ts'
import type { EwsContext } from '../../src/mapping/ews/context.ts'
import type { EwsDocument } from '../../src/mapping/ews/document.ts'
import { regularTimes } from '../../src/mapping/ews/occurrence.ts'
import { timeText } from '../../src/mapping/ews/time.ts'
import { createElements } from '../../src/mapping/ews/write.ts'
import type { XmlElement } from '../../src/mapping/ews/xml.ts'
import type { Event } from '../../src/model/event.ts'
import { FILE_CONTENTS } from './arbitrary-event.ts'

export const CONTEXT: EwsContext = {
  mailbox: 'anna@example.test',
  mailboxName: 'Anna Example',
  floatingZone: 'Europe/Berlin',
}

export function element(
  name: string,
  content: string | XmlElement[] = '',
  attributes: Record<string, string> = {},
): XmlElement {
  const [text, children] = typeof content === 'string' ? [content, []] : ['', content]
  return { name, ns: 'http://schemas.microsoft.com/exchange/services/2006/types', attributes, children, text }
}

/** The event as GetItem gives it. `event` must be fitted. */
export function render(event: Event, context = CONTEXT, contents = FILE_CONTENTS): EwsDocument {
  const modified: XmlElement[] = []
  const deleted: XmlElement[] = []
  const exceptions: XmlElement[] = []
  for (const [key, occurrence] of Object.entries(event.occurrences)) {
    const original = timeText(regularTimes(event, key, context).start, context)
    if (occurrence.kind === 'deleted') {
      deleted.push(element('DeletedOccurrence', [element('Start', original)]))
      continue
    }
    const id = element('ItemId', '', { Id: `exception ${key}`, ChangeKey: `key ${key}` })
    const { start, end, fields } = occurrence
    const own: Event = { ...event, ...fields, start, end, recurrence: null, files: [], occurrences: {} }
    exceptions.push(item(own, context, [id, element('OriginalStart', original), type('Exception')]))
    modified.push(element('Occurrence', [id, element('OriginalStart', original)]))
  }
  const lists = [
    ...(modified.length > 0 ? [element('ModifiedOccurrences', modified)] : []),
    ...(deleted.length > 0 ? [element('DeletedOccurrences', deleted)] : []),
  ]
  const id = element('ItemId', '', { Id: 'master', ChangeKey: 'key' })
  return {
    master: item(event, context, [
      id,
      type(event.recurrence ? 'RecurringMaster' : 'Single'),
      ...attachments(event, contents),
      ...lists,
    ]),
    exceptions,
  }
}

const type = (name: string) => element('CalendarItemType', name)

function item(event: Event, context: EwsContext, more: XmlElement[]): XmlElement {
  const organizer = element('Organizer', [
    element('Mailbox', [
      element('Name', context.mailboxName ?? ''),
      element('EmailAddress', context.mailbox),
      element('RoutingType', 'SMTP'),
    ]),
  ])
  const server = [
    element('IsMeeting', String(event.attendees.length > 0)),
    element('IsCancelled', 'false'),
    element('MyResponseType', 'Organizer'),
    organizer,
  ]
  return element('CalendarItem', [...createElements(event, context, null).map(rewritten), ...server, ...more])
}

function attachments({ files }: Event, contents: ReadonlyMap<string, string>): XmlElement[] {
  if (files.length === 0) return []
  const list = files.map(({ hash, name, mediaType }) =>
    element('FileAttachment', [
      element('AttachmentId', '', { Id: hash }),
      element('Name', name),
      element('ContentType', mediaType),
      element('Content', contents.get(hash) ?? ''),
    ]),
  )
  return [element('Attachments', list)]
}

/** CRLF, Exchange's HTML wrapper, and nobody has answered yet. */
function rewritten(node: XmlNode): XmlElement {
  const { name, attributes = {}, children = [], text = '' } = node
  if (name === 'Body') return element(name, bodyText(text, attributes.BodyType), { ...attributes })
  if (name === 'Attendee') return element(name, [...children.map(rewritten), element('ResponseType', 'Unknown')])
  return { ...element(name, children.map(rewritten), { ...attributes }), text }
}

function bodyText(text: string, bodyType: string | undefined): string {
  if (text === '') return ''
  const lines = bodyType === 'HTML' ? `${WRAPPER_HEAD}${text}\n</body>\n</html>\n` : `${text}\n`
  return lines.replaceAll('\n', '\r\n')
}

const WRAPPER_HEAD =
  '<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8">\n</head>\n<body>\n'
