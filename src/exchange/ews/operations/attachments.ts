/**
 * CreateAttachment, GetAttachment and DeleteAttachment: files on an item that exists already. One result per attachment.
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/createattachment-operation (and get..., delete...)
 * [MS-OXWSATT] 3.1.4.1, 3.1.4.3, 3.1.4.2
 */
import type { XmlNode } from '../../../mapping/ews/change.ts'
import { child, textAt, type XmlElement } from '../../../mapping/ews/xml.ts'
import { itemIdNode, type PlainItemId } from '../ids.ts'
import { type EwsOperation, picked } from '../operation.ts'
import { badResponse, idOf, requiredChild } from '../refs.ts'

/** `content` is base64. */
export type NewFile = { name: string; contentType?: string; isContactPhoto?: boolean; content: string }
export type CreateAttachmentRequest = { item: PlainItemId; files: readonly NewFile[] }
/** Every attachment moves the change key of its item: `itemChangeKey` is the new one where the server tells. */
export type AttachmentRef = { id: string; itemChangeKey: string | null }

export type AttachmentIdsRequest = { ids: readonly string[] }
/** `content` is base64, or null for an attachment that is not a file (an item, a reference). */
export type Attachment = {
  id: string
  name: string
  contentType: string | null
  content: string | null
  element: XmlElement
}

export function encodeCreateAttachment(request: CreateAttachmentRequest): XmlNode {
  return {
    name: 'm:CreateAttachment',
    children: [
      { ...itemIdNode(request.item), name: 'm:ParentItemId' },
      { name: 'm:Attachments', children: request.files.map(fileNode) },
    ],
  }
}

function fileNode(file: NewFile): XmlNode {
  const children: XmlNode[] = [{ name: 'Name', text: file.name }]
  if (file.contentType !== undefined) children.push({ name: 'ContentType', text: file.contentType })
  if (file.isContactPhoto !== undefined) children.push({ name: 'IsContactPhoto', text: String(file.isContactPhoto) })
  return { name: 'FileAttachment', children: [...children, { name: 'Content', text: file.content }] }
}

export function encodeGetAttachment(request: AttachmentIdsRequest): XmlNode {
  return { name: 'm:GetAttachment', children: [attachmentIds(request.ids)] }
}

export function encodeDeleteAttachment(request: AttachmentIdsRequest): XmlNode {
  return { name: 'm:DeleteAttachment', children: [attachmentIds(request.ids)] }
}

function attachmentIds(ids: readonly string[]): XmlNode {
  return { name: 'm:AttachmentIds', children: ids.map((id) => ({ name: 'AttachmentId', attributes: { Id: id } })) }
}

function onlyAttachment(message: XmlElement): XmlElement {
  const attachments = requiredChild(message, 'Attachments').children
  const [only] = attachments
  if (only === undefined || attachments.length !== 1)
    throw badResponse('attachment-count', { count: attachments.length })
  return only
}

function decodeCreateAttachment(message: XmlElement): AttachmentRef {
  const id = requiredChild(onlyAttachment(message), 'AttachmentId')
  return { id: idOf(id).id, itemChangeKey: id.attributes.RootItemChangeKey ?? null }
}

function decodeGetAttachment(message: XmlElement): Attachment {
  const element = onlyAttachment(message)
  return {
    id: idOf(requiredChild(element, 'AttachmentId')).id,
    name: textAt(element, 'Name') ?? '',
    contentType: textAt(element, 'ContentType') ?? null,
    content: textAt(element, 'Content') ?? null,
    element,
  }
}

export const createAttachment: EwsOperation<CreateAttachmentRequest, AttachmentRef> = {
  name: 'CreateAttachment',
  effect: 'write',
  count: (request) => request.files.length,
  pick: (request, indexes) => ({ ...request, files: picked(request.files, indexes) }),
  encode: encodeCreateAttachment,
  decodeMessage: decodeCreateAttachment,
}

const byIds = {
  count: (request: AttachmentIdsRequest) => request.ids.length,
  pick: (request: AttachmentIdsRequest, indexes: readonly number[]) => ({ ids: picked(request.ids, indexes) }),
}

export const getAttachment: EwsOperation<AttachmentIdsRequest, Attachment> = {
  ...byIds,
  name: 'GetAttachment',
  effect: 'read',
  encode: encodeGetAttachment,
  decodeMessage: decodeGetAttachment,
}

/** The value is the new change key of the item, where the server tells. */
export const deleteAttachment: EwsOperation<AttachmentIdsRequest, string | null> = {
  ...byIds,
  name: 'DeleteAttachment',
  effect: 'write',
  encode: encodeDeleteAttachment,
  decodeMessage: (message) => child(message, 'RootItemId')?.attributes.RootItemChangeKey ?? null,
}
