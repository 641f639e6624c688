/** How a change on a server is noticed between two polls: something that listens and marks mailboxes as due. */

/** Which of several replicas listens for whom, so that a server hears each question once. */
export interface ListenerShare {
  /** Says that this replica listens, and gives which service accounts it listens with now. Throws the state's errors. */
  current(): Promise<(account: string) => boolean>
  /** It listens no more: the others need not wait until they miss it. Throws the state's errors. */
  leave(): Promise<void>
}

export interface PushSource {
  /**
   * Listens for these mailboxes until the signal aborts; the list is asked for again from time to time. Never throws for a
   * mailbox's troubles: a mailbox that cannot be listened to is left to polling. `onChanged` only marks a mailbox due (I7);
   * it is also called when notifications may have been missed.
   */
  run(
    mailboxes: () => Promise<readonly string[]>,
    onChanged: (email: string) => void,
    signal: AbortSignal,
  ): Promise<void>
  /** How many mailboxes are listened to at the moment. Absent where nothing is listened to: a source that asks by itself. */
  listening?(): number
}
