/** Files that hang on an event: known by their bytes, because names, types and ids differ between programs. The model holds no contents. */
import { createHash } from 'node:crypto'

/**
 * `hash`: SHA-256 of the bytes, base64url; it alone makes files the same. One that was not looked into (too big) has the hash
 * `unread:...`: it stays where it is. `mediaType` is empty when nobody said, `bytes` is the size of the content.
 */
export type EventFile = { hash: string; name: string; mediaType: string; bytes: number }

/** What a program said of a file. */
type Said = { name: string | null; mediaType: string | null }

const UNREAD = 'unread:'
const NAME_CHARS_MAX = 200
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/

/** The file with this content in base64 (white space is ignored), or null when there is none in it. */
export function fileOf(base64: string, said: Said): EventFile | null {
  const content = Buffer.from(base64, 'base64')
  if (content.length === 0) return null
  const hash = createHash('sha256').update(content).digest('base64url')
  return knownFile(hash, content.length, said)
}

export function knownFile(hash: string, bytes: number, said: Said): EventFile {
  const mediaType = mediaTypeOf(said.mediaType ?? '')
  return { hash, name: fileName(said.name ?? '', { hash, mediaType }), mediaType, bytes }
}

/** A file whose content was not fetched: what is known of it from outside stands for its bytes. */
export function unreadFile(bytes: number, said: Said): EventFile {
  const outside = createHash('sha256')
    .update(JSON.stringify([said.name, bytes]))
    .digest('base64url')
  return knownFile(UNREAD + outside.slice(0, 22), bytes, said)
}

export function isUnread({ hash }: Pick<EventFile, 'hash'>): boolean {
  return hash.startsWith(UNREAD)
}

/** One per content, sorted by it. Of several names the first one by code unit counts, so that the order of the files does not matter. */
export function uniqueFiles(files: readonly EventFile[]): EventFile[] {
  const order = (one: EventFile, other: EventFile) =>
    one.hash === other.hash ? (one.name < other.name ? -1 : 1) : one.hash < other.hash ? -1 : 1
  const sorted = [...files].sort(order)
  return sorted.filter((file, at) => file.hash !== sorted[at - 1]?.hash)
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'image/gif': 'gif',
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'text/calendar': 'ics',
  'text/html': 'html',
  'text/plain': 'txt',
  'text/vcard': 'vcf',
}

/** A name that every system can hold; one that nobody gave is made from the content, so that every program makes the same. */
function fileName(said: string, { hash, mediaType }: Pick<EventFile, 'hash' | 'mediaType'>): string {
  const name = [
    ...said
      .toWellFormed()
      .replace(/[\p{Cc}\u2028\u2029]/gu, ' ')
      .replace(/[/\\]/g, '_')
      .trim(),
  ]
  const short = name.slice(0, NAME_CHARS_MAX).join('').trim()
  return short === '' ? `attachment-${hash.slice(0, 8)}.${EXTENSIONS[mediaType] ?? 'bin'}` : short
}

/** `application/octet-stream` says nothing: programs write it where they do not know. */
function mediaTypeOf(said: string): string {
  const type = said.replace(/;.*$/s, '').trim().toLowerCase()
  return MEDIA_TYPE.test(type) && type !== 'application/octet-stream' ? type : ''
}
