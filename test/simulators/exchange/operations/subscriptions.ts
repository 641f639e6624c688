/** Subscribe, Unsubscribe and the beginning of GetStreamingEvents (MS-OXWSNTIF). Pull and push subscriptions are not simulated. */
import type { Call } from '../call.ts'
import { EwsError } from '../errors.ts'
import { answerOnce } from '../messages.ts'
import { resolveFolder } from '../resolve.ts'
import { first, firstText } from '../xml.ts'

export function subscribe(call: Call): string {
  return answerOnce(call, '', () => {
    const request = first(call.request, 'StreamingSubscriptionRequest')
    if (!request) throw new EwsError('ErrorInvalidRequest', 'Only streaming subscriptions are simulated.')
    const all = request.attributes.SubscribeToAllFolders === 'true'
    const nodes = first(request, 'FolderIds')?.children ?? []
    if (all === nodes.length > 0) throw new EwsError('ErrorInvalidSubscriptionRequest', 'Either all folders or some.')
    const folders = all ? null : new Set(nodes.map((node) => resolveFolder(call, node).serial))
    const types = new Set((first(request, 'EventTypes')?.children ?? []).map(({ text }) => text.trim()))
    const { id } = call.streams.subscribe({ mailbox: call.mailbox, backEnd: call.backEnd, folders, types })
    return `<m:SubscriptionId>${id}</m:SubscriptionId>`
  })
}

export function unsubscribe(call: Call): string {
  return answerOnce(call, '', () => {
    const id = firstText(call.request, 'SubscriptionId') ?? ''
    if (!call.streams.subscriptions.delete(id)) throw new EwsError('ErrorSubscriptionNotFound')
    return ''
  })
}
