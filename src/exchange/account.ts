/** Which service account acts for a mailbox: the same one every time, spread evenly, and moved only when its account goes away. */
import { createHash } from 'node:crypto'

/**
 * Rendezvous hashing: each mailbox prefers the account with the highest score for it, so that the loss of an account moves only
 * its own mailboxes. All accounts, the preferred one first.
 */
export function accountsFor<Account extends { name: string }>(
  mailbox: string,
  accounts: readonly Account[],
): Account[] {
  const score = ({ name }: Account) => createHash('sha256').update(`${mailbox.toLowerCase()}\n${name}`).digest('hex')
  return accounts
    .map((account) => ({ account, score: score(account) }))
    .sort((one, other) => (one.score < other.score ? 1 : -1))
    .map(({ account }) => account)
}

/** Remembers the order of each mailbox; `of` begins anew with other accounts. */
export class Preferences<Account extends { name: string }> {
  #accounts: readonly Account[] = []
  readonly #orders = new Map<string, readonly Account[]>()

  of(mailbox: string, accounts: readonly Account[]): readonly Account[] {
    if (accounts !== this.#accounts) this.#orders.clear()
    this.#accounts = accounts
    const known = this.#orders.get(mailbox)
    if (known !== undefined) return known
    const order = accountsFor(mailbox, accounts)
    this.#orders.set(mailbox, order)
    return order
  }
}
