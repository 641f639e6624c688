/**
 * Which links that were made before are still chosen, and under which choice. Pure. A link is made once and kept: a collection that is made
 * or renamed later changes none. It ends only when the choice that made it goes, and no other covers it.
 */
import { type CollectionChoice, choiceKey } from '../ports/collection-choice.ts'
import { type ExchangeFolder, sameName } from './link-collections.ts'
import type { Linkable } from './linkable.ts'

/** `choice`: the key of the choice that made it; null for a link of before there were keys. Ends that are gone are null. */
export type KnownLink = {
  choice: string | null
  /** The folder's name when it was linked. */
  name: string
  folder: ExchangeFolder | null
  collection: Linkable | null
}

/** Null: nobody chooses it any more. */
export function choiceOf(link: KnownLink, choices: readonly CollectionChoice[]): CollectionChoice | null {
  const same = choices.find((choice) => choiceKey(choice) === link.choice)
  return same ?? choices.toSorted((one, other) => width(one) - width(other)).find((one) => covers(one, link)) ?? null
}

/** Choices by name before those that take whatever is left. */
function width({ exchange }: CollectionChoice): number {
  return exchange.kind === 'others' ? 1 : 0
}

function covers(choice: CollectionChoice, link: KnownLink): boolean {
  return coversFolder(choice, link) && coversCollection(choice, link)
}

function coversFolder({ exchange }: CollectionChoice, { folder, name }: KnownLink): boolean {
  switch (exchange.kind) {
    case 'default':
      return folder?.isDefault === true
    case 'folder':
      return (
        folder?.isDefault !== true && (sameName(exchange.name, name) || sameName(exchange.name, folder?.name ?? ''))
      )
    case 'like-nextcloud':
      return folder?.isDefault === false
    case 'others':
      return folder?.isDefault === false
  }
}

function coversCollection({ nextcloud }: CollectionChoice, { collection, choice }: KnownLink): boolean {
  if (nextcloud.kind !== 'named') return true
  // Links of before did not note their choice: which collection it was, was settled then.
  if (choice === null) return true
  if (!collection) return false
  return nextcloud.name === collection.segment || sameName(nextcloud.name, collection.displayName)
}
