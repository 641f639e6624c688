/**
 * GetStreamingEvents: one request whose answer goes on for up to half an hour, one whole SOAP envelope per message.
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/getstreamingevents-operation
 * [MS-OXWSNTIF] 3.1.4.4
 */
import type { XmlNode } from '../../../mapping/ews/change.ts'
import { child, childrenOf, textAt, type XmlElement } from '../../../mapping/ews/xml.ts'
import { badResponse } from '../refs.ts'
import { errorOfCode, throttlingOf } from '../response-codes.ts'

/** `changed`: subscriptions with news. `unknown`: those that the server does not have any more. `closed`: it ends as agreed. */
export type StreamMessage = { changed: readonly string[]; unknown: readonly string[]; closed: boolean }

export function encodeGetStreamingEvents(ids: readonly string[], minutes: number): XmlNode {
  return {
    name: 'm:GetStreamingEvents',
    children: [
      { name: 'm:SubscriptionIds', children: ids.map((text) => ({ name: 'SubscriptionId', text })) },
      { name: 'm:ConnectionTimeout', text: String(minutes) },
    ],
  }
}

/** Errors: `exchange.bad-response` for another answer, and the error that the message itself brings, unless it names lost subscriptions. */
export function decodeStreamMessage(response: XmlElement): StreamMessage {
  if (response.name !== 'GetStreamingEventsResponse')
    throw badResponse('wrong-response', { operation: 'GetStreamingEvents' })
  const messages = child(response, 'ResponseMessages')?.children ?? []
  const parts = messages.map(decodePart)
  return {
    changed: parts.flatMap(({ changed }) => changed),
    unknown: parts.flatMap(({ unknown }) => unknown),
    closed: parts.some(({ closed }) => closed),
  }
}

function decodePart(message: XmlElement): StreamMessage {
  const code = textAt(message, 'ResponseCode')?.trim() ?? 'NoError'
  const unknown = childrenOf(child(message, 'ErrorSubscriptionIds') ?? message, 'SubscriptionId').map(({ text }) =>
    text.trim(),
  )
  if (code !== 'NoError' && unknown.length === 0)
    throw errorOfCode(code, { words: textAt(message, 'MessageText') ?? '', ...throttlingOf(message) })
  const notifications = childrenOf(child(message, 'Notifications') ?? message, 'Notification')
  return {
    changed: notifications.flatMap((notification) => textAt(notification, 'SubscriptionId')?.trim() ?? []),
    unknown,
    closed: textAt(message, 'ConnectionStatus')?.trim() === 'Closed',
  }
}
