/** Where mailboxes were last found, at hand for the schedule: which accounts act, and which server's failures count. Light: it asks nobody. */
import type { Place } from '../exchange/discovery/hosts.ts'
import { discoveredEndpoint, type FleetConfig, findingOf, ownPlace } from '../exchange/fleet/finding.ts'
import type { EndpointBook, KnownEndpoint } from '../ports/endpoint-book.ts'

export type KnownEndpoints = {
  /** The book, whose readers and writers keep this up to date. */
  book: EndpointBook
  /** What earlier runs and other replicas found; read once. */
  load(): Promise<void>
  placeOf(email: string): Place
  /** Empty for a mailbox that nobody searched for yet. */
  hostOf(email: string): string
  /** How often a mailbox was found at another place than before. */
  changes(): number
}

export function knownEndpoints(config: FleetConfig, book: EndpointBook): KnownEndpoints {
  let known = new Map<string, KnownEndpoint>()
  let loading: Promise<void> | null = null
  let changes = 0
  const note = (email: string, found: KnownEndpoint): void => {
    if ((known.get(email.toLowerCase())?.place ?? ownPlace(config)) !== found.place) changes++
    known.set(email.toLowerCase(), found)
  }
  const load = async () => {
    try {
      known = new Map([...(await book.all()), ...known])
    } catch (error) {
      loading = null
      throw error
    }
  }
  const foundOf = (email: string) => {
    const finding = findingOf(config, email)
    if (finding.kind === 'configured') return finding.endpoint
    const found = known.get(email.toLowerCase())
    return found === undefined ? null : discoveredEndpoint(config, found)
  }
  const isNeeded = config.allowedHosts.length > 0 || config.cloudMailboxes !== null
  return {
    book: {
      ...book,
      read: async (email) => {
        const found = await book.read(email)
        if (found !== null) note(email, found)
        return found
      },
      put: async (email, found) => {
        await book.put(email, found)
        note(email, found)
      },
    },
    load: async () => {
      if (isNeeded) loading ??= load()
      await loading
    },
    placeOf: (email) => foundOf(email)?.place ?? ownPlace(config),
    hostOf: (email) => {
      const url = foundOf(email)?.url
      return url === undefined ? '' : (URL.parse(url)?.host ?? '')
    },
    changes: () => changes,
  }
}

/** For a test of the pool before there is a database. */
export function memoryEndpointBook(): EndpointBook {
  const known = new Map<string, KnownEndpoint>()
  return {
    read: async (email) => known.get(email.toLowerCase()) ?? null,
    all: async () => known,
    put: async (email, found) => void known.set(email.toLowerCase(), found),
    noteFailed: async (email, url, atMs) => {
      const found = known.get(email.toLowerCase())
      if (found?.url === url) known.set(email.toLowerCase(), { ...found, failedAtMs: atMs })
    },
  }
}
