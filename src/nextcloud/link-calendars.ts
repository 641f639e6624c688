/** Decides which Nextcloud calendar an Exchange calendar folder is linked with. Pure, so that `users list` can show it without writing. */
import { type DavCalendar, isSyncable } from './dav/calendar.ts'
import type { CalendarLink } from './users-entry.ts'

export type ExchangeFolder = { id: string; name: string; isDefault: boolean }

export type LinkedCalendar = {
  folder: ExchangeFolder
  target: { kind: 'existing'; calendar: DavCalendar } | { kind: 'create'; displayName: string }
}

/** Data for a message: which name could not be linked, and why. */
export type LinkProblem = {
  name: string
  reason: 'no-such-folder' | 'ambiguous' | 'not-own' | 'read-only' | 'subscription' | 'no-events' | 'in-trash' | 'taken'
}

export type LinkOptions = {
  folders: readonly ExchangeFolder[]
  calendars: readonly DavCalendar[]
  known?: readonly { folderId: string; calendarUrl: string }[]
}

/** Nextcloud's name of the calendar that every user gets. */
const DEFAULT_SEGMENT = 'personal'
const NEW_DEFAULT_NAME = 'Calendar'

/**
 * The rules, in this order for each link: a named Nextcloud calendar is found by URL segment, else by display name, else it is
 * made. Without a name the default folder takes `personal`, else the first own calendar for events, else a new `Calendar`; any other folder takes
 * the own calendar with its name, else a new one. No calendar is used twice; links that name one go first.
 *
 * A choice is made once: the caller keeps it in the collection pair and gives it as `known`, so that a calendar that is made or
 * renamed later changes no link. Known folders and calendars take no further part.
 */
export function linkCalendars(
  links: readonly CalendarLink[],
  { folders, calendars, known = [] }: LinkOptions,
): { linked: LinkedCalendar[]; problems: LinkProblem[] } {
  const linked: LinkedCalendar[] = []
  const problems: LinkProblem[] = []
  const taken = new Set(known.map(({ calendarUrl }) => calendarUrl))
  const linkedIds = new Set(known.map(({ folderId }) => folderId))
  const wanted = links
    .flatMap((link) => foldersOf(link, { links, folders, problems }))
    .filter(({ folder }) => !linkedIds.has(folder.id))
  for (const { folder, nextcloud } of wanted.toSorted((first, second) => rank(first) - rank(second))) {
    const found = nextcloud === null ? chosen(folder, { calendars, taken }) : named(nextcloud, calendars)
    if (found.kind === 'problem') problems.push({ name: nextcloud ?? folder.name, reason: found.reason })
    else if (found.kind === 'existing' && taken.has(found.calendar.url)) {
      problems.push({ name: nextcloud ?? folder.name, reason: 'taken' })
    } else {
      if (found.kind === 'existing') taken.add(found.calendar.url)
      linked.push({ folder, target: found })
    }
  }
  return { linked, problems }
}

type Wanted = { folder: ExchangeFolder; nextcloud: string | null }
type Found = LinkedCalendar['target'] | { kind: 'problem'; reason: LinkProblem['reason'] }

/** Explicit names first, then the default folder, then the others. */
function rank({ folder, nextcloud }: Wanted): number {
  if (nextcloud !== null) return 0
  return folder.isDefault ? 1 : 2
}

type FolderContext = { links: readonly CalendarLink[]; folders: readonly ExchangeFolder[]; problems: LinkProblem[] }

function foldersOf({ exchange, nextcloud }: CalendarLink, { links, folders, problems }: FolderContext): Wanted[] {
  switch (exchange.kind) {
    case 'default':
      return folders.filter((folder) => folder.isDefault).map((folder) => ({ folder, nextcloud }))
    case 'folder': {
      const matches = folders.filter((folder) => !folder.isDefault && sameName(folder.name, exchange.name))
      const [folder] = matches
      if (folder && matches.length === 1) return [{ folder, nextcloud }]
      problems.push({ name: exchange.name, reason: folder ? 'ambiguous' : 'no-such-folder' })
      return []
    }
    case 'others': {
      const isNamed = (folder: ExchangeFolder) =>
        links.some((link) => link.exchange.kind === 'folder' && sameName(link.exchange.name, folder.name))
      return folders.filter((folder) => !folder.isDefault && !isNamed(folder)).map((folder) => ({ folder, nextcloud }))
    }
  }
}

function named(name: string, calendars: readonly DavCalendar[]): Found {
  const bySegment = calendars.find((calendar) => calendar.segment === name)
  const byName = calendars.filter((calendar) => sameName(calendar.displayName, name))
  const usable = byName.filter(isSyncable)
  if (!bySegment && usable.length > 1) return { kind: 'problem', reason: 'ambiguous' }
  const calendar = bySegment ?? usable[0] ?? byName[0]
  if (!calendar) return { kind: 'create', displayName: name }
  const reason = unusable(calendar)
  return reason ? { kind: 'problem', reason } : { kind: 'existing', calendar }
}

function unusable(calendar: DavCalendar): LinkProblem['reason'] | null {
  if (calendar.deleted) return 'in-trash'
  if (calendar.subscribed) return 'subscription'
  if (!calendar.own) return 'not-own'
  if (calendar.readOnly) return 'read-only'
  return isSyncable(calendar) ? null : 'no-events'
}

function chosen(
  folder: ExchangeFolder,
  { calendars, taken }: { calendars: readonly DavCalendar[]; taken: Set<string> },
): Found {
  const free = calendars.filter((calendar) => isSyncable(calendar) && !taken.has(calendar.url))
  const calendar = folder.isDefault
    ? (free.find(({ segment }) => segment === DEFAULT_SEGMENT) ?? free[0])
    : free.find(({ displayName }) => sameName(displayName, folder.name))
  if (calendar) return { kind: 'existing', calendar }
  return { kind: 'create', displayName: folder.isDefault ? NEW_DEFAULT_NAME : folder.name }
}

function sameName(first: string, second: string): boolean {
  return first.trim().toLowerCase() === second.trim().toLowerCase()
}
