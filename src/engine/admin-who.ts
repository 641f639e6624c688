/** Whom a command means: addresses are compared without regard to case, and a mistyped one is an error. */
import { ConnectorError } from '../ports/errors.ts'
import type { User } from '../ports/service.ts'
import type { ServiceOptions } from './service.ts'

/** Who has a mailbox and agreed, paused ones included. */
export async function enrolledUsers({ users }: Pick<ServiceOptions, 'users'>): Promise<User[]> {
  const isEnrolled = ({ state }: User) => state === 'active' || state === 'paused' || state === 'account-disabled'
  return (await users()).filter(isEnrolled)
}

export async function enrolled(service: ServiceOptions, email: string): Promise<User> {
  const wanted = email.trim().toLowerCase()
  const user = (await enrolledUsers(service)).find((candidate) => candidate.email === wanted)
  if (!user) throw new ConnectorError('usage.unknown-user', { email: wanted })
  return user
}

/** An address that is enrolled or was once: what is kept of somebody who left stays within reach. */
export async function knownEmail(service: ServiceOptions, email: string): Promise<string> {
  const wanted = email.trim().toLowerCase()
  if (await service.store.mailboxByEmail(wanted)) return wanted
  if ((await enrolledUsers(service)).some((user) => user.email === wanted)) return wanted
  throw new ConnectorError('usage.unknown-user', { email: wanted })
}
