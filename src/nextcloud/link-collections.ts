/**
 * Decides which Nextcloud collection an Exchange folder of the same kind is linked with, and what has to be made for it. Pure, so that
 * it can be shown without writing.
 */
import type { CollectionChoice } from '../ports/collection-choice.ts'
import type { Linkable, Unusable } from './linkable.ts'

export type ExchangeFolder = { id: string; name: string; isDefault: boolean; color?: string | null }

/** What there is, or the name of what has to be made. */
export type LinkEnd<T> = { kind: 'existing'; found: T } | { kind: 'create'; name: string }

/** At most one of both ends is made. */
export type NewLink = { choice: CollectionChoice; folder: LinkEnd<ExchangeFolder>; collection: LinkEnd<Linkable> }

/** Data for a message: which name could not be linked, and why. */
export type LinkProblem = { name: string; reason: 'no-such-folder' | 'ambiguous' | 'taken' | Unusable }

export type LinkOptions = {
  folders: readonly ExchangeFolder[]
  collections: readonly Linkable[]
  /** Links that were chosen before and still are: they take no further part. */
  known?: readonly { folderId: string; url: string }[]
  /** `preferred`: URL segment of the collection that every user gets. `made`: the name of one that is made in its place. */
  defaults: { preferred: string; made: string }
}

type Wanted = { choice: CollectionChoice; folder: LinkEnd<ExchangeFolder> }
type Found = LinkEnd<Linkable> | { kind: 'problem'; reason: LinkProblem['reason'] } | { kind: 'nothing' }

/**
 * The rules, in this order for each choice: a named Nextcloud collection is found by URL segment, else by display name, else it is made.
 * Without a name the default folder takes the preferred one, else the first own one of its kind (not where every further one gets a
 * folder of its own), else a new one; any other folder takes the own one with its name, else a new one. A named folder that is not there is made when the collection named with it is. None is used
 * twice; choices that name a collection go first. What a one-way link would have to make on its original's side is not made.
 */
export function linkCollections(
  choices: readonly CollectionChoice[],
  options: LinkOptions,
): { links: NewLink[]; problems: LinkProblem[] } {
  const takesOthers = choices.some(({ nextcloud }) => nextcloud.kind === 'others')
  const links: NewLink[] = []
  const problems: LinkProblem[] = []
  const taken = new Set((options.known ?? []).map(({ url }) => url))
  const linkedIds = new Set((options.known ?? []).map(({ folderId }) => folderId))
  const wanted = choices
    .flatMap((choice) => foldersOf(choice, { ...options, choices, problems, taken }))
    .filter(({ folder }) => folder.kind === 'create' || !linkedIds.has(folder.found.id))
  for (const { choice, folder } of wanted.toSorted((first, second) => rank(first) - rank(second))) {
    const { nextcloud } = choice
    const found =
      nextcloud.kind === 'named'
        ? named(nextcloud.name, options.collections)
        : chosen({ choice, folder }, { ...options, taken, takesOthers })
    const name = nextcloud.kind === 'named' ? nextcloud.name : nameOf(folder)
    if (found.kind === 'nothing') continue
    if (found.kind === 'problem') problems.push({ name, reason: found.reason })
    else if (found.kind === 'existing' && taken.has(found.found.url)) problems.push({ name, reason: 'taken' })
    else {
      if (found.kind === 'existing') taken.add(found.found.url)
      links.push({ choice, folder, collection: found })
    }
  }
  return { links: [...links, ...foldersToMake(choices, { ...options, taken })], problems }
}

/** Explicit names first, then the default folder, then the others. */
function rank({ choice, folder }: Wanted): number {
  if (choice.nextcloud.kind === 'named') return 0
  return folder.kind === 'existing' && folder.found.isDefault ? 1 : 2
}

type FolderContext = LinkOptions & {
  choices: readonly CollectionChoice[]
  problems: LinkProblem[]
  taken: ReadonlySet<string>
}

function foldersOf(choice: CollectionChoice, context: FolderContext): Wanted[] {
  const { exchange } = choice
  const { folders, choices } = context
  switch (exchange.kind) {
    case 'default':
      return folders.filter((folder) => folder.isDefault).map((folder) => ({ choice, folder: existing(folder) }))
    case 'folder':
      return folderNamed(exchange.name, choice, context)
    case 'like-nextcloud': {
      const { nextcloud } = choice
      const target = nextcloud.kind === 'named' ? named(nextcloud.name, context.collections) : null
      return target?.kind === 'existing' ? folderNamed(target.found.displayName, choice, context) : []
    }
    case 'others': {
      const isNamed = (folder: ExchangeFolder) =>
        choices.some((other) => other.exchange.kind === 'folder' && sameName(other.exchange.name, folder.name))
      return folders
        .filter((folder) => !folder.isDefault && !isNamed(folder))
        .map((folder) => ({ choice, folder: existing(folder) }))
    }
  }
}

function folderNamed(name: string, choice: CollectionChoice, context: FolderContext): Wanted[] {
  const { folders, problems, collections, taken } = context
  const matches = folders.filter((folder) => !folder.isDefault && sameName(folder.name, name))
  const [folder] = matches
  if (folder && matches.length === 1) return [{ choice, folder: existing(folder) }]
  const target = choice.nextcloud.kind === 'named' ? named(choice.nextcloud.name, collections) : null
  if (!folder && target?.kind === 'existing') {
    // A link of before has it: its folder was renamed since.
    if (taken.has(target.found.url)) return []
    if (choice.direction !== 'to-nextcloud') return [{ choice, folder: { kind: 'create', name } }]
  }
  problems.push({ name, reason: folder ? 'ambiguous' : 'no-such-folder' })
  return []
}

function named(name: string, collections: readonly Linkable[]): Exclude<Found, { kind: 'nothing' }> {
  const bySegment = collections.find((collection) => collection.segment === name)
  const byName = collections.filter((collection) => sameName(collection.displayName, name))
  const usable = byName.filter(({ unusable }) => unusable === null)
  if (!bySegment && usable.length > 1) return { kind: 'problem', reason: 'ambiguous' }
  const found = bySegment ?? usable[0] ?? byName[0]
  if (!found) return { kind: 'create', name }
  return found.unusable ? { kind: 'problem', reason: found.unusable } : existing(found)
}

function chosen(
  { choice, folder }: Wanted,
  { collections, taken, defaults, takesOthers }: LinkOptions & { taken: ReadonlySet<string>; takesOthers: boolean },
): Found {
  const free = collections.filter(({ unusable, url }) => unusable === null && !taken.has(url))
  const isDefault = folder.kind === 'existing' && folder.found.isDefault
  const found = isDefault
    ? (free.find(({ segment }) => segment === defaults.preferred) ??
      (takesOthers ? free.find(({ displayName }) => sameName(displayName, defaults.made)) : free[0]))
    : free.find(({ displayName }) => sameName(displayName, nameOf(folder)))
  if (found) return existing(found)
  if (choice.exchange.kind === 'others' && choice.direction === 'to-exchange') return { kind: 'nothing' }
  return { kind: 'create', name: isDefault ? defaults.made : nameOf(folder) }
}

/** Further collections of Nextcloud for which there is no folder yet, where they were asked for. */
function foldersToMake(
  choices: readonly CollectionChoice[],
  { collections, taken }: LinkOptions & { taken: ReadonlySet<string> },
): NewLink[] {
  const choice = choices.find(({ nextcloud }) => nextcloud.kind === 'others')
  if (!choice || choice.direction === 'to-nextcloud') return []
  const isNamed = ({ segment, displayName }: Linkable) =>
    choices.some(
      ({ nextcloud }) =>
        nextcloud.kind === 'named' && (nextcloud.name === segment || sameName(nextcloud.name, displayName)),
    )
  return collections
    .filter((one) => one.unusable === null && !taken.has(one.url) && !isNamed(one) && one.displayName.trim() !== '')
    .map((one) => ({ choice, folder: { kind: 'create', name: one.displayName.trim() }, collection: existing(one) }))
}

function existing<T>(found: T): { kind: 'existing'; found: T } {
  return { kind: 'existing', found }
}

function nameOf(folder: LinkEnd<ExchangeFolder>): string {
  return folder.kind === 'existing' ? folder.found.name : folder.name
}

export function sameName(first: string, second: string): boolean {
  return first.trim().toLowerCase() === second.trim().toLowerCase()
}
