/** Does what decide-links.ts decided: opens links again, and makes new ones with what they need. */
import type { OpenedPair, UnopenedPair } from '../engine/user.ts'
import { createFolderOfKind } from '../exchange/ews/folders.ts'
import type { NewLink } from '../nextcloud/link-collections.ts'
import { type CollectionChoice, choiceKey } from '../ports/collection-choice.ts'
import type { CollectionKind, CollectionPair, PairLink } from '../ports/state-store.ts'
import type { KeptLink, LinkDecisions } from './decide-links.ts'
import type { Found } from './kinds.ts'
import { noteLinked } from './names.ts'
import type { Opening } from './pairs.ts'
import { sidesOf } from './sides.ts'

export type Opened = { opened: readonly OpenedPair[]; unopened: readonly UnopenedPair[] }

export type Linking = {
  opening: Opening
  found: Found
  kind: CollectionKind
  /** Hash of all choices of the kind, and when both sides were looked at. */
  choices: string
  lookedAtMs: number
}

export const LOST_GUARD = 'collection-deleted'

/** One of its ends is gone and nobody said yet how to go on. */
export function isLost({ halt }: CollectionPair): boolean {
  return halt?.guard === LOST_GUARD
}

export async function openAgain(linking: Linking, { pair, choice }: KeptLink): Promise<Opened> {
  // What was lost is there again: restored from the trash, for example.
  const restored: CollectionPair = isLost(pair) ? { ...pair, status: 'active', halt: null } : pair
  const again = { ...restored, link: linkOf(linking, choice) }
  // In another direction what was left alone before must be looked at again.
  const turned = pair.link != null && pair.link.direction !== choice.direction
  return turned
    ? startOver(linking.opening, { ...again, configHash: linking.opening.configHash })
    : opened(linking, again)
}

export async function openMoved(linking: Linking, moved: LinkDecisions['moved'][number]): Promise<Opened> {
  const { pair, choice, folder } = moved
  const restored: CollectionPair = isLost(pair) ? { ...pair, status: 'active', halt: null } : pair
  const link = linkOf(linking, choice)
  return opened(linking, { ...restored, exchangeRef: folder.id, exchangeCursor: null, link })
}

/** Under another configuration the base is forgotten and the items are adopted again; nothing is deleted (I6). */
async function opened({ opening }: Linking, pair: CollectionPair): Promise<Opened> {
  const { user, configHash } = opening
  if (pair.configHash === configHash) {
    await user.store.commit(user.lease, [{ kind: 'put-collection-pair', pair }])
    return { opened: [{ pair, ...sidesOf(opening, pair) }], unopened: [] }
  }
  return startOver(opening, { ...pair, configHash, exchangeIdentity: null, nextcloudIdentity: null })
}

export async function startOver(opening: Opening, pair: CollectionPair): Promise<Opened> {
  const { user } = opening
  const fresh: CollectionPair = {
    ...pair,
    exchangeCursor: null,
    nextcloudCursor: null,
    firstPassDone: false,
    lastScrubAtMs: null,
  }
  await user.store.commit(user.lease, [
    { kind: 'reset-collection-pair', pairId: pair.id },
    { kind: 'put-collection-pair', pair: fresh },
  ])
  return { opened: [{ pair: fresh, ...sidesOf(opening, fresh) }], unopened: [] }
}

/** In a dry run nothing is made: an empty reference stands for what would be. */
export async function openNew(linking: Linking, link: NewLink): Promise<Opened> {
  const { opening, kind } = linking
  const { user, random, configHash } = opening
  const ends = await makeEnds(linking, link)
  const pair: CollectionPair = {
    id: random.uuid(),
    mailboxId: user.mailbox.id,
    kind,
    name: link.folder.kind === 'existing' ? link.folder.found.name : link.folder.name,
    ...ends,
    exchangeIdentity: null,
    nextcloudIdentity: null,
    configHash,
    exchangeCursor: null,
    nextcloudCursor: null,
    firstPassDone: false,
    status: 'active',
    halt: null,
    lastScrubAtMs: null,
    link: linkOf(linking, link.choice),
  }
  await user.store.commit(user.lease, [{ kind: 'put-collection-pair', pair }])
  return { opened: [{ pair, ...sidesOf(opening, pair) }], unopened: [] }
}

type Ends = Pick<CollectionPair, 'exchangeRef' | 'nextcloudRef'>

export async function makeEnds({ opening, found, kind }: Linking, { folder, collection }: NewLink): Promise<Ends> {
  const { user, exchange } = opening
  if (folder.kind === 'create') {
    const nextcloudRef = collection.kind === 'existing' ? collection.found.url : ''
    if (user.dryRun) return { exchangeRef: '', nextcloudRef }
    const color = collection.kind === 'existing' ? collection.found.color : null
    const made = await createFolderOfKind(exchange, user.mailbox.email, { kind, name: folder.name, color })
    await noteLinked(opening, { url: nextcloudRef, name: folder.name })
    return { exchangeRef: made.id, nextcloudRef }
  }
  const { id: exchangeRef, name, isDefault, color } = folder.found
  if (collection.kind === 'existing') return { exchangeRef, nextcloudRef: collection.found.url }
  if (user.dryRun) return { exchangeRef, nextcloudRef: '' }
  const { url } = await found.create({ displayName: collection.name, ...(color && { color }) })
  // One that takes its folder's name goes on following it; a name that somebody chose stays.
  if (!isDefault && collection.name === name) await noteLinked(opening, { url, name })
  return { exchangeRef, nextcloudRef: url }
}

/** Not opened any more; base and cursors stay for the day when it is chosen again. */
export async function setAside(linking: Linking, pairs: readonly CollectionPair[]): Promise<void> {
  const { user } = linking.opening
  const changes = pairs.map((pair) => ({
    kind: 'put-collection-pair' as const,
    pair: {
      ...pair,
      link: { choice: '', direction: 'both' as const, ...pair.link, ...lookOf(linking), chosen: false },
    },
  }))
  if (changes.length > 0) await user.store.commit(user.lease, changes)
}

export function linkOf(linking: Linking, choice: CollectionChoice): PairLink {
  return { choice: choiceKey(choice), direction: choice.direction, chosen: true, ...lookOf(linking) }
}

function lookOf({ choices, lookedAtMs, opening }: Linking): Pick<PairLink, 'choices' | 'lookedAtMs' | 'server'> {
  return { choices, lookedAtMs, server: opening.server }
}
