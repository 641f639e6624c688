/** Users who came get their mailbox, and those who came back are due: while they were away, their mailbox was put off for long. */
import type { User } from '../ports/service.ts'
import type { Mailbox } from '../ports/state-store.ts'
import type { ServiceOptions } from './service.ts'

export async function welcome(service: ServiceOptions, users: readonly User[]): Promise<void> {
  const { store, shared, clock, intervals } = service
  const mailboxes = await store.listMailboxes()
  const known = new Map(mailboxes.map((mailbox) => [mailbox.email, mailbox]))
  for (const user of users) if (!known.has(user.email)) await store.ensureMailbox(user.email)
  // No pass of a healthy mailbox waits longer than the normal interval; the back-off of failures is left alone.
  const isPutOff = (mailbox: Mailbox | undefined) =>
    mailbox?.status === 'active' &&
    mailbox.attempts === 0 &&
    mailbox.nextRunAtMs > clock.nowMs() + 2 * intervals.normalMs
  const back = users.filter(({ email, enabled }) => enabled && isPutOff(known.get(email))).map(({ email }) => email)
  if (back.length > 0) await shared?.markDue(back)
}
