/** The status of users: their mailbox, collections, problems, open conflicts and last passes, as the state has them. Asks no server. */
import type { MailboxStatus } from '../ports/service.ts'
import type { CollectionPair, Mailbox, StateStore } from '../ports/state-store.ts'
import { enrolled, enrolledUsers } from './admin-who.ts'
import type { ServiceOptions } from './service.ts'

const PASSES_SHOWN = 10

export async function statusOf(service: ServiceOptions, email?: string): Promise<MailboxStatus[]> {
  await service.store.check()
  const users = email === undefined ? await enrolledUsers(service) : [await enrolled(service, email)]
  const mailboxes = new Map((await service.store.listMailboxes()).map((mailbox) => [mailbox.email, mailbox]))
  return Promise.all(users.map((user) => mailboxStatus(service.store, user.email, mailboxes.get(user.email) ?? null)))
}

/** What nobody chooses any more is no part of the mailbox's state. */
function isChosen({ link }: CollectionPair): boolean {
  return link?.chosen !== false
}

async function mailboxStatus(store: StateStore, email: string, mailbox: Mailbox | null): Promise<MailboxStatus> {
  if (!mailbox) return { email, mailbox, pairs: [], openConflicts: [], lastPasses: [] }
  const pairs = await Promise.all(
    (await store.collectionPairs(mailbox.id)).filter(isChosen).map(async (pair) => ({
      ...pair,
      items: await store.countItemPairs(pair.id),
      problems: await store.problems(pair.id),
    })),
  )
  const openConflicts = await store.conflicts({ mailboxId: mailbox.id, openOnly: true })
  const lastPasses = await store.passLogs({ mailboxId: mailbox.id, limit: PASSES_SHOWN })
  return { email, mailbox, pairs, openConflicts, lastPasses }
}
