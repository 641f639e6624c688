/** Writing the photos of contacts: attachments of their own, so that a contact with a photo takes several requests. */
import { PHOTO_NAME, photoAttachments } from '../../mapping/ews/contact-photo.ts'
import type { PhotoChange } from '../../mapping/ews/contact-write.ts'
import type { XmlElement } from '../../mapping/ews/xml.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { onlyValue } from './operation.ts'
import { createAttachment, deleteAttachment } from './operations/attachments.ts'
import { call, type SideContext } from './side-context.ts'
import { isNotFound } from './side-get.ts'

export type PhotoResult = { kind: 'done'; changeKey: string | null } | { kind: 'failed'; error: ConnectorError }

type Target = { id: string; changeKey: string | null; native: XmlElement | null }

/** The new photo first, then the old ones are taken away: a stop in between leaves the new one as the last, which counts. */
export async function writePhoto(context: SideContext, target: Target, change: PhotoChange): Promise<PhotoResult> {
  const old = (target.native === null ? [] : photoAttachments(target.native)).map(({ id }) => id)
  try {
    if (change.kind === 'keep') return { kind: 'done', changeKey: target.changeKey }
    if (change.kind === 'remove') return { kind: 'done', changeKey: await removeAttachments(context, old) }
    const { photo } = change
    const file = { name: PHOTO_NAME, contentType: photo.mediaType, isContactPhoto: true, content: photo.base64 }
    const item = { kind: 'item' as const, id: target.id, ...(target.changeKey ? { changeKey: target.changeKey } : {}) }
    const made = onlyValue(await call(context, createAttachment, { item, files: [file] }))
    if (old.length === 0) return { kind: 'done', changeKey: made.itemChangeKey }
    const removed = await removeAttachments(context, old).catch((error: unknown) => leftover(context, target.id, error))
    return { kind: 'done', changeKey: removed }
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code === 'bug') throw error
    return { kind: 'failed', error }
  }
}

/** Gives the item's new change key, null when the server does not tell. */
async function removeAttachments(context: SideContext, ids: readonly string[]): Promise<string | null> {
  let changeKey: string | null = null
  for (const id of ids) {
    const [result] = await call(context, deleteAttachment, { ids: [id] })
    if (result?.kind === 'failed' && !isNotFound(result.error)) throw result.error
    changeKey = result?.kind === 'ok' ? result.value : null
  }
  return changeKey
}

/** An old photo that stays behind the new one does no harm: the next change of the photo takes it away. */
function leftover(context: SideContext, id: string, error: unknown): null {
  if (!(error instanceof ConnectorError) || error.code === 'bug') throw error
  context.log.warn({ id, code: error.code }, 'an old photo of a contact could not be removed')
  return null
}
