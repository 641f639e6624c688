/**
 * Files of calendar items: their contents are fetched once to know them by their hash, which is remembered as long as the process
 * lives, and once more when one is written to the other side. Writing them takes requests of their own.
 */
import { EWS_FILE_HASHES_MAX, EWS_PHOTO_BATCH_BYTES_MAX, EWS_PHOTO_BATCH_MAX } from '../../limits.ts'
import { itemIdOf, readDocument } from '../../mapping/ews/document.ts'
import {
  attachmentKey,
  type FileAttachment,
  type FileChanges,
  type FileFacts,
  fileAttachments,
  unknownFiles,
  withFileFacts,
} from '../../mapping/ews/files.ts'
import { textAt } from '../../mapping/ews/xml.ts'
import { fileOf } from '../../model/file.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { FileSource, SideItem } from '../../ports/side.ts'
import { onlyValue } from './operation.ts'
import { type Attachment, createAttachment, deleteAttachment, getAttachment } from './operations/attachments.ts'
import { call, readBatches, type SideContext } from './side-context.ts'
import { type Fetched, isNotFound } from './side-get.ts'

/** Hashes of attachments by `attachmentKey`. One for a process: files are big, and an attachment never changes its content under its key. */
export type FileHashes = Map<string, FileFacts>

type Unknown = FileAttachment & { key: string }

/** Looks into the files that are not known yet. An item whose file cannot be had is not the whole item (I10). */
export async function addFileFacts(context: SideContext, fetched: readonly Fetched[]): Promise<Fetched[]> {
  const bytesMax = context.lens.fileBytesMax
  const unknown = fetched.flatMap((item) =>
    item.kind === 'present'
      ? unknownFiles(item.document.master, bytesMax).map((file) => ({ ...file, key: attachmentKey(file) }))
      : [],
  )
  if (unknown.length === 0) return [...fetched]
  const broken = await lookInto(
    context,
    unknown.filter(({ key }) => !context.fileHashes.has(key)),
  )
  const facts = new Map(unknown.flatMap(({ id, key }) => [[id, context.fileHashes.get(key)] as const]))
  const known = new Map([...facts].flatMap(([id, fact]) => (fact === undefined ? [] : [[id, fact] as const])))
  return fetched.map((item): Fetched => {
    if (item.kind !== 'present') return item
    const { master } = item.document
    const error = fileAttachments(master).flatMap(({ id }) => broken.get(id) ?? [])[0]
    if (error === undefined) return { ...item, document: { ...item.document, master: withFileFacts(master, known) } }
    return { kind: 'failed', id: item.id, changeKey: itemIdOf(master).changeKey, error, element: master }
  })
}

/** Fetches, hashes and forgets. Gives the attachments that could not be had. */
async function lookInto(context: SideContext, files: readonly Unknown[]): Promise<Map<string, ConnectorError>> {
  const broken = new Map<string, ConnectorError>()
  const isSmall = ({ element }: Unknown) => Number(textAt(element, 'Size') ?? Number.NaN) <= EWS_PHOTO_BATCH_BYTES_MAX
  const ask = async (batch: Unknown[]) => {
    const results = await call(context, getAttachment, { ids: batch.map(({ id }) => id) })
    for (const [index, { id, key }] of batch.entries()) {
      const result = results[index]
      const fact = result?.kind === 'ok' ? factOf(result.value) : null
      if (fact !== null) remember(context.fileHashes, key, fact)
      else broken.set(id, new ConnectorError('item.unreadable', { reason: 'attachment' }, causeOf(result)))
    }
    return results
  }
  await readBatches(files.filter(isSmall), EWS_PHOTO_BATCH_MAX, ask)
  await readBatches(
    files.filter((file) => !isSmall(file)),
    1,
    ask,
  )
  return broken
}

function causeOf(result: { kind: 'ok' } | { kind: 'failed'; error: ConnectorError } | undefined) {
  return result?.kind === 'failed' ? result.error : undefined
}

function factOf({ content }: Attachment): FileFacts | null {
  if (content === null) return null
  const file = fileOf(content, { name: null, mediaType: null })
  return { hash: file?.hash ?? '', bytes: file?.bytes ?? 0 }
}

function remember(hashes: FileHashes, key: string, fact: FileFacts): void {
  if (hashes.size >= EWS_FILE_HASHES_MAX) hashes.clear()
  hashes.set(key, fact)
}

/** Content of a file of an item that was read, in base64; null when it is another one by now, or gone. */
export async function fileContent(
  context: SideContext,
  { native }: Pick<SideItem, 'native'>,
  hash: string,
): Promise<string | null> {
  const { master } = readDocument(native.text)
  for (const { id, file, element } of fileAttachments(master)) {
    if (file?.hash !== hash) continue
    const kept = textAt(element, 'Content')
    if (kept !== undefined) return kept
    const [result] = await call(context, getAttachment, { ids: [id] })
    if (result?.kind === 'failed' && !isNotFound(result.error)) throw result.error
    const content = result?.kind === 'ok' ? result.value.content : null
    if (content !== null && fileOf(content, { name: null, mediaType: null })?.hash === hash) return content
  }
  return null
}

export type FilesResult = { kind: 'done'; changeKey: string | null } | { kind: 'failed'; error: ConnectorError }

type Target = { id: string; changeKey: string | null; files: FileSource | undefined }

/**
 * New files first, then the old ones go: a stop in between leaves both, and the next pass, which knows files by their hash, goes on
 * from there without making one twice.
 */
export async function writeFiles(context: SideContext, target: Target, changes: FileChanges): Promise<FilesResult> {
  let { changeKey } = target
  try {
    for (const { hash, name, mediaType } of changes.put) {
      const content = target.files ? await target.files(hash) : null
      // The other side's item has changed since: the next look at it knows more.
      if (content === null) throw new ConnectorError('item.changed-meanwhile', { side: 'nextcloud', sent: 'no' })
      const item = { kind: 'item' as const, id: target.id, ...(changeKey ? { changeKey } : {}) }
      const file = { name, ...(mediaType === '' ? {} : { contentType: mediaType }), content }
      changeKey = onlyValue(await call(context, createAttachment, { item, files: [file] })).itemChangeKey
    }
    for (const id of changes.removeIds) {
      const [result] = await call(context, deleteAttachment, { ids: [id] })
      if (result?.kind === 'failed' && !isNotFound(result.error)) throw result.error
      changeKey = result?.kind === 'ok' ? result.value : null
    }
    return { kind: 'done', changeKey }
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code === 'bug') throw error
    return { kind: 'failed', error }
  }
}
