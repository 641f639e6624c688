/**
 * Subscribe: asks for streaming notifications of a mailbox's folders. Unsubscribe ends that.
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/subscribe-operation
 * [MS-OXWSNTIF] 3.1.4.2 and 3.1.4.3
 */
import { type EwsFolderId, folderIdNode } from '../ids.ts'
import type { EwsOperation } from '../operation.ts'
import { requiredText } from '../refs.ts'

/** What can change an item of a calendar, an address book or a task list. */
const EVENTS = ['CopiedEvent', 'CreatedEvent', 'DeletedEvent', 'ModifiedEvent', 'MovedEvent']

export const subscribe: EwsOperation<{ folders: readonly EwsFolderId[] }, { subscriptionId: string }> = {
  name: 'Subscribe',
  // Repeated, it makes one more subscription, which ends by itself: no harm, unlike a write.
  effect: 'read',
  count: () => 1,
  pick: (request) => request,
  encode: ({ folders }) => ({
    name: 'm:Subscribe',
    children: [
      {
        name: 'm:StreamingSubscriptionRequest',
        children: [
          { name: 'FolderIds', children: folders.map(folderIdNode) },
          { name: 'EventTypes', children: EVENTS.map((text) => ({ name: 'EventType', text })) },
        ],
      },
    ],
  }),
  decodeMessage: (message) => ({ subscriptionId: requiredText(message, 'SubscriptionId') }),
}

export const unsubscribe: EwsOperation<{ subscriptionId: string }, null> = {
  name: 'Unsubscribe',
  effect: 'read',
  count: () => 1,
  pick: (request) => request,
  encode: ({ subscriptionId }) => ({
    name: 'm:Unsubscribe',
    children: [{ name: 'm:SubscriptionId', text: subscriptionId }],
  }),
  decodeMessage: () => null,
}
