/** Which mailboxes share a connection: those of one service account, at most STREAM_MAILBOXES_MAX, each staying where it is. Pure. */
import { STREAM_CONNECTIONS_MAX, STREAM_MAILBOXES_MAX } from '../../limits.ts'

export type Seat = { email: string; account: string }
export type GroupPlan = { key: string; account: string; emails: ReadonlySet<string> }

export class Roster {
  /** Group of each mailbox. */
  readonly #groups = new Map<string, string>()

  /** Mailboxes beyond what an account's connections hold are left to polling. */
  update(seats: readonly Seat[]): { groups: GroupPlan[]; left: number } {
    const members = new Map<string, { account: string; emails: Set<string> }>()
    const join = ({ email, account }: Seat, key: string) => {
      const group = members.get(key) ?? { account, emails: new Set<string>() }
      group.emails.add(email)
      members.set(key, group)
      this.#groups.set(email, key)
    }
    const homeless = seats.filter((seat) => {
      const key = this.#groups.get(seat.email)
      // Of another account now: the group's connection is signed in with the old one.
      if (key === undefined || !key.startsWith(`${seat.account}\n`)) return true
      join(seat, key)
      return false
    })
    let left = 0
    for (const seat of homeless) {
      const key = roomFor(seat.account, members)
      if (key === null) left++
      else join(seat, key)
    }
    const present = new Set(seats.map(({ email }) => email))
    for (const email of this.#groups.keys()) if (!present.has(email)) this.#groups.delete(email)
    return { groups: [...members].map(([key, group]) => ({ key, ...group })), left }
  }
}

function roomFor(account: string, members: ReadonlyMap<string, { emails: ReadonlySet<string> }>): string | null {
  for (let at = 0; at < STREAM_CONNECTIONS_MAX; at++) {
    const key = `${account}\n${at}`
    if ((members.get(key)?.emails.size ?? 0) < STREAM_MAILBOXES_MAX) return key
  }
  return null
}
