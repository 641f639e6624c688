/**
 * Which collections of a user are kept in step, and in which direction: what an administrator (users.json) or the person (the Nextcloud
 * app) chose. Linking works on these choices alone, wherever they come from.
 */
import type { SideName } from './side.ts'
import type { CollectionKind } from './state-store.ts'

/** `to-nextcloud`: Exchange is the original and is never written; `to-exchange`: the other way round. */
export type Direction = 'both' | 'to-nextcloud' | 'to-exchange'

/**
 * `folder`: by its name; it is made when only the named Nextcloud collection exists. `like-nextcloud`: by the name of the named Nextcloud
 * collection, else made. `others`: every further one that no other choice names.
 */
export type ExchangeChoice =
  | { kind: 'default' }
  | { kind: 'folder'; name: string }
  | { kind: 'like-nextcloud' }
  | { kind: 'others' }

/**
 * `auto`: found by the rules of link-collections.ts, else made. `named`: by URL segment, else by display name, else made. `others`
 * (together with `others` on Exchange): further own collections of Nextcloud get a folder on Exchange, too.
 */
export type NextcloudChoice = { kind: 'auto' } | { kind: 'named'; name: string } | { kind: 'others' }

export type CollectionChoice = { exchange: ExchangeChoice; nextcloud: NextcloudChoice; direction: Direction }

/** An empty list: nothing of this kind is synced. */
export type CollectionChoices = Readonly<Record<CollectionKind, readonly CollectionChoice[]>>

/** The side that is never written; null when both are. */
export function originalOf(direction: Direction): SideName | null {
  if (direction === 'both') return null
  return direction === 'to-nextcloud' ? 'exchange' : 'nextcloud'
}

/** A choice as a value that can be kept and compared. The direction is no part of it: it may change without another link. */
export function choiceKey({ exchange, nextcloud }: Omit<CollectionChoice, 'direction'>): string {
  const folder = exchange.kind === 'folder' ? [exchange.name.toLowerCase()] : []
  const name = nextcloud.kind === 'named' ? [nextcloud.name.toLowerCase()] : []
  return JSON.stringify([exchange.kind, ...folder, nextcloud.kind, ...name])
}
