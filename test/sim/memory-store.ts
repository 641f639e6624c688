/**
 * A StateStore in plain maps, for the simulation: hundreds of times faster than a database, same rules.
 * `snapshot` and `restore` play a machine that dies or comes back with an old backup. Rows are frozen: a caller that changes one throws.
 */
import type { Clock, Random } from '../../src/ports/clock.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import type { ItemId, SideName } from '../../src/ports/side.ts'
import type {
  ActionLog,
  ArchiveEntry,
  Claim,
  ClaimOptions,
  CollectionPair,
  Conflict,
  Intent,
  ItemPair,
  Lease,
  LeaseAttempt,
  Mailbox,
  Observation,
  PassLog,
  PendingRow,
  StateChange,
  StateStore,
} from '../../src/ports/state-store.ts'

type LeaseRow = { holder: string | null; untilMs: number; fence: number }

export type Tables = {
  mailboxes: Map<string, Mailbox>
  leases: Map<string, LeaseRow>
  pairs: Map<string, CollectionPair>
  itemPairs: Map<string, ItemPair>
  observations: Map<string, Observation>
  intents: Map<string, Intent>
  archive: Map<string, ArchiveEntry>
  conflicts: Map<string, Conflict>
  passes: PassLog[]
  actions: ActionLog[]
  made: Map<string, ItemId>
}

export class MemoryStore implements StateStore {
  #tables: Tables = emptyTables()
  readonly #clock: Clock
  readonly #random: Random

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  snapshot(): Tables {
    return copyOf(this.#tables)
  }

  restore(snapshot: Tables): void {
    this.#tables = copyOf(snapshot)
  }

  /** Rows are never changed, only replaced: the same rows mean the same state. */
  isSameAs(snapshot: Tables): boolean {
    return Object.keys(snapshot).every((name) => {
      const [now, then] = [this.#tables[name as keyof Tables], snapshot[name as keyof Tables]]
      if (now instanceof Map && then instanceof Map)
        return now.size === then.size && [...now].every(([key, row]) => then.get(key) === row)
      return Array.isArray(now) && Array.isArray(then) && now.length === then.length
    })
  }

  holds(lease: Lease): boolean {
    return this.#holds(lease)
  }

  collectionPair(pairId: string): CollectionPair | undefined {
    return this.#tables.pairs.get(pairId)
  }

  hasIntent(token: string): boolean {
    return this.#tables.intents.has(token)
  }

  /** Is this id known on that side, whatever its state? */
  knows(pairId: string, side: SideName, itemId: ItemId): boolean {
    return this.observation(pairId, side, itemId) !== null
  }

  /** Lease rows are kept: two processes see the same ones. */
  wipe(): void {
    const { leases, mailboxes } = this.#tables
    this.#tables = { ...emptyTables(), leases, mailboxes }
  }

  itemPairs(pairId: string): ItemPair[] {
    return [...this.#tables.itemPairs.values()].filter((row) => row.pairId === pairId)
  }

  async madeItems(pairId: string, side: SideName) {
    return [...this.#tables.made].flatMap(([key, id]) => (key.startsWith(`${pairId} ${side} `) ? [id] : []))
  }

  async migrate() {
    return { from: 1, to: 1 }
  }
  async check() {}
  async close() {}
  async fingerprintKey() {
    return new Uint8Array(32)
  }

  async mailboxByEmail(email: string) {
    return [...this.#tables.mailboxes.values()].find((mailbox) => mailbox.email === email.toLowerCase()) ?? null
  }

  async ensureMailbox(email: string): Promise<Mailbox> {
    const known = await this.mailboxByEmail(email)
    if (known) return known
    const mailbox: Mailbox = {
      id: this.#random.uuid(),
      email: email.toLowerCase(),
      status: 'active',
      nextRunAtMs: this.#clock.nowMs(),
      priority: 0,
      attempts: 0,
      lastStartedAtMs: null,
      lastSuccessAtMs: null,
      lastOutcome: null,
    }
    this.#tables.mailboxes.set(mailbox.id, mailbox)
    this.#tables.leases.set(mailbox.id, { holder: null, untilMs: 0, fence: 0 })
    return mailbox
  }

  async listMailboxes() {
    return [...this.#tables.mailboxes.values()]
  }

  async acquireLease(mailboxId: string, options: { holder: string; ttlMs: number }): Promise<LeaseAttempt> {
    const row = this.#tables.leases.get(mailboxId)
    if (!row) throw new ConnectorError('state.corrupt')
    const nowMs = this.#clock.nowMs()
    if (row.holder !== null && row.untilMs > nowMs) return { kind: 'busy', holder: row.holder, untilMs: row.untilMs }
    const fence = row.fence + 1
    this.#tables.leases.set(mailboxId, { holder: options.holder, untilMs: nowMs + options.ttlMs, fence })
    return { kind: 'held', lease: { mailboxId, holder: options.holder, fence } }
  }

  async renewLease(lease: Lease, ttlMs: number) {
    if (!this.#holds(lease)) return false
    this.#tables.leases.set(lease.mailboxId, { ...lease, untilMs: this.#clock.nowMs() + ttlMs })
    return true
  }

  async releaseLease(lease: Lease) {
    const row = this.#tables.leases.get(lease.mailboxId)
    if (row?.fence === lease.fence) this.#tables.leases.set(lease.mailboxId, { ...row, holder: null, untilMs: 0 })
  }

  async claimDue(options: ClaimOptions): Promise<Claim[]> {
    const nowMs = this.#clock.nowMs()
    const due = [...this.#tables.mailboxes.values()]
      .filter((mailbox) => mailbox.status === 'active' && mailbox.nextRunAtMs <= nowMs)
      .sort((one, other) => one.priority - other.priority || one.nextRunAtMs - other.nextRunAtMs)
    const claims: Claim[] = []
    for (const mailbox of due) {
      if (claims.length >= options.limit) break
      const attempt = await this.acquireLease(mailbox.id, options)
      if (attempt.kind === 'held') claims.push({ mailbox, lease: attempt.lease })
    }
    return claims
  }

  async collectionPairs(mailboxId: string) {
    return [...this.#tables.pairs.values()].filter((pair) => pair.mailboxId === mailboxId)
  }

  async collectionPairById(id: string) {
    return this.#tables.pairs.get(id) ?? null
  }

  async commit(lease: Lease, changes: readonly StateChange[]) {
    if (!this.#holds(lease)) throw new ConnectorError('lease.lost')
    for (const change of changes) this.#apply(frozen(change))
    if (changes.some((change) => change.kind === 'put-item-pair')) this.#assertUnique()
  }

  async pending(pairId: string, nowMs: number): Promise<PendingRow[]> {
    const due = (one: Observation) => one.dirty && (one.retryAtMs === null || one.retryAtMs <= nowMs)
    const rows = new Map<string, PendingRow>()
    for (const observation of this.#observationsOf(pairId).filter(due)) {
      const itemPair = this.#pairOf(observation)
      if (!itemPair) {
        rows.set(keyOf(observation), {
          itemPair: null,
          exchange: null,
          nextcloud: null,
          [observation.side]: observation,
        })
        continue
      }
      rows.set(itemPair.id, {
        itemPair,
        exchange: this.observation(pairId, 'exchange', itemPair.exchange.id),
        nextcloud: this.observation(pairId, 'nextcloud', itemPair.nextcloud.id),
      })
    }
    return [...rows.values()]
  }

  async observations(pairId: string, side: SideName, ids: readonly ItemId[]) {
    return ids.map((id) => this.observation(pairId, side, id)).filter((row) => row !== null)
  }

  async knownItems(pairId: string, side: SideName) {
    return this.#observationsOf(pairId).filter((row) => row.side === side)
  }

  async unpairedByUid(pairId: string, side: SideName, uids: readonly string[]) {
    return this.#observationsOf(pairId).filter(
      (row) => row.side === side && row.state === 'present' && uids.includes(row.uid) && !this.#pairOf(row),
    )
  }

  async itemPairBySide(pairId: string, side: SideName, id: ItemId) {
    return this.itemPairs(pairId).find((row) => row[side].id === id) ?? null
  }

  async itemPairsByUid(pairId: string, uids: readonly string[]) {
    return this.itemPairs(pairId).filter((row) => uids.includes(row.uid))
  }

  async countItemPairs(pairId: string) {
    return this.itemPairs(pairId).length
  }

  async *exportPair(pairId: string): AsyncIterable<StateChange[]> {
    const pair = this.#tables.pairs.get(pairId)
    if (!pair) return
    const intents = await this.openIntents(pairId)
    yield [
      { kind: 'put-collection-pair' as const, pair },
      ...this.itemPairs(pairId).map((itemPair) => ({ kind: 'put-item-pair' as const, itemPair })),
      ...this.#observationsOf(pairId).map((observation) => ({ kind: 'put-observation' as const, observation })),
      ...intents.map((intent) => ({ kind: 'open-intent' as const, intent })),
    ]
  }

  async problems(pairId: string) {
    return this.#observationsOf(pairId).filter((row) => row.problem !== null)
  }

  async openIntents(pairId: string) {
    return [...this.#tables.intents.values()].filter((intent) => intent.pairId === pairId)
  }

  async countRemovals(mailboxId: string, sinceMs: number) {
    const pairs = new Set((await this.collectionPairs(mailboxId)).map((pair) => pair.id))
    return this.#tables.actions.filter((row) => row.action === 'remove' && row.atMs >= sinceMs && pairs.has(row.pairId))
      .length
  }

  async archiveEntries(filter: { mailboxId?: string; id?: string }) {
    return [...this.#tables.archive.values()].filter(
      (row) => (!filter.mailboxId || row.mailboxId === filter.mailboxId) && (!filter.id || row.id === filter.id),
    )
  }

  async conflicts(filter: { mailboxId?: string; openOnly?: boolean; id?: string }) {
    return [...this.#tables.conflicts.values()].filter(
      (row) =>
        (!filter.mailboxId || row.mailboxId === filter.mailboxId) &&
        (!filter.id || row.id === filter.id) &&
        (!filter.openOnly || row.resolvedAtMs === null),
    )
  }

  async pruneArchive(nowMs: number) {
    const kept = new Set((await this.conflicts({ openOnly: true })).map((conflict) => conflict.archiveId))
    const expired = [...this.#tables.archive.values()].filter((row) => row.expiresAtMs <= nowMs && !kept.has(row.id))
    for (const row of expired) this.#tables.archive.delete(row.id)
    return expired.length
  }

  async passLogs(filter: { mailboxId?: string; limit: number }) {
    const rows = this.#tables.passes.filter((row) => !filter.mailboxId || row.mailboxId === filter.mailboxId)
    return rows.toReversed().slice(0, filter.limit)
  }

  async actionLogs(filter: { pairId: string; uid?: string; limit: number }) {
    const rows = this.#tables.actions.filter(
      (row) => row.pairId === filter.pairId && (!filter.uid || row.uid === filter.uid),
    )
    return rows.toReversed().slice(0, filter.limit)
  }

  async recentLogs({ sinceMs, limit }: { sinceMs: number; limit: number }) {
    const actions = this.#tables.actions.filter((row) => row.atMs >= sinceMs).slice(-limit)
    const passes = this.#tables.passes.filter((row) => row.endedAtMs >= sinceMs).slice(-limit)
    return { actions, passes }
  }

  #holds(lease: Lease): boolean {
    const row = this.#tables.leases.get(lease.mailboxId)
    return row?.fence === lease.fence && row.holder === lease.holder && row.untilMs > this.#clock.nowMs()
  }

  #apply(change: StateChange): void {
    const tables = this.#tables
    switch (change.kind) {
      case 'put-observation':
        tables.observations.set(keyOf(change.observation), change.observation)
        break
      case 'drop-observation':
        tables.observations.delete(keyOf(change))
        break
      case 'set-cursor': {
        const pair = tables.pairs.get(change.pairId)
        const field = change.side === 'exchange' ? 'exchangeCursor' : 'nextcloudCursor'
        if (pair) tables.pairs.set(pair.id, { ...pair, [field]: change.cursor })
        break
      }
      case 'put-item-pair':
        tables.itemPairs.set(change.itemPair.id, change.itemPair)
        break
      case 'drop-item-pair':
        tables.itemPairs.delete(change.id)
        break
      case 'open-intent':
        tables.intents.set(change.intent.token, change.intent)
        break
      case 'close-intent':
        tables.intents.delete(change.token)
        break
      case 'put-archive':
        if (!tables.archive.has(change.entry.id)) tables.archive.set(change.entry.id, change.entry)
        break
      case 'put-conflict':
        tables.conflicts.set(change.conflict.id, change.conflict)
        break
      case 'put-collection-pair':
        tables.pairs.set(change.pair.id, change.pair)
        break
      case 'reset-collection-pair':
        this.#reset(change.pairId)
        break
      case 'note-made':
        tables.made.set(`${change.pairId} ${change.side} ${change.itemId}`, change.itemId)
        break
      case 'put-mailbox':
        tables.mailboxes.set(change.mailbox.id, change.mailbox)
        break
      case 'log-pass':
        tables.passes.push(change.log)
        break
      case 'log-action':
        tables.actions.push(change.log)
        break
    }
  }

  #reset(pairId: string): void {
    for (const [key, row] of this.#tables.itemPairs) if (row.pairId === pairId) this.#tables.itemPairs.delete(key)
    for (const [key, row] of this.#tables.observations) if (row.pairId === pairId) this.#tables.observations.delete(key)
    const pair = this.#tables.pairs.get(pairId)
    if (pair) this.#tables.pairs.set(pairId, { ...pair, exchangeCursor: null, nextcloudCursor: null })
  }

  /** The unique keys of the databases. */
  #assertUnique(): void {
    const seen = new Set<string>()
    for (const row of this.#tables.itemPairs.values()) {
      for (const key of [`${row.pairId}|e|${row.exchange.id}`, `${row.pairId}|n|${row.nextcloud.id}`]) {
        if (seen.has(key)) throw new ConnectorError('state.corrupt', { detail: 'an item is in two pairs' })
        seen.add(key)
      }
    }
  }

  #observationsOf(pairId: string): Observation[] {
    const rows = [...this.#tables.observations].filter(([, row]) => row.pairId === pairId)
    return rows.sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row)
  }

  observation(pairId: string, side: SideName, itemId: ItemId): Observation | null {
    return this.#tables.observations.get(keyOf({ pairId, side, itemId })) ?? null
  }

  #pairOf(observation: Observation): ItemPair | null {
    return this.itemPairs(observation.pairId).find((row) => row[observation.side].id === observation.itemId) ?? null
  }
}

function keyOf(row: { pairId: string; side: SideName; itemId: ItemId }): string {
  return `${row.pairId}|${row.side}|${row.itemId}`
}

/** Frozen two levels deep, that is all of a row but the archive's document. */
function frozen(change: StateChange): StateChange {
  for (const row of Object.values(change)) {
    if (typeof row !== 'object' || row === null || Object.isFrozen(row)) continue
    for (const value of Object.values(row)) {
      if (typeof value !== 'object' || value === null) continue
      for (const inner of Object.values(value)) if (typeof inner === 'object') Object.freeze(inner)
      Object.freeze(value)
    }
    Object.freeze(row)
  }
  return change
}

function copyOf(tables: Tables): Tables {
  return {
    mailboxes: new Map(tables.mailboxes),
    leases: new Map(tables.leases),
    pairs: new Map(tables.pairs),
    itemPairs: new Map(tables.itemPairs),
    observations: new Map(tables.observations),
    intents: new Map(tables.intents),
    archive: new Map(tables.archive),
    conflicts: new Map(tables.conflicts),
    passes: [...tables.passes],
    actions: [...tables.actions],
    made: new Map(tables.made),
  }
}

function emptyTables(): Tables {
  return {
    mailboxes: new Map(),
    leases: new Map(),
    pairs: new Map(),
    itemPairs: new Map(),
    observations: new Map(),
    intents: new Map(),
    archive: new Map(),
    conflicts: new Map(),
    passes: [],
    actions: [],
    made: new Map(),
  }
}
