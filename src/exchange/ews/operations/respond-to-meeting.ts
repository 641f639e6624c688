/**
 * AcceptItem, TentativelyAcceptItem and DeclineItem through CreateItem: the user's own answer to a meeting, kept in the calendar, and mailed to its organizer where that is asked for (INV-1).
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/acceptitem
 * [MS-OXWSMTGS] 2.2.4.1, 2.2.4.12, 2.2.4.37; CreateItem is [MS-OXWSCORE] 3.1.4.2
 */
import type { XmlNode } from '../../../mapping/ews/change.ts'
import { child, type XmlElement } from '../../../mapping/ews/xml.ts'
import type { Mail } from '../../../ports/side.ts'
import { folderIdNode, type PlainItemId } from '../ids.ts'
import { type EwsOperation, picked } from '../operation.ts'
import { type ItemRef, itemRef } from '../refs.ts'
import { SEND_TO_NONE } from '../send-mode.ts'

export type MeetingAnswer = 'AcceptItem' | 'TentativelyAcceptItem' | 'DeclineItem'
/** `item` is the calendar item (or one occurrence, INV-8) with its change key. */
export type MeetingResponse = { answer: MeetingAnswer; item: Required<PlainItemId> }
export type RespondRequest = { responses: readonly MeetingResponse[]; mail: Mail }

export function encodeRespond(request: RespondRequest): XmlNode {
  const isMailed = request.mail === 'people'
  const folder = isMailed ? 'sentitems' : 'drafts'
  return {
    name: 'm:CreateItem',
    // SaveOnly: the answer changes the calendar item, the message to the organizer is not sent.
    attributes: {
      MessageDisposition: isMailed ? 'SendAndSaveCopy' : 'SaveOnly',
      SendMeetingInvitations: SEND_TO_NONE,
    },
    children: [
      // Where Exchange keeps it anyway. Named, because gromox would put it into the Outbox, from where a mail program may send it.
      { name: 'm:SavedItemFolderId', children: [folderIdNode({ kind: 'distinguished', name: folder })] },
      {
        name: 'm:Items',
        children: request.responses.map(({ answer, item }) => ({
          name: answer,
          children: [{ name: 'ReferenceItemId', attributes: { Id: item.id, ChangeKey: item.changeKey } }],
        })),
      },
    ],
  }
}

/** What the server made or changed: the calendar item and perhaps a saved message; servers differ, so it may be empty. */
function decodeRespond(message: XmlElement): ItemRef[] {
  const items = child(message, 'Items')?.children ?? []
  return items.filter((element) => child(element, 'ItemId') !== undefined).map(itemRef)
}

export const respondToMeeting: EwsOperation<RespondRequest, ItemRef[]> = {
  name: 'CreateItem',
  effect: 'write',
  count: (request) => request.responses.length,
  pick: (request, indexes) => ({ ...request, responses: picked(request.responses, indexes) }),
  encode: encodeRespond,
  decodeMessage: decodeRespond,
}
