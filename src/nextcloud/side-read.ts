/** Reads items by multiget (RFC 4791 section 7.9) in bounded chunks, and singly where a server leaves some out. */
import { DAV_MULTIGET_MAX, GROUP_MEMBERS_ASKED_MAX } from '../limits.ts'
import { ConnectorError, itemError } from '../ports/errors.ts'
import type { ItemId, ReadResult, Token, Version } from '../ports/side.ts'
import { type Decoded, normaliseLines, uidsIn } from './codec.ts'
import { statusError } from './dav/status-error.ts'
import { type SideContext, sideItem, versionOf } from './side-context.ts'
import { isConverted, readData } from './side-data.ts'
import { textByUid } from './side-uid.ts'

/** In the order of `ids`. Throws `nextcloud.collection-not-found` when the collection is not there: then nothing is `gone` (LOS-1). */
export async function readItems(context: SideContext, ids: readonly ItemId[]): Promise<ReadResult[]> {
  const found = new Map<ItemId, ReadResult>()
  for (let at = 0; at < ids.length; at += DAV_MULTIGET_MAX) {
    await readChunk(context, ids.slice(at, at + DAV_MULTIGET_MAX), found)
  }
  const missing = [...new Set(ids)].filter((id) => !found.has(id))
  // Sabre leaves missing objects out of a multiget instead of naming them with 404: only a GET is positive.
  await inParallel(missing, context.writeConcurrency, async (id) => {
    found.set(id, await readSingly(context, id))
  })
  return ids.map((id) => found.get(id) ?? unreadable(id, { version: null, detail: 'not in the answer' }))
}

async function readChunk(context: SideContext, ids: readonly ItemId[], found: Map<ItemId, ReadResult>): Promise<void> {
  const answers = await readData(context, ids)
  await learnLinked(
    context,
    [...answers.values()].flatMap((answer) => (answer.kind === 'gone' ? [] : [answer.text])),
  )
  for (const [id, answer] of answers) {
    found.set(id, answer.kind === 'gone' ? { kind: 'gone', id } : decode(context, { id, ...answer }))
  }
}

async function readSingly(context: SideContext, id: ItemId): Promise<ReadResult> {
  const answer = await context.client.get(context.hrefs.urlOf(id))
  if (answer.status === 404 || answer.status === 410) return { kind: 'gone', id }
  const version = versionOf(answer.headers.get('etag'))
  if (answer.status !== 200) return { kind: 'unreadable', id, version, error: statusError(answer, 'item') }
  if (!version) return unreadable(id, { version, detail: 'the server gives no ETag' })
  // A card may come converted: the multiget knows both versions.
  const one = { kind: 'text', version, text: answer.text } as const
  const again = context.dialect.otherVersion && isConverted(one) ? (await readData(context, [id])).get(id) : undefined
  if (again?.kind === 'gone') return { kind: 'gone', id }
  await learnLinked(context, [(again ?? one).text])
  return decode(context, { id, ...(again ?? one) })
}

/** Groups name their members by the UID of another card: those are asked for first, each once. */
async function learnLinked(context: SideContext, texts: readonly string[]): Promise<void> {
  const { codec } = context
  if (!codec.linked || !codec.learn) return
  const linked = new Set(texts.flatMap((text) => codec.linked?.(normaliseLines(text)) ?? []))
  for (const text of linked.size === 0 ? [] : texts) {
    const [uid] = uidsIn(text)
    const plain = uid?.replace(/^urn:uuid:/i, '')
    if (plain !== undefined && linked.delete(plain)) codec.learn(plain, normaliseLines(text))
  }
  const asked = [...linked].slice(0, GROUP_MEMBERS_ASKED_MAX)
  if (asked.length < linked.size)
    context.log.warn({ members: linked.size }, 'more members of groups than are asked for')
  await inParallel(asked, context.writeConcurrency, async (uid) => {
    codec.learn?.(uid, await textByUid(context, uid))
  })
}

function decode(
  { codec, dialect, log }: SideContext,
  { id, version, text }: { id: ItemId; version: Version; text: string },
): ReadResult {
  const native = normaliseLines(text)
  const decoded = decodeSafely(native, { codec, log })
  switch (decoded.kind) {
    case 'item':
      return { kind: 'present', item: sideItem(decoded, { id, version, text: native, dialect }) }
    case 'other':
      // A task in a mixed calendar: positively no item of this collection.
      return { kind: 'gone', id }
    case 'unreadable':
      return { ...unreadable(id, { version, detail: decoded.detail }), ...uidOf(native) }
  }
}

function decodeSafely(native: string, { codec, log }: Pick<SideContext, 'codec' | 'log'>): Decoded {
  try {
    return codec.decode(native)
  } catch (error) {
    return { kind: 'unreadable', detail: Object.values(itemError(error, log).fields).join(': ') }
  }
}

/** A broken item whose UID can still be told holds up nothing but its own counterpart (I10). */
function uidOf(text: string): { uid?: string } {
  const [uid, ...others] = new Set(uidsIn(text))
  return uid && others.length === 0 ? { uid } : {}
}

function unreadable(id: ItemId, { version, detail }: { version: Version | null; detail: string }): ReadResult {
  return {
    kind: 'unreadable',
    id,
    version,
    error: new ConnectorError('item.unreadable', { detail: detail.slice(0, 200) }),
  }
}

/** Name of the object that a creation with this token makes. */
export function tokenId({ hrefs, dialect }: SideContext, token: Token): ItemId {
  return hrefs.idOfName(`${token}${dialect.extension}`)
}

/**
 * Asks through the collection, so that a collection that is away throws instead of answering null. An item that a person moved
 * to another calendar meanwhile is not found: a creation is then repeated here, as after any move out of the collection.
 */
export async function findByToken(context: SideContext, token: Token): Promise<ItemId | null> {
  const id = tokenId(context, token)
  const [result] = await readItems(context, [id])
  if (!result || result.kind === 'gone') return null
  if (result.kind === 'unreadable' && result.version === null) throw result.error
  return id
}

/** Runs `work` for every element, at most `width` at once. The first error ends it. */
export async function inParallel<T>(
  elements: readonly T[],
  width: number,
  work: (element: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < elements.length) {
      const index = next++
      const element = elements[index]
      if (element !== undefined) await work(element, index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, elements.length) }, lane))
}
