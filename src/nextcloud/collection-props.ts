/**
 * Names of collections of which the connector made one for the other: a rename on either side reaches the other. The name that both
 * had last is kept on the Nextcloud collection itself, so that lost state neither forgets who made it nor takes an old name for a new
 * one. A user's default collection, and two that were there before, have no such note and keep their names whatever happens.
 */
import { ConnectorError } from '../ports/errors.ts'
import type { Log } from '../ports/log.ts'
import type { SideName } from '../ports/side.ts'
import { type DavClient, multistatusOf, type XmlBody } from './dav/client.ts'
import { xmlText } from './dav/xml.ts'
import type { Linkable } from './linkable.ts'

/** `linked`: the name that both had last; null for two of which neither was made for the other. */
export type Names = { linked: string | null; exchange: string; nextcloud: string }

export type NameDecision =
  | { kind: 'nothing' }
  /** Both have it already: only the note is old. */
  | { kind: 'note'; name: string }
  | { kind: 'rename'; side: 'exchange' | 'nextcloud'; name: string }

/** The side that was renamed wins; Exchange, when both were. Pure. An empty name is never carried over. */
export function decideName({ linked, exchange, nextcloud }: Names): NameDecision {
  if (linked === null || exchange.trim() === '' || nextcloud.trim() === '') return { kind: 'nothing' }
  if (exchange === nextcloud) return exchange === linked ? { kind: 'nothing' } : { kind: 'note', name: exchange }
  if (exchange === linked) return { kind: 'rename', side: 'exchange', name: nextcloud }
  return { kind: 'rename', side: 'nextcloud', name: exchange }
}

export type Follow = {
  collection: Pick<Linkable, 'url' | 'displayName' | 'linkedName' | 'unusable'>
  folder: { name: string; isDefault: boolean }
  /** The side that is never written in a one-way link; null when both are. */
  original: SideName | null
  renameFolder: (name: string) => Promise<void>
}

/** Never fails a pass for the sake of a name: what does not work is tried again at the next discovery. */
export async function followName(tools: { dav: DavClient; log: Log }, follow: Follow): Promise<void> {
  const { collection, folder, renameFolder, original } = follow
  if (folder.isDefault || collection.unusable !== null) return
  const names = { linked: collection.linkedName, exchange: folder.name, nextcloud: collection.displayName }
  const decision = decideName(names)
  if (decision.kind === 'nothing' || (decision.kind === 'rename' && decision.side === original)) return
  await tolerant(tools.log, async () => {
    if (decision.kind === 'rename' && decision.side === 'exchange') await renameFolder(decision.name)
    const isOurs = decision.kind === 'rename' && decision.side === 'nextcloud'
    await setProps(tools.dav, collection.url, {
      ...(isOurs ? { 'd:displayname': xmlText(decision.name) } : {}),
      'exc:linked-name': xmlText(decision.name),
    })
  })
}

/** Right after one was made under the name of the other. A server that keeps no properties of others gets no renames. */
export async function noteMade(tools: { dav: DavClient; log: Log }, { url, name }: { url: string; name: string }) {
  await tolerant(tools.log, () => setProps(tools.dav, url, { 'exc:linked-name': xmlText(name) }))
}

/** RFC 4918 section 9.2: all or nothing, told by a propstat for the properties. */
async function setProps(dav: DavClient, url: string, props: XmlBody): Promise<void> {
  const answer = await dav.proppatch(url, props)
  const [self] = multistatusOf(answer).responses
  if (self?.status === 200 || (self && self.props.size >= Object.keys(props).length)) return
  throw new ConnectorError('nextcloud.item-refused', { detail: 'properties of a collection' })
}

async function tolerant(log: Log, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code === 'bug' || error.code === 'stopped') throw error
    log.warn({ code: error.code }, 'the name of a collection could not follow')
  }
}
