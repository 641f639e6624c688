/** The service accounts as the schedule sees them: their names, who acts for whom, and which rest. Light: no HTTP stack is loaded for it. */
import { existsSync } from 'node:fs'
import { loadAdmins } from '../config/admins.ts'
import type { Config } from '../config/config.ts'
import { Preferences } from '../exchange/account.ts'
import type { Place } from '../exchange/discovery/hosts.ts'
import { ownPlace, placesOf } from '../exchange/fleet/finding.ts'
import type { AccountHealth } from '../exchange/pool/health.ts'
import { accountsOf, type PoolAdmin } from '../exchange/pool/settings.ts'
import type { ServiceAccounts } from '../ports/daemon.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { KnownEndpoints } from './known-endpoints.ts'

/** The accounts of a place; an application that the configuration itself names needs no file. */
export function readAdmins({ exchange }: Config, place: Place = ownPlace(exchange)): readonly PoolAdmin[] {
  const { adminsFile, cloudAdminsFile, type, appId } = exchange
  if (place === 'cloud' && type !== 'cloud') return cloudAdminsFile === null ? [] : loadAdmins(cloudAdminsFile).admins
  const isOptional = type === 'cloud' && appId !== null
  return isOptional && !existsSync(adminsFile) ? [] : loadAdmins(adminsFile).admins
}

export type AccountsView = {
  current(health: readonly AccountHealth[]): Promise<ServiceAccounts | null>
  reload(): void
}

type Named = { name: string }
type Names = ReadonlyMap<Place, readonly Named[]>

/** `current` is null while the accounts cannot be read: each pass then reports why. */
export function accountsView(
  config: Config,
  known: Pick<KnownEndpoints, 'load' | 'placeOf' | 'changes'>,
): AccountsView {
  let all: Names | null = null
  const crews = new Map(placesOf(config.exchange).map((place) => [place, new Crew()]))
  const names = () => {
    try {
      all ??= namesOf(config)
      return all
    } catch (error) {
      if (error instanceof ConnectorError) return null
      throw error
    }
  }
  return {
    async current(health) {
      await known.load()
      const now = names()
      if (now === null) return null
      const resting = new Set(health.filter(({ state }) => state === 'resting').map(({ account }) => account))
      for (const [place, crew] of crews) crew.update(now.get(place) ?? [], resting)
      const ready = health.filter(({ state }) => state === 'ready').length
      const total = [...now.values()].flat().length
      return {
        names: [...crews.values()].flatMap((crew) => crew.awake.map(({ name }) => name)),
        usersMax: config.sync.usersPerAdminMax,
        accountOf: (email) => crews.get(known.placeOf(email))?.first(email) ?? null,
        changes: known.changes(),
        states: () => ({ ready, resting: resting.size, unproven: total - ready - resting.size }),
      }
    },
    reload() {
      const before = all
      all = null
      if (names() === null) all = before
    },
  }
}

/** The accounts of one place that do not rest. */
class Crew {
  awake: readonly Named[] = []
  readonly #preferences = new Preferences<Named>()

  update(all: readonly Named[], resting: ReadonlySet<string>): void {
    const left = all.filter(({ name }) => !resting.has(name))
    const next = left.length > 0 ? left : all
    // The same list as before stays the same object, so that the order of each mailbox is worked out once.
    if (!isSame(next, this.awake)) this.awake = next
  }

  first(email: string): string | null {
    return this.#preferences.of(email, this.awake)[0]?.name ?? null
  }
}

function namesOf(config: Config): Names {
  const { exchange } = config
  const named = (place: Place) => {
    const settings = place === 'cloud' ? { ...exchange, type: 'cloud' as const } : exchange
    return accountsOf(settings, readAdmins(config, place)).map(({ name }) => ({ name }))
  }
  return new Map(placesOf(exchange).map((place) => [place, named(place)]))
}

function isSame(one: readonly { name: string }[], other: readonly { name: string }[]): boolean {
  return one.length === other.length && one.every(({ name }, at) => name === other[at]?.name)
}
