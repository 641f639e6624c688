/** The service accounts as the schedule sees them: their names, who acts for whom, and which rest. Light: no HTTP stack is loaded for it. */
import { existsSync } from 'node:fs'
import { loadAdmins } from '../config/admins.ts'
import type { Config } from '../config/config.ts'
import { Preferences } from '../exchange/account.ts'
import type { AccountHealth } from '../exchange/pool/health.ts'
import { accountsOf, type PoolAdmin } from '../exchange/pool/settings.ts'
import type { ServiceAccounts } from '../ports/daemon.ts'
import { ConnectorError } from '../ports/errors.ts'

/** The accounts of admins.json; in the cloud the configuration may name its one application itself, and needs no file. */
export function readAdmins({ exchange }: Config): readonly PoolAdmin[] {
  const { adminsFile, type, appId } = exchange
  const isOptional = type === 'cloud' && appId !== null
  return isOptional && !existsSync(adminsFile) ? [] : loadAdmins(adminsFile).admins
}

export type AccountsView = { current(health: readonly AccountHealth[]): ServiceAccounts | null; reload(): void }

/** `current` is null while the accounts cannot be read: each pass then reports why. */
export function accountsView(config: Config): AccountsView {
  let all: readonly { name: string }[] | null = null
  let awake: readonly { name: string }[] = []
  const preferences = new Preferences<{ name: string }>()
  const names = () => {
    try {
      all ??= accountsOf(config.exchange, readAdmins(config)).map(({ name }) => ({ name }))
      return all
    } catch (error) {
      if (error instanceof ConnectorError) return null
      throw error
    }
  }
  return {
    current(health) {
      const known = names()
      if (known === null) return null
      const resting = new Set(health.filter(({ state }) => state === 'resting').map(({ account }) => account))
      const left = known.filter(({ name }) => !resting.has(name))
      const next = left.length > 0 ? left : known
      // The same list as before stays the same object, so that the order of each mailbox is worked out once.
      if (!isSame(next, awake)) awake = next
      const ready = health.filter(({ state }) => state === 'ready').length
      return {
        names: awake.map(({ name }) => name),
        usersMax: config.sync.usersPerAdminMax,
        accountOf: (email) => preferences.of(email, awake)[0]?.name ?? null,
        states: () => ({ ready, resting: resting.size, unproven: known.length - ready - resting.size }),
      }
    },
    reload() {
      const before = all
      all = null
      if (names() === null) all = before
    },
  }
}

function isSame(one: readonly { name: string }[], other: readonly { name: string }[]): boolean {
  return one.length === other.length && one.every(({ name }, at) => name === other[at]?.name)
}
