/** CreateAttachment, GetAttachment, DeleteAttachment for files (MS-OXWSATT). */
import type { Call } from '../call.ts'
import { EwsError } from '../errors.ts'
import { decodeId } from '../ids.ts'
import { answerEach } from '../messages.ts'
import type { Attachment, View } from '../model.ts'
import { attachmentIdXml, attachmentXml } from '../render/attachment.ts'
import { changeKeyOf, idOf } from '../render/ids.ts'
import { viewById } from '../resolve.ts'
import { exceptionFor, occurrenceOn, viewOf } from '../series.ts'
import { first, firstText, type Node, wrap } from '../xml.ts'

/** The list to write to: an occurrence gets its own copy of the series' attachments. */
function ownAttachments(view: View, call: Call): Attachment[] {
  const { item, date } = view
  if (date === undefined) {
    item.attachments ??= []
    return item.attachments
  }
  const exception = exceptionFor(item, date, call.nowMs())
  exception.attachments ??= [...(item.attachments ?? [])]
  exception.modified = call.nowMs()
  return exception.attachments
}

function fresh(view: View): View {
  return view.date === undefined ? viewOf(view.item) : occurrenceOn(view.item, view.date)
}

export function createAttachment(call: Call): string {
  const nodes = first(call.request, 'Attachments')?.children ?? []
  return answerEach(call, nodes, { onFailure: '<m:Attachments/>' }, (node) => {
    if (node.name !== 'FileAttachment') throw new EwsError('ErrorInvalidRequest', 'Only files are simulated.')
    const view = viewById(call, first(call.request, 'ParentItemId')?.attributes.Id ?? '')
    const attachment: Attachment = {
      serial: call.mailbox.nextSerial(),
      name: firstText(node, 'Name') ?? '',
      contentType: firstText(node, 'ContentType') ?? 'application/octet-stream',
      contentId: firstText(node, 'ContentId'),
      isInline: firstText(node, 'IsInline') === 'true',
      isContactPhoto: firstText(node, 'IsContactPhoto') === 'true',
      content: Buffer.from(firstText(node, 'Content') ?? '', 'base64'),
      modified: call.nowMs(),
    }
    ownAttachments(view, call).push(attachment)
    call.mailbox.touch(view.item, call.nowMs())
    const id = attachmentIdXml(call.mailbox, fresh(view), attachment, true)
    return `<m:Attachments>${wrap('FileAttachment', id)}</m:Attachments>`
  })
}

function find(call: Call, node: Node): { view: View; attachment: Attachment } {
  const id = decodeId(node.attributes.Id ?? '')
  if (id.kind !== 'attachment') throw new EwsError('ErrorInvalidAttachmentId', 'The attachment id is invalid.')
  const item = id.tag === call.mailbox.tag ? call.mailbox.items.get(id.serial) : undefined
  if (!item) throw new EwsError('ErrorItemNotFound')
  const view = id.date === 0 ? viewOf(item) : occurrenceOn(item, id.date)
  const list = view.exception?.attachments ?? item.attachments ?? []
  const attachment = list.find((candidate) => candidate.serial === id.extra)
  if (!attachment) throw new EwsError('ErrorItemNotFound')
  return { view, attachment }
}

export function getAttachment(call: Call): string {
  const nodes = first(call.request, 'AttachmentIds')?.children ?? []
  return answerEach(call, nodes, { onFailure: '<m:Attachments/>' }, (node) => {
    const { view, attachment } = find(call, node)
    return `<m:Attachments>${attachmentXml(call.mailbox, view, attachment, true)}</m:Attachments>`
  })
}

export function deleteAttachment(call: Call): string {
  const nodes = first(call.request, 'AttachmentIds')?.children ?? []
  return answerEach(call, nodes, { onFailure: '' }, (node) => {
    const { view, attachment } = find(call, node)
    const list = ownAttachments(view, call)
    list.splice(list.indexOf(attachment), 1)
    call.mailbox.touch(view.item, call.nowMs())
    const { mailbox } = call
    return `<m:RootItemId RootItemId="${idOf(mailbox, view)}" RootItemChangeKey="${changeKeyOf(mailbox, view.item)}"/>`
  })
}
