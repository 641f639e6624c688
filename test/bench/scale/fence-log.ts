/**
 * Watches leases from inside PostgreSQL: triggers write down every taking, renewal and giving back, with the time. Afterwards it can be
 * proved that no mailbox had two writers, that no account had more mailboxes than it may, and that every write had a lease.
 */
import pg from 'pg'

const TRIGGERS = `
create table fence_log (id bigserial primary key, mailbox_id text, email text, account text, holder text, fence bigint, until_ms bigint,
  at_ms bigint default (extract(epoch from clock_timestamp()) * 1000)::bigint);
create function note_lease() returns trigger language plpgsql as $$ begin
  if old.lease_holder is distinct from new.lease_holder or old.lease_until_ms is distinct from new.lease_until_ms then
    insert into fence_log (mailbox_id, email, account, holder, fence, until_ms)
      values (new.id, new.email, new.account, new.lease_holder, new.lease_fence, new.lease_until_ms);
  end if; return new; end $$;
create trigger note_lease after update on mailbox for each row execute function note_lease();
`

type Row = {
  email: string
  account: string | null
  holder: string | null
  fence: number
  until_ms: number
  at_ms: number
}
/** From the taking to the giving back, or to where it ran out. */
export type Held = {
  email: string
  account: string | null
  holder: string
  fence: number
  fromMs: number
  untilMs: number
}

export class FenceLog {
  readonly #client: pg.Client

  private constructor(client: pg.Client) {
    this.#client = client
  }

  /** On a migrated database, before anybody works on it. */
  static async watch(url: string): Promise<FenceLog> {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    await client.connect()
    await client.query(TRIGGERS)
    return new FenceLog(client)
  }

  async query<T>(text: string): Promise<T[]> {
    return (await this.#client.query(text)).rows as T[]
  }

  async held(): Promise<Held[]> {
    const rows = await this.query<Row>(
      'select email, account, holder, fence::int, until_ms::float8, at_ms::float8 from fence_log order by id',
    )
    const all: Held[] = []
    const open = new Map<string, Held>()
    for (const { email, account, holder, fence, until_ms, at_ms } of rows) {
      const before = open.get(email)
      if (before && (holder !== before.holder || fence !== before.fence)) {
        // Given back, or taken by another one after it ran out.
        before.untilMs = Math.min(before.untilMs, at_ms)
        open.delete(email)
      } else if (before) {
        before.untilMs = until_ms
        continue
      }
      if (holder === null) continue
      const next = { email, account, holder, fence, fromMs: at_ms, untilMs: until_ms }
      open.set(email, next)
      all.push(next)
    }
    return all
  }

  /** What time does to the leases of a process that is dead, without the waiting. */
  async expire(pid: number): Promise<void> {
    const values = [`%:${pid}:%`]
    const past = '(extract(epoch from clock_timestamp()) * 1000)::bigint - 1'
    await this.#client.query(`update service_account_slot set lease_until_ms = ${past} where holder like $1`, values)
    await this.#client.query(`update mailbox set lease_until_ms = ${past} where lease_holder like $1`, values)
  }

  close(): Promise<void> {
    return this.#client.end()
  }
}

/** The most mailboxes of one account that were held at the same time, whatever the table of places says. */
export function heldAtOnceMax(held: readonly Held[]): number {
  const peaks = [...Map.groupBy(held, ({ account }) => account ?? '')].map(([, turns]) => {
    // At the same millisecond one is given back before the next is taken.
    const steps = turns
      .flatMap(({ fromMs, untilMs }) => [
        { atMs: fromMs, by: 1 },
        { atMs: untilMs, by: -1 },
      ])
      .sort((a, b) => a.atMs - b.atMs || a.by - b.by)
    let now = 0
    return Math.max(...steps.map(({ by }) => (now += by)))
  })
  return Math.max(0, ...peaks)
}

/** Violations in words; empty when every mailbox had one writer at a time with a growing fence. */
export function twoWriters(held: readonly Held[]): string[] {
  return [...Map.groupBy(held, ({ email }) => email)].flatMap(([email, turns]) =>
    turns.flatMap((turn, at) => {
      const before = turns[at - 1]
      if (before === undefined) return []
      const found: string[] = []
      if (turn.fence <= before.fence) found.push(`${email}: fence ${turn.fence} after ${before.fence}`)
      if (turn.fromMs < before.untilMs) found.push(`${email}: ${turn.holder} began while ${before.holder} held it`)
      return found
    }),
  )
}

/** Writes on a server outside of every lease of their mailbox. The clocks are the same: all runs on one machine. */
export function withoutLease(held: readonly Held[], writes: readonly { email: string; atMs: number }[]): string[] {
  const byEmail = Map.groupBy(held, ({ email }) => email)
  const isHeld = (turns: readonly Held[], atMs: number) =>
    turns.some(({ fromMs, untilMs }) => fromMs <= atMs && atMs <= untilMs)
  return writes
    .filter(({ email, atMs }) => !isHeld(byEmail.get(email) ?? [], atMs))
    .map(({ email, atMs }) => `${email}: a write at ${atMs} without a lease`)
}
