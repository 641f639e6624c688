/** Whom a command means: addresses are compared without regard to case, and a mistyped one is an error. */
import { ConnectorError } from '../ports/errors.ts'
import type { User } from '../ports/service.ts'
import type { ServiceOptions } from './service.ts'

export async function enrolled(service: ServiceOptions, email: string): Promise<User> {
  const wanted = email.trim().toLowerCase()
  const user = (await service.users()).find((candidate) => candidate.email === wanted)
  if (!user) throw new ConnectorError('usage.unknown-user', { email: wanted })
  return user
}

/** An address that is enrolled or was once: what is kept of somebody who left stays within reach. */
export async function knownEmail(service: ServiceOptions, email: string): Promise<string> {
  const wanted = email.trim().toLowerCase()
  if (await service.store.mailboxByEmail(wanted)) return wanted
  if ((await service.users()).some((user) => user.email === wanted)) return wanted
  throw new ConnectorError('usage.unknown-user', { email: wanted })
}
