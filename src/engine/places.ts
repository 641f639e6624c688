/** The places at service accounts as a replica uses them: which accounts exist now, and whose mailbox belongs to which. */
import { ADMIN_LEASE_WAIT_MS } from '../limits.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { AccountPlaces, Lease } from '../ports/state-store.ts'
import type { ServiceOptions } from './service.ts'
import { LEASE_TTL_MS } from './user.ts'

const POLL_MS = 500

export class Places {
  readonly #service: ServiceOptions
  #known = ''

  constructor(service: ServiceOptions) {
    this.#service = service
  }

  /** Null: places are not counted. Looks at every mailbox when the accounts are others than before, else at new ones only. */
  async current(): Promise<AccountPlaces | null> {
    const { shared } = this.#service
    const accounts = await this.#service.accounts()
    if (shared === null || accounts === null || accounts.names.length === 0) return null
    const places = { names: accounts.names, usersMax: accounts.usersMax }
    const key = JSON.stringify({ ...places, changes: accounts.changes })
    const isNew = key !== this.#known
    if (isNew) await shared.ensurePlaces(places)
    await shared.assignAccounts(accounts.accountOf, isNew ? 'all' : 'unassigned')
    this.#known = key
    return places
  }

  /** A place for who took the lease by itself; waits a little for one. Throws `lease.account-full`, `stopped`. */
  async take(email: string, lease: Lease, signal: AbortSignal): Promise<void> {
    const { shared, clock } = this.#service
    const places = await this.current()
    const account = (await this.#service.accounts())?.accountOf(email) ?? null
    if (shared === null || places === null || account === null) return
    const { usersMax } = places
    const giveUpAtMs = clock.nowMs() + ADMIN_LEASE_WAIT_MS
    while (!(await shared.takePlace(lease, { account, usersMax, ttlMs: LEASE_TTL_MS }))) {
      if (signal.aborted) throw new ConnectorError('stopped')
      if (clock.nowMs() >= giveUpAtMs) throw new ConnectorError('lease.account-full', { account, usersMax })
      await clock.sleep(POLL_MS, signal)
    }
  }
}
