/** The list of the app's users as it was last read: whole page by page, later only what changed. */
import { APP_USERS_AGE_MAX_MS, APP_USERS_OVERLAP_S, APP_USERS_WHOLE_AGE_MAX_MS } from '../../limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { AppUser } from './answers.ts'
import type { AppClient } from './client.ts'

type Known = { byUid: Map<string, AppUser>; readAtMs: number; wholeAtMs: number; updatedAt: number }

export class AppUserList {
  readonly #app: Pick<AppClient, 'users'>
  readonly #clock: Pick<Clock, 'nowMs'>
  #known: Known | null = null
  /** One reader at a time: passes of many users ask at once. */
  #reading: Promise<void> | null = null
  #settledAt: number | null = null
  /** Who changed and was not told yet: whoever reads the list in between must not keep it to himself. */
  readonly #untold = new Map<string, AppUser>()

  constructor(app: Pick<AppClient, 'users'>, clock: Pick<Clock, 'nowMs'>) {
    this.#app = app
    this.#clock = clock
  }

  /** Not older than APP_USERS_AGE_MAX_MS. */
  async current(): Promise<AppUser[]> {
    const isOld = this.#known === null || this.#clock.nowMs() - this.#known.readAtMs > APP_USERS_AGE_MAX_MS
    if (isOld) await this.refresh()
    return [...(this.#known?.byUid.values() ?? [])]
  }

  /** Asks for what changed, whatever the age of what is known. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  async readWhole(): Promise<void> {
    if (this.#known) this.#known.wholeAtMs = Number.NEGATIVE_INFINITY
    await this.refresh()
  }

  /**
   * Who changed and who came since the last call; at the first look nobody. `updatedAt`: the app's word for the last change. Asked for
   * twice after each: a second one in the same second does not move it.
   */
  async follow(updatedAt: number): Promise<AppUser[]> {
    const known = this.#known
    if (known && this.#settledAt === updatedAt && !this.#isWholeOld(known)) {
      known.readAtMs = this.#clock.nowMs()
    } else {
      await this.refresh()
      if (known?.updatedAt === updatedAt) this.#settledAt = updatedAt
    }
    const changed = [...this.#untold.values()]
    this.#untold.clear()
    return changed
  }

  #isWholeOld({ wholeAtMs }: Known): boolean {
    return this.#clock.nowMs() - wholeAtMs > APP_USERS_WHOLE_AGE_MAX_MS
  }

  async #read(): Promise<void> {
    const nowMs = this.#clock.nowMs()
    const before = this.#known
    const isWhole = before === null || this.#isWholeOld(before)
    const byUid = new Map(isWhole ? [] : before.byUid)
    // Changes may be committed out of order.
    const since = isWhole ? null : before.updatedAt - APP_USERS_OVERLAP_S
    for await (const page of this.#app.users(since)) for (const user of page) byUid.set(user.uid, user)
    const all = [...byUid.values()]
    const updatedAt = all.reduce((max, user) => Math.max(max, user.updatedAt), 0)
    // Stored only when the last page was read: half a list is never taken for the whole.
    this.#known = { byUid, readAtMs: nowMs, wholeAtMs: isWhole ? nowMs : before.wholeAtMs, updatedAt }
    if (before === null) return
    for (const user of all)
      if (before.byUid.get(user.uid)?.updatedAt !== user.updatedAt) this.#untold.set(user.uid, user)
  }
}
