/**
 * Files of a calendar item: file attachments that people see (MS-OXWSATT 2.2.4.6). Images inside the body, attached items and links to
 * cloud storage are no files: they stay on Exchange as they are. Contents are fetched apart, and of them the item's element keeps the
 * hash alone.
 */
import { EWS_FILE_OVERHEAD_BYTES, EWS_FILES_PER_EVENT_MAX, FILE_BYTES_MAX } from '../../limits.ts'
import { type EventFile, fileOf, knownFile, uniqueFiles, unreadFile } from '../../model/file.ts'
import { child, textAt, type XmlElement } from './xml.ts'

/** `file` null: its content is empty. */
export type FileAttachment = { id: string; element: XmlElement; file: EventFile | null }
/** What was found out of a content. */
export type FileFacts = { hash: string; bytes: number }

/** Elements of our own beside those of Exchange, in documents that we keep. */
const HASH = 'ContentSha256'
const BYTES = 'ContentBytes'

export function fileAttachments(item: XmlElement): FileAttachment[] {
  return attachments(item)
    .filter((element) => kindOf(element, item) === 'file')
    .map((element) => ({
      id: child(element, 'AttachmentId')?.attributes.Id ?? '',
      element,
      file: fileIn(element),
    }))
}

export function readFiles(item: XmlElement): EventFile[] {
  return uniqueFiles(fileAttachments(item).flatMap(({ file }) => (file === null ? [] : [file])))
}

/** Attachments whose content must be fetched to know the file: not those that are too big to travel anyway. */
export function unknownFiles(item: XmlElement, bytesMax: number = FILE_BYTES_MAX): FileAttachment[] {
  return fileAttachments(item)
    .slice(0, EWS_FILES_PER_EVENT_MAX)
    .filter(({ element, id }) => {
      const isKnown = child(element, HASH) !== undefined || child(element, 'Content') !== undefined
      return !isKnown && id !== '' && bytesMax > 0 && sizeOf(element) <= bytesMax + EWS_FILE_OVERHEAD_BYTES
    })
}

/** Tells an attachment that was not changed from one that was. */
export function attachmentKey({ id, element }: Pick<FileAttachment, 'id' | 'element'>): string {
  return JSON.stringify([id, textAt(element, 'Size'), textAt(element, 'LastModifiedTime'), textAt(element, 'Name')])
}

/** The item with what was found out of its files, by attachment id. */
export function withFileFacts(item: XmlElement, facts: ReadonlyMap<string, FileFacts>): XmlElement {
  const told = (attachment: XmlElement): XmlElement => {
    const fact = facts.get(child(attachment, 'AttachmentId')?.attributes.Id ?? '')
    if (fact === undefined) return attachment
    const own = [HASH, BYTES].map((name, at) => leaf(name, String(at === 0 ? fact.hash : fact.bytes), attachment.ns))
    return { ...attachment, children: [...attachment.children, ...own] }
  }
  const children = item.children.map((part) =>
    part.name === 'Attachments' ? { ...part, children: part.children.map(told) } : part,
  )
  return { ...item, children }
}

/** Which attachments go and which files come. A file under another name is another attachment: Exchange cannot rename one. */
export type FileChanges = { removeIds: string[]; put: EventFile[] }

/** `native`: the item as Exchange holds it, with what was found out of its files. */
export function fileChanges(
  current: readonly EventFile[],
  desired: readonly EventFile[],
  native: XmlElement,
): FileChanges {
  const now = new Map(current.map((file) => [file.hash, file]))
  const wanted = new Map(desired.map((file) => [file.hash, file]))
  const put = desired.filter(({ hash, name }) => now.get(hash)?.name !== name)
  const gone = current.filter(({ hash, name }) => wanted.get(hash)?.name !== name)
  const hashes = new Set(gone.map(({ hash }) => hash))
  const removeIds = fileAttachments(native).flatMap(({ id, file }) => (file && hashes.has(file.hash) ? [id] : []))
  return { removeIds, put }
}

/** What is attached and stays on Exchange, as the table of events calls it. */
export function otherAttachments(item: XmlElement): string[] {
  const says = { image: 'inline', item: 'items', reference: 'references' }
  return attachments(item).flatMap((element) => {
    const kind = kindOf(element, item)
    return kind === 'file' ? [] : [`Attachments (${says[kind]})`]
  })
}

function kindOf(element: XmlElement, item: XmlElement): 'file' | 'image' | 'item' | 'reference' {
  if (element.name === 'ItemAttachment') return 'item'
  if (element.name !== 'FileAttachment') return 'reference'
  const contentId = textAt(element, 'ContentId')?.replace(/^<|>$/g, '') ?? ''
  const isInBody = contentId !== '' && (textAt(item, 'Body') ?? '').includes(`cid:${contentId}`)
  return textAt(element, 'IsInline') === 'true' || isInBody ? 'image' : 'file'
}

function attachments(item: XmlElement): readonly XmlElement[] {
  return child(item, 'Attachments')?.children ?? []
}

function fileIn(element: XmlElement): EventFile | null {
  const said = { name: textAt(element, 'Name') ?? null, mediaType: textAt(element, 'ContentType') ?? null }
  const hash = textAt(element, HASH)
  if (hash !== undefined) return knownFile(hash, Number(textAt(element, BYTES)) || 0, said)
  const content = textAt(element, 'Content')
  return content === undefined ? unreadFile(sizeOf(element), said) : fileOf(content, said)
}

function sizeOf(element: XmlElement): number {
  const size = Number(textAt(element, 'Size') ?? '0')
  return Number.isSafeInteger(size) && size >= 0 ? size : 0
}

function leaf(name: string, text: string, ns: string): XmlElement {
  return { name, ns, attributes: {}, children: [], text }
}
