/** Attachments: described in an item; files are given with their content by GetAttachment. */
import type { Attachment, View } from '../model.ts'
import type { Mailbox } from '../store.ts'
import { formatDateTime } from '../time/dates.ts'
import { attribute, textElement, wrap } from '../xml.ts'
import { attachmentIdOf, changeKeyOf, idOf } from './ids.ts'

/** PR_ATTACH_SIZE counts the properties of the attachment, too. */
const PROPERTIES_BYTES = 230
const ELEMENTS = { item: 'ItemAttachment', reference: 'ReferenceAttachment' } as const

export function attachmentIdXml(mailbox: Mailbox, view: View, attachment: Attachment, root: boolean): string {
  const roots = root
    ? attribute('RootItemId', idOf(mailbox, view)) + attribute('RootItemChangeKey', changeKeyOf(mailbox, view.item))
    : ''
  return `<t:AttachmentId Id="${attachmentIdOf(mailbox, view, attachment.serial)}"${roots}/>`
}

export function attachmentXml(mailbox: Mailbox, view: View, attachment: Attachment, content: boolean): string {
  const described =
    attachmentIdXml(mailbox, view, attachment, false) +
    textElement('Name', attachment.name) +
    textElement('ContentType', attachment.contentType) +
    textElement('ContentId', attachment.contentId) +
    textElement('Size', attachment.content.length + PROPERTIES_BYTES) +
    textElement('LastModifiedTime', formatDateTime(attachment.modified)) +
    textElement('IsInline', attachment.isInline)
  if (attachment.kind !== undefined) return wrap(ELEMENTS[attachment.kind], described)
  return wrap(
    'FileAttachment',
    described +
      textElement('IsContactPhoto', attachment.isContactPhoto) +
      (content ? textElement('Content', attachment.content.toString('base64')) : ''),
  )
}

export function attachmentsXml(mailbox: Mailbox, view: View, attachments: readonly Attachment[]): string {
  if (attachments.length === 0) return ''
  return wrap('Attachments', attachments.map((one) => attachmentXml(mailbox, view, one, false)).join(''))
}
