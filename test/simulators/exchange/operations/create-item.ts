/** CreateItem (MS-OXWSCORE 3.1.4.2): new items, and answers to meetings. */
import type { Call } from '../call.ts'
import { EwsError } from '../errors.ts'
import { completeContact, completeList } from '../fields/contacts.ts'
import { completeCalendarItem, completeTask, startOnRange } from '../fields/normalise.ts'
import { type ItemKind, PROPERTIES, propertyOf } from '../fields/property-table.ts'
import { readProperty } from '../fields/read.ts'
import { mailRequests, sendSetting } from '../meetings.ts'
import { answerEach } from '../messages.ts'
import type { Fields, Folder, FolderKind } from '../model.ts'
import { attendeesOf } from '../render/calendar.ts'
import { idOnlyXml } from '../render/item.ts'
import { targetFolder } from '../resolve.ts'
import { alignToRule, viewOf } from '../series.ts'
import { first, firstText, type Node } from '../xml.ts'
import { respondToMeeting } from './respond-to-meeting.ts'

const HOMES: Partial<Record<ItemKind, [folder: string, kind: FolderKind, code: string]>> = {
  CalendarItem: ['calendar', 'CalendarFolder', 'ErrorCannotCreateCalendarItemInNonCalendarFolder'],
  Task: ['tasks', 'TasksFolder', 'ErrorCannotCreateTaskInNonTaskFolder'],
  Contact: ['contacts', 'ContactsFolder', 'ErrorCannotCreateContactInNonContactFolder'],
  DistributionList: ['contacts', 'ContactsFolder', 'ErrorCannotCreateContactInNonContactFolder'],
}

/** Deleted Items take anything; the others only what belongs there. */
function folderFor(call: Call, kind: ItemKind): Folder {
  const wanted = targetFolder(call, 'SavedItemFolderId')
  const home = HOMES[kind]
  if (!home) return wanted ?? call.mailbox.distinguished('drafts')
  const folder = wanted ?? call.mailbox.distinguished(home[0])
  if (folder.kind !== home[1] && folder.distinguished !== 'deleteditems') throw new EwsError(home[2])
  return folder
}

/** Refuses what only the server may set. */
function checkSettable(node: Node, kind: ItemKind): void {
  for (const child of node.children) {
    const property = propertyOf(kind, child.name) ?? PROPERTIES[kind].find((one) => one.name === `${child.name}*`)
    if (!property?.flags.includes('s')) {
      throw new EwsError('ErrorInvalidPropertySet', 'Set action is invalid for property.', {
        path: `<t:FieldURI FieldURI="${property?.uri ?? child.name}"/>`,
      })
    }
  }
}

/** MimeContent of a calendar item would be iCalendar: its conversion is not simulated. */
function readFields(node: Node, kind: ItemKind, call: Call): Fields {
  if (first(node, 'MimeContent')) {
    throw new EwsError('ErrorUnsupportedMimeConversion', 'Mime content is not supported for this type of item.')
  }
  checkSettable(node, kind)
  const fields: Fields = {}
  for (const child of node.children) readProperty(child, fields, call, kind)
  return fields
}

function checkSending(call: Call, kind: ItemKind): void {
  if (kind === 'CalendarItem' && sendSetting(call) === undefined)
    throw new EwsError('ErrorSendMeetingInvitationsRequired')
  if (kind === 'Message' && !call.request.attributes.MessageDisposition) {
    throw new EwsError('ErrorMessageDispositionRequired')
  }
}

function create(node: Node, kind: ItemKind, call: Call): string {
  checkSending(call, kind)
  const folder = folderFor(call, kind)
  const fields = readFields(node, kind, call)
  const names = new Set(node.children.map((child) => child.name))
  if (kind === 'CalendarItem') {
    completeCalendarItem(fields, call)
    startOnRange(fields)
    fields.Organizer = { name: call.mailbox.displayName, email: call.mailbox.email }
  } else if (kind === 'Task') {
    completeTask(fields, names, call.nowMs())
  } else if (kind === 'Contact') {
    completeContact(fields, names)
  } else if (kind === 'DistributionList') {
    completeList(fields)
  }
  alignToRule({ serial: 0, folder: 0, kind, fields, created: 0, modified: 0, version: 0, arrived: 0 })
  if (kind === 'Message') sendMessage(node, call, fields)
  if (kind === 'CalendarItem' && attendeesOf(fields).length > 0)
    fields.MeetingRequestWasSent = mailRequests(call, fields)
  const item = call.mailbox.addItem(folder, kind, fields, call.nowMs())
  return `<m:Items>${idOnlyXml(viewOf(item), call)}</m:Items>`
}

function sendMessage(node: Node, call: Call, fields: Fields): void {
  const { MessageDisposition: disposition } = call.request.attributes
  if (disposition === 'SaveOnly') return
  const to = ['ToRecipients', 'CcRecipients', 'BccRecipients']
    .flatMap((name) => first(node, name)?.children ?? [])
    .map((mailbox) => firstText(mailbox, 'EmailAddress') ?? '')
  call.outbox.send({
    kind: 'message',
    mailbox: call.mailbox.email,
    to,
    subject: fields.Subject ?? '',
    cause: `CreateItem ${disposition}`,
    atMs: call.nowMs(),
  })
}

export function createItem(call: Call): string {
  const nodes = first(call.request, 'Items')?.children ?? []
  return answerEach(call, nodes, { onFailure: '<m:Items/>' }, (node) => {
    if (node.name in PROPERTIES) return create(node, node.name as ItemKind, call)
    return respondToMeeting(node, call)
  })
}
