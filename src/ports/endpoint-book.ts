/** What autodiscover found per mailbox, for all replicas and for the next run. Kept in the state store. */

/** `failedAtMs`: the address failed since it was found, so it is searched for again. */
export type KnownEndpoint = {
  place: 'on-premises' | 'cloud'
  url: string
  foundAtMs: number
  failedAtMs: number | null
}

/** Addresses of mailboxes are told in small letters. */
export interface EndpointBook {
  read(email: string): Promise<KnownEndpoint | null>
  all(): Promise<ReadonlyMap<string, KnownEndpoint>>
  /** What was found long before this one and never confirmed is forgotten. */
  put(email: string, known: KnownEndpoint): Promise<void>
  /** Only while the mailbox is still known at this address. */
  noteFailed(email: string, url: string, atMs: number): Promise<void>
}
