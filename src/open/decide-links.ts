/**
 * Decides what becomes of the links of one kind, after a look at both sides: which go on, which moved to a new folder id, which lost one of
 * their ends, which nobody chooses any more, and which are new. Pure: pairs.ts does what is decided.
 */
import { choiceOf } from '../nextcloud/kept-links.ts'
import { type ExchangeFolder, type LinkProblem, linkCollections, type NewLink } from '../nextcloud/link-collections.ts'
import type { Linkable } from '../nextcloud/linkable.ts'
import type { CollectionChoice } from '../ports/collection-choice.ts'
import type { SideName } from '../ports/side.ts'
import type { CollectionPair } from '../ports/state-store.ts'
import type { Found } from './kinds.ts'

export type KeptLink = { pair: CollectionPair; choice: CollectionChoice; folder: ExchangeFolder; collection: Linkable }
/** `side`: where its collection is gone. `inTrash`: its owner can still restore it. */
export type LostLink = {
  pair: CollectionPair
  choice: CollectionChoice
  side: SideName
  inTrash: boolean
  folder: ExchangeFolder | null
  collection: Linkable | null
}

export type LinkDecisions = {
  kept: readonly KeptLink[]
  /** The same Nextcloud collection is chosen for a new folder (a moved mailbox has new ids): the engine looks whether it is the same. */
  moved: readonly { pair: CollectionPair; choice: CollectionChoice; folder: ExchangeFolder }[]
  lost: readonly LostLink[]
  unchosen: readonly CollectionPair[]
  fresh: readonly NewLink[]
  problems: readonly LinkProblem[]
}

export function decideLinks(
  choices: readonly CollectionChoice[],
  found: Found,
  pairs: readonly CollectionPair[],
): LinkDecisions {
  const kept: KeptLink[] = []
  const lost: LostLink[] = []
  const unchosen: CollectionPair[] = []
  for (const known of pairs) {
    const pair = atNewAddress(known, found.collections)
    const folder = found.folders.find(({ id }) => id === pair.exchangeRef) ?? null
    const collection = found.collections.find(({ url }) => url === pair.nextcloudRef) ?? null
    const choice = choiceOf({ choice: pair.link?.choice ?? null, name: pair.name, folder, collection }, choices)
    const inTrash = collection?.unusable === 'in-trash'
    if (!choice) unchosen.push(pair)
    else if (folder && collection && !inTrash) kept.push({ pair, choice, folder, collection })
    else if (folder) lost.push({ pair, choice, side: 'nextcloud', inTrash, folder, collection })
    // Both gone: there is nothing left to ask about.
    else if (collection && !inTrash) lost.push({ pair, choice, side: 'exchange', inTrash: false, folder, collection })
  }
  const known = kept.map(({ pair }) => endsOf(pair))
  const moved = linkCollections(choices, { ...found, known }).links.flatMap((link) => moveOf(link, lost))
  const stillLost = lost.filter(({ pair }) => !moved.some((move) => move.pair === pair))
  const movedEnds = moved.map(({ pair, folder }) => ({ folderId: folder.id, url: pair.nextcloudRef }))
  // What is left of a lost link waits for a person: it is neither made anew nor given to another.
  const settled = [...known, ...movedEnds, ...stillLost.map(({ pair }) => endsOf(pair))]
  const { links: fresh, problems } = linkCollections(choices, { ...found, known: settled })
  const linked = new Set([...kept, ...moved, ...stillLost].map(({ pair }) => pair.name))
  return { kept, moved, lost: stillLost, unchosen, fresh, problems: problems.filter(({ name }) => !linked.has(name)) }
}

/** The server has another name now, or another address of it is configured: the same path below it is the same collection. */
function atNewAddress(pair: CollectionPair, collections: readonly Linkable[]): CollectionPair {
  if (collections.some(({ url }) => url === pair.nextcloudRef)) return pair
  const there = collections.find(({ url }) => pathOf(url) === pathOf(pair.nextcloudRef))
  return there ? { ...pair, nextcloudRef: there.url } : pair
}

function pathOf(url: string): string | null {
  return URL.parse(url)?.pathname ?? null
}

function endsOf(pair: CollectionPair) {
  return { folderId: pair.exchangeRef, url: pair.nextcloudRef }
}

function moveOf({ folder, collection, choice }: NewLink, lost: readonly LostLink[]): LinkDecisions['moved'] {
  if (folder.kind !== 'existing' || collection.kind !== 'existing') return []
  const from = lost.find(({ pair, side }) => side === 'exchange' && pair.nextcloudRef === collection.found.url)
  return from ? [{ pair: from.pair, choice, folder: folder.found }] : []
}
