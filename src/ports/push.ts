/** How a change on a server is noticed between two polls: something that listens and marks mailboxes as due. */

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
}
