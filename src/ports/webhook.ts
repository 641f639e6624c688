/** The call by which the Nextcloud app says that something changed: what the daemon's HTTP server asks before it believes it. */

export type WebhookRequest = {
  method: string
  /** Raw, with query. */
  path: string
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>
  body: Uint8Array
}

/** `poll`: nothing is known of whom it concerns; ask the journal. `reason` is a constant word. */
export type WebhookVerdict =
  | { kind: 'accepted'; mailboxes: readonly string[] | 'poll' }
  | { kind: 'refused'; reason: string }

export interface WebhookVerifier {
  /** Every accepted request is accepted once: its nonce is remembered. Throws only the state's errors. */
  verify(request: WebhookRequest): Promise<WebhookVerdict>
}

/** Where nonces are remembered: shared by all replicas, so that a request that one of them accepted is refused by the others. */
export interface NonceBook {
  /** False when it was known. Forgotten after `ttlMs`, by the time of the database. */
  remember(nonce: string, ttlMs: number): Promise<boolean>
}
