/** One request under way: who asks, for which mailbox, and what the headers say. Every operation gets this. */
import type { Effect } from './faults.ts'
import type { Outbox } from './outbox.ts'
import type { Mailbox } from './store.ts'
import type { Streams } from './streams.ts'
import type { Zone, ZoneTable } from './time/zones.ts'
import type { Node } from './xml.ts'

export type Settings = {
  /** An appointment created without a word about its reminder gets one of 15 minutes, as in Exchange's own clients. */
  defaultReminder: boolean
  /** Changes of occurrences show in SyncFolderItems as a changed master (Exchange) or not at all (gromox). */
  occurrenceChangesInFeed: boolean
  /** Objects that one Find may return (EWSFindCountLimit). */
  findCountMax: number
}

export type Call = {
  operation: string
  request: Node
  account: string
  /** Throws a fault when the account has none and impersonates nobody. */
  readonly mailbox: Mailbox
  /** For values without an offset. */
  zone: Zone
  /** Set when a TimeZoneContext asks for answers in its zone. */
  outZone: Zone | undefined
  version: string
  zones: ZoneTable
  outbox: Outbox
  settings: Settings
  streams: Streams
  /** The server that works on the request. */
  backEnd: number
  /** Faults that change what the operation itself does. */
  effects: readonly Effect[]
  nowMs(): number
  /** Another mailbox of the organisation, for ResolveNames and display names. */
  findMailbox(email: string): Mailbox | undefined
  allMailboxes(): Iterable<Mailbox>
}
