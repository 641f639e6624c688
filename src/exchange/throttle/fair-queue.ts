/** Who waits for a turn: mailboxes take turns, so that one with a thousand requests does not make the others wait. */

export type Waiter = { mailbox: string; mayStart(): boolean; start(): void }

export class FairQueue {
  /** In the order of their turns; a mailbox that got one goes to the end. */
  readonly #mailboxes = new Map<string, Waiter[]>()

  add(waiter: Waiter): void {
    const waiting = this.#mailboxes.get(waiter.mailbox)
    if (waiting === undefined) this.#mailboxes.set(waiter.mailbox, [waiter])
    else waiting.push(waiter)
  }

  /** Before all others: for who had a turn already, and could not use it. */
  addFirst(waiter: Waiter): void {
    const others = [...this.#mailboxes].filter(([mailbox]) => mailbox !== waiter.mailbox)
    const own = this.#mailboxes.get(waiter.mailbox) ?? []
    this.#mailboxes.clear()
    for (const [mailbox, waiting] of [[waiter.mailbox, [waiter, ...own]] as const, ...others])
      this.#mailboxes.set(mailbox, [...waiting])
  }

  remove(waiter: Waiter): void {
    const waiting = this.#mailboxes.get(waiter.mailbox)?.filter((other) => other !== waiter) ?? []
    if (waiting.length === 0) this.#mailboxes.delete(waiter.mailbox)
    else this.#mailboxes.set(waiter.mailbox, waiting)
  }

  /** Starts all that may start: one per mailbox and round. */
  wake(): void {
    for (let started = true; started; ) {
      started = false
      for (const [mailbox, waiting] of [...this.#mailboxes]) {
        const at = waiting.findIndex((waiter) => waiter.mayStart())
        if (at < 0) continue
        const [waiter] = waiting.splice(at, 1)
        this.#mailboxes.delete(mailbox)
        if (waiting.length > 0) this.#mailboxes.set(mailbox, waiting)
        started = true
        waiter?.start()
      }
    }
  }
}
