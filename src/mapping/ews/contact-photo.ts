/**
 * The photo of a contact: a file attachment that says IsContactPhoto (MS-OXWSATT 2.2.4.6). Its content is fetched apart and put
 * into the item's element, so that the document that goes to the archive is whole.
 */
import { createHash } from 'node:crypto'
import type { Photo } from '../../model/contact.ts'
import { child, textAt, type XmlElement } from './xml.ts'

/** The name that Outlook gives them (MS-OXOCNTC 2.2.1.8). */
export const PHOTO_NAME = 'ContactPicture.jpg'

/** `size` in bytes when the server tells. `content`: base64, null when it was not fetched. */
export type PhotoAttachment = { id: string; size: number | null; contentType: string | null; content: string | null }

/** The attachments that are photos, oldest first: the last one counts. */
export function photoAttachments(item: XmlElement): PhotoAttachment[] {
  return (child(item, 'Attachments')?.children ?? []).filter(isPhoto).map((element) => {
    const size = Number(textAt(element, 'Size'))
    return {
      id: child(element, 'AttachmentId')?.attributes.Id ?? '',
      size: Number.isInteger(size) && size >= 0 ? size : null,
      contentType: textAt(element, 'ContentType') ?? null,
      content: textAt(element, 'Content')?.replace(/\s+/g, '') ?? null,
    }
  })
}

function isPhoto(element: XmlElement): boolean {
  return element.name === 'FileAttachment' && textAt(element, 'IsContactPhoto') === 'true'
}

/** The photo, or null when there is none. A photo whose content was not fetched is none: see `withPhotoContent`. */
export function readPhoto(item: XmlElement): Photo | null {
  const photo = photoAttachments(item).at(-1)
  if (photo === undefined || photo.content === null || photo.content === '') return null
  return {
    hash: photoHash(photo.content),
    mediaType: photoType(photo.contentType ?? '', photo.content),
    base64: photo.content,
  }
}

/** SHA-256 of the image's bytes, base64url. */
export function photoHash(base64: string): string {
  return createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64url')
}

const MAGIC: readonly [start: string, mediaType: string][] = [
  ['/9j/', 'image/jpeg'],
  ['iVBORw0KGgo', 'image/png'],
  ['R0lGOD', 'image/gif'],
  ['UklGR', 'image/webp'],
  ['Qk', 'image/bmp'],
]

/** What the bytes say, else what the other program said. */
export function photoType(said: string, base64: string | null): string {
  const told = base64 === null ? undefined : MAGIC.find(([start]) => base64.startsWith(start))?.[1]
  if (told !== undefined) return told
  const type = said.trim().toLowerCase().replace(/;.*$/s, '')
  if (/^image\/p?jpe?g$/.test(type)) return 'image/jpeg'
  return type.startsWith('image/') ? type : 'image/jpeg'
}

/** The item with the content of a photo in it, for reading and for the archive. */
export function withPhotoContent(item: XmlElement, contents: ReadonlyMap<string, string>): XmlElement {
  const children = item.children.map((part) =>
    part.name === 'Attachments' ? { ...part, children: part.children.map((one) => withContent(one, contents)) } : part,
  )
  return { ...item, children }
}

function withContent(attachment: XmlElement, contents: ReadonlyMap<string, string>): XmlElement {
  const content = contents.get(child(attachment, 'AttachmentId')?.attributes.Id ?? '')
  if (content === undefined) return attachment
  const element: XmlElement = { name: 'Content', ns: attachment.ns, attributes: {}, children: [], text: content }
  return { ...attachment, children: [...attachment.children.filter(({ name }) => name !== 'Content'), element] }
}
