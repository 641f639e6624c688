/**
 * CreateItem for a message that only lies in a folder: it has no recipients and is saved, never sent. Apart from create-item.ts, so
 * that nothing else can ever write a message (P6).
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/createitem-operation
 */
import type { ExtendedField, XmlNode } from '../../../mapping/ews/change.ts'
import { extendedElement } from '../../../mapping/ews/extended.ts'
import { type EwsFolderId, folderIdNode } from '../ids.ts'
import type { EwsOperation } from '../operation.ts'
import { type ItemRef, onlyItemRef } from '../refs.ts'

export type NewMessage = { folder: EwsFolderId; subject: string; text: string }

/** [MS-OXCMSG] 2.2.1.6 PidTagMessageFlags: read (1) and not unsent, so that Outlook shows a message and no draft. Only a first save may set it. */
const MESSAGE_FLAGS: ExtendedField = { kind: 'extended', tag: '0x0E07', type: 'Integer' }

export function encodeCreateMessage({ folder, subject, text }: NewMessage): XmlNode {
  return {
    name: 'm:CreateItem',
    attributes: { MessageDisposition: 'SaveOnly' },
    children: [
      { name: 'm:SavedItemFolderId', children: [folderIdNode(folder)] },
      {
        name: 'm:Items',
        children: [
          {
            name: 'Message',
            children: [
              { name: 'Subject', text: subject },
              { name: 'Body', attributes: { BodyType: 'Text' }, text },
              extendedElement(MESSAGE_FLAGS, '1'),
              { name: 'IsRead', text: 'false' },
            ],
          },
        ],
      },
    ],
  }
}

export const createMessage: EwsOperation<NewMessage, ItemRef> = {
  name: 'CreateItem',
  effect: 'write',
  count: () => 1,
  pick: (request) => request,
  encode: encodeCreateMessage,
  decodeMessage: onlyItemRef,
}
