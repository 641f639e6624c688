/** Which service account acts for a mailbox: the same one every time, spread evenly, and moved only when its account goes away. */
import { createHash } from 'node:crypto'

/**
 * Rendezvous hashing: each mailbox takes the account with the highest score for it, so that the loss of an account moves only
 * its own mailboxes. Null without accounts.
 */
export function accountFor<Account extends { name: string }>(
  mailbox: string,
  accounts: readonly Account[],
): Account | null {
  let best: { account: Account; score: string } | null = null
  for (const account of accounts) {
    const score = createHash('sha256').update(`${mailbox.toLowerCase()}\n${account.name}`).digest('hex')
    if (best === null || score > best.score) best = { account, score }
  }
  return best?.account ?? null
}
