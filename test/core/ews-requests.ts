/** One example request for every EWS operation: what the golden files, the schema check and the hostile answers are made from. */

import type { EwsOperation, EwsResult } from '../../src/exchange/ews/operation.ts'
import { createAttachment, deleteAttachment, getAttachment } from '../../src/exchange/ews/operations/attachments.ts'
import { createFolder } from '../../src/exchange/ews/operations/create-folder.ts'
import { createItem } from '../../src/exchange/ews/operations/create-item.ts'
import { deleteFolder } from '../../src/exchange/ews/operations/delete-folder.ts'
import { deleteItem } from '../../src/exchange/ews/operations/delete-item.ts'
import { findFolder } from '../../src/exchange/ews/operations/find-folder.ts'
import { findItem } from '../../src/exchange/ews/operations/find-item.ts'
import { getFolder } from '../../src/exchange/ews/operations/get-folder.ts'
import { getItem } from '../../src/exchange/ews/operations/get-item.ts'
import { getServerTimeZones } from '../../src/exchange/ews/operations/get-server-time-zones.ts'
import { respondToMeeting } from '../../src/exchange/ews/operations/respond-to-meeting.ts'
import { syncFolderHierarchy } from '../../src/exchange/ews/operations/sync-folder-hierarchy.ts'
import { syncFolderItems } from '../../src/exchange/ews/operations/sync-folder-items.ts'
import { updateFolder } from '../../src/exchange/ews/operations/update-folder.ts'
import { updateItem } from '../../src/exchange/ews/operations/update-item.ts'
import { decodeAnswer } from '../../src/exchange/ews/response.ts'
import { SEND_TO_NONE } from '../../src/exchange/ews/send-mode.ts'
import { writeEnvelope } from '../../src/exchange/ews/soap.ts'
import { type FieldUri, field } from '../../src/mapping/ews/change.ts'

/** `golden`: the folder and the ending of the file names, `response` the answers that fit the request. */
export type Example = {
  golden: string
  file: string
  responses: readonly string[]
  request: string
  decode(bytes: Uint8Array): EwsResult<unknown>[]
}

const TOKEN: FieldUri = { kind: 'extended', set: 'PublicStrings', name: 'exchange-connector-token', type: 'String' }
const CALENDAR = { kind: 'folder', id: 'AAMkAGI1-calendar=' } as const
const one = { kind: 'item', id: 'AAMkAGI1-one=', changeKey: 'DwAAABYAAAB1' } as const

function example<Request, Value>(
  operation: EwsOperation<Request, Value>,
  request: Request,
  more: { file?: string; responses?: readonly string[]; mailbox?: string } = {},
): Example {
  const options = { serverVersion: 'Exchange2016', mailbox: more.mailbox ?? null } as const
  return {
    golden: operation.name,
    file: more.file ?? 'request',
    responses: more.responses ?? ['response'],
    request: writeEnvelope(operation.encode(request), options),
    decode: (bytes) => decodeAnswer(operation, request, bytes),
  }
}

export const EXAMPLES: readonly Example[] = [
  example(
    getItem,
    {
      shape: { base: 'IdOnly', bodyType: 'Best', filterHtml: false, properties: [field('item:Subject'), TOKEN] },
      ids: [
        one,
        { kind: 'occurrence', masterId: 'AAMkAGI1-series=', index: 3 },
        { kind: 'master-of', occurrenceId: 'AAMkAGI1-occurrence=' },
      ],
    },
    { mailbox: 'anna.müller+kalender@example.org' },
  ),
  example(createItem, {
    folder: CALENDAR,
    send: SEND_TO_NONE,
    items: [
      {
        element: 'CalendarItem',
        properties: [
          { name: 'Subject', text: 'Tea & <cake> "]]>" \u0000\u001F\uD800\uFFFE🙂' },
          { name: 'Body', attributes: { BodyType: 'Text' }, text: 'one\r\ntwo\n' },
          { name: 'ExtendedProperty', children: [tokenPath(), { name: 'Value', text: 'f3a1' }] },
          { name: 'UID', text: 'uid-1@example.org' },
        ],
      },
      { element: 'CalendarItem', properties: [{ name: 'Subject', text: 'Too long' }] },
    ],
  }),
  example(
    respondToMeeting,
    {
      mail: 'nobody',
      responses: [
        { answer: 'AcceptItem', item: one },
        { answer: 'TentativelyAcceptItem', item: one },
        { answer: 'DeclineItem', item: one },
      ],
    },
    { file: 'request-answers', responses: ['response-answers'] },
  ),
  example(updateItem, {
    send: SEND_TO_NONE,
    items: [
      {
        id: one,
        element: 'CalendarItem',
        changes: [
          { kind: 'set', field: field('item:Subject'), value: { name: 'Subject', text: 'New' } },
          { kind: 'delete', field: field('calendar:Location') },
          {
            kind: 'set',
            field: TOKEN,
            value: { name: 'ExtendedProperty', children: [tokenPath(), { name: 'Value', text: 'f3a1' }] },
          },
        ],
      },
      {
        id: { kind: 'occurrence', masterId: 'AAMkAGI1-series=', index: 2, changeKey: 'DwAAAAA' },
        element: 'CalendarItem',
        changes: [{ kind: 'delete', field: field('item:Categories') }],
      },
      {
        id: one,
        element: 'Contact',
        changes: [{ kind: 'delete', field: { kind: 'indexed', uri: 'contacts:PhoneNumber', index: 'BusinessPhone' } }],
      },
    ],
  }),
  example(deleteItem, {
    send: SEND_TO_NONE,
    ids: [one, { kind: 'occurrence', masterId: 'AAMkAGI1-series=', index: 4 }],
  }),
  example(
    findItem,
    {
      shape: { base: 'IdOnly', properties: [field('item:ItemClass')] },
      folder: CALENDAR,
      page: { offset: 0, sizeMax: 2 },
      sort: [{ field: field('item:DateTimeCreated'), order: 'Ascending' }],
    },
    { responses: ['response', 'response-empty'] },
  ),
  example(
    findItem,
    {
      shape: { base: 'IdOnly' },
      folder: { kind: 'distinguished', name: 'calendar', mailbox: 'team@example.org' },
      page: { offset: 0, sizeMax: 2 },
      restriction: {
        kind: 'and',
        all: [
          { kind: 'equals', field: TOKEN, value: 'a"b&c\n<d>' },
          {
            kind: 'or',
            all: [
              { kind: 'exists', field: TOKEN },
              { kind: 'at-least', field: field('calendar:Start'), value: '2026-01-01T00:00:00Z' },
            ],
          },
          { kind: 'at-most', field: field('calendar:End'), value: '2027-01-01T00:00:00Z' },
        ],
      },
    },
    { file: 'request-restriction', responses: ['response-empty'] },
  ),
  example(getFolder, {
    shape: { base: 'Default', properties: [field('folder:FolderClass'), field('folder:ParentFolderId')] },
    ids: [{ kind: 'distinguished', name: 'calendar' }, CALENDAR],
  }),
  example(findFolder, {
    shape: { base: 'Default' },
    parent: { kind: 'distinguished', name: 'msgfolderroot' },
    traversal: 'Deep',
    page: { offset: 0, sizeMax: 100 },
    restriction: { kind: 'equals', field: field('folder:FolderClass'), value: 'IPF.Appointment' },
  }),
  example(createFolder, {
    parent: { kind: 'distinguished', name: 'calendar' },
    folders: [
      { element: 'CalendarFolder', displayName: 'Team & <Co>' },
      { element: 'CalendarFolder', displayName: 'Team' },
    ],
  }),
  example(updateFolder, {
    folders: [
      {
        id: CALENDAR,
        element: 'CalendarFolder',
        changes: [{ kind: 'set', field: field('folder:DisplayName'), value: { name: 'DisplayName', text: 'Team 2' } }],
      },
    ],
  }),
  example(deleteFolder, { ids: [CALENDAR] }),
  example(syncFolderHierarchy, {
    shape: { base: 'Default' },
    root: { kind: 'distinguished', name: 'msgfolderroot' },
    syncState: 'H4sIAAAA=',
  }),
  example(
    syncFolderItems,
    { shape: { base: 'IdOnly' }, folder: CALENDAR, syncState: null, sizeMax: 512 },
    { responses: ['response', 'response-idle'] },
  ),
  example(
    syncFolderItems,
    { shape: { base: 'IdOnly' }, folder: CALENDAR, syncState: 'H4sIAAAA=', sizeMax: 512 },
    { file: 'request-state', responses: ['response-invalid-state'] },
  ),
  example(createAttachment, {
    item: one,
    files: [{ name: 'menu.txt', contentType: 'text/plain', isContactPhoto: false, content: 'dGVhCg==' }],
  }),
  example(getAttachment, { ids: ['AAMkAGI1-file='] }),
  example(deleteAttachment, { ids: ['AAMkAGI1-file='] }),
  example(getServerTimeZones, { ids: ['W. Europe Standard Time', 'UTC'], full: true }),
  example(getServerTimeZones, { ids: [], full: false }, { file: 'request-all' }),
]

function tokenPath() {
  return {
    name: 'ExtendedFieldURI',
    attributes: {
      DistinguishedPropertySetId: 'PublicStrings',
      PropertyName: 'exchange-connector-token',
      PropertyType: 'String',
    },
  }
}
