/** What the parts of the Nextcloud side share: the client, the names of the collection's objects, the lens. */
import type { Item } from '../model/item.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { ItemId, SideItem, Version } from '../ports/side.ts'
import { type Codec, lastModifiedIn, normaliseLines } from './codec.ts'
import type { DavClient } from './dav/client.ts'
import type { Hrefs } from './dav/href.ts'
import type { Dialect } from './dialect.ts'

export type SideContext = {
  client: DavClient
  hrefs: Hrefs
  codec: Codec
  dialect: Dialect
  clock: Clock
  log: Log
  writeConcurrency: number
}

/** Null when the text is not an item of this collection or not readable; readers that tell why decode by themselves. */
export function itemFrom(
  { codec, dialect }: SideContext,
  { id, version, text }: { id: ItemId; version: Version; text: string },
): SideItem | null {
  const native = normaliseLines(text)
  const decoded = codec.decode(native)
  return decoded.kind === 'item' ? sideItem(decoded, { id, version, text: native, dialect }) : null
}

/** `text`: the document that was decoded, in its normal form. */
export function sideItem(
  { uid, model }: { uid: string; model: Item },
  { id, version, text, dialect }: { id: ItemId; version: Version; text: string; dialect: Dialect },
): SideItem {
  return { id, version, uid, model, native: { format: dialect.format, text }, modifiedAtMs: lastModifiedIn(text) }
}

/** An ETag as a version. Weak marks, and what Apache's mod_deflate adds to the ETag of a compressed GET, are no part of it. */
export function versionOf(etag: string | null | undefined): Version | null {
  const plain = etag
    ?.trim()
    .replace(/^W\//, '')
    .replace(/-gzip"$/, '"')
  return plain ? (plain as Version) : null
}

/** For If-Match: some servers list their ETags without quotes (RFC 9110 section 8.8.3 wants them). */
export function entityTag(version: Version): string {
  return version.startsWith('"') ? version : `"${version}"`
}
