/** The connector as commands and the daemon see it: users, runs and status over one state store. Knows no concrete server. */
import type { Item } from '../model/item.ts'
import type { Clock, Every, Random } from '../ports/clock.ts'
import type { DaemonParts, ServiceAccounts } from '../ports/daemon.ts'
import type { Desk } from '../ports/desk.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { Log } from '../ports/log.ts'
import type { Metrics } from '../ports/metrics.ts'
import type { ApprovedPlan, RunReport, UserReport } from '../ports/report.ts'
import type { Connector, SyncOptions, User } from '../ports/service.ts'
import type { SharedWork } from '../ports/shared-work.ts'
import type { NativeDocument } from '../ports/side.ts'
import type { Claim, Lease, Mailbox, StateStore } from '../ports/state-store.ts'
import type { KeyedHash } from '../sync/fingerprint.ts'
import { createAdministration } from './admin.ts'
import { pruner } from './admin-prune.ts'
import { statusOf } from './admin-status.ts'
import { enrolled, enrolledUsers } from './admin-who.ts'
import { approvedOf, planDifference } from './approved.ts'
import type { EngineOptions } from './context.ts'
import { Daemon } from './daemon.ts'
import type { EndpointsOf } from './endpoints.ts'
import { type Heart, withHeartbeat } from './heartbeat.ts'
import { measureUser } from './measure.ts'
import { Places } from './places.ts'
import { runBatch } from './run.ts'
import { copyMailbox } from './scratch.ts'
import { LEASE_TTL_MS, type OpenPairs, runUser } from './user.ts'
import { welcome } from './welcome.ts'

export type ServiceOptions = {
  store: StateStore
  /** Null: nothing is shared; only one process works on this store. */
  shared: SharedWork | null
  /** Null: which account acts is not known, and places are not counted. */
  accounts: () => Promise<ServiceAccounts | null>
  endpointsOf: EndpointsOf
  daemonParts: (version: string) => Promise<DaemonParts>
  /** Reads users and service accounts again. Errors: those of reading them; then everything stays as it was. */
  reload: () => Promise<void>
  /** Null: users do not come from the Nextcloud app. */
  desk: (() => Promise<Desk>) | null
  /** An empty, migrated store that is thrown away: for dry runs. */
  openScratch: () => Promise<StateStore>
  /** Everybody, also those who are not synced. */
  users: () => Promise<User[]>
  openPairs: OpenPairs
  hash: () => Promise<KeyedHash>
  options: EngineOptions
  intervals: { normalMs: number; criticalMs: number }
  batchLimit: number
  parallelMax: number
  /** Names this process in leases: host, process id and a random part. */
  holder: string
  clock: Clock
  /** For the heartbeat of leases. */
  every: Every
  random: Random
  log: Log
  metrics: Metrics
  /** Reads an archived document of this mailbox back into the model. Throws `item.unreadable`. */
  decode: (email: string, document: NativeDocument) => Item | Promise<Item>
  rotateKey: () => Promise<{ rewrapped: number }>
  testPool: Connector['testPool']
  close: () => Promise<void>
}

/** A mailbox whose user is not enrolled any more is looked at again after this time. */
const NOT_ENROLLED_WAIT_MS = 24 * 3_600_000

export function createConnector(service: ServiceOptions): Connector {
  const prune = pruner(service)
  let daemon: Daemon | null = null
  return {
    store: service.store,
    admin: createAdministration(service),
    users: service.users,
    syncUser: (email, options) => prune(syncUser(service, email, options)),
    syncRun: (options) => prune(syncRun(service, options)),
    status: (email) => statusOf(service, email),
    daemon: async ({ signal, version }) => {
      daemon = new Daemon(service, await service.daemonParts(version), signal)
      return await daemon.run()
    },
    reload: async () => {
      await service.reload()
      daemon?.reload()
    },
    testPool: service.testPool,
    close: service.close,
  }
}

async function syncUser(service: ServiceOptions, email: string, options: SyncOptions): Promise<UserReport> {
  await service.store.check()
  const user = await enrolled(service, email)
  if (options.dryRun) return dryRun(service, user.email, options)
  const mailbox = await service.store.ensureMailbox(user.email)
  const attempt = await service.store.acquireLease(mailbox.id, { holder: service.holder, ttlMs: LEASE_TTL_MS })
  if (attempt.kind === 'busy') {
    throw new ConnectorError('lease.held', { mailbox: user.email, holder: attempt.holder, untilMs: attempt.untilMs })
  }
  try {
    // Read again under the lease: it may have been paused a moment ago.
    const now = (await service.store.mailboxByEmail(user.email)) ?? mailbox
    if (now.status === 'paused' && options.force !== true)
      throw new ConnectorError('usage.paused', { email: user.email, reason: now.statusReason ?? undefined })
    if (options.plan) await assertUnchanged(service, { email: now.email, plan: options.plan }, options)
    await new Places(service).take(user.email, attempt.lease, options.signal)
    return await runLeased(service, { mailbox: now, lease: attempt.lease, store: service.store }, options)
  } finally {
    await service.store.releaseLease(attempt.lease)
  }
}

/** Nobody else writes for this mailbox meanwhile (the lease is held); an edit by a person in between is left to the next pass. */
async function assertUnchanged(
  service: ServiceOptions,
  { email, plan }: { email: string; plan: ApprovedPlan },
  options: SyncOptions,
): Promise<void> {
  const now = await dryRun(service, email, options)
  if (now.error) throw new ConnectorError(now.error.code, now.error.fields)
  const { added, dropped } = planDifference(plan, now)
  if (added + dropped > 0) throw new ConnectorError('guard.plan-changed', { email, added, dropped })
}

async function syncRun(service: ServiceOptions, options: SyncOptions): Promise<RunReport> {
  const startedAtMs = service.clock.nowMs()
  await service.store.check()
  if (!options.dryRun) await takeFromDesk(service, options.signal)
  const users = await enrolledUsers(service)
  await welcome(service, users)
  const active = new Set(users.filter((user) => user.enabled).map((user) => user.email))
  const places = new Places(service)
  const reports = options.dryRun
    ? await dryRunDue(service, active, options)
    : await runBatch({
        store: service.store,
        holder: service.holder,
        parallelMax: service.parallelMax,
        notDueToo: options.notDueToo ?? false,
        signal: options.signal,
        accounts: () => places.current(),
        takePlace: (claim) => takePlace(places, claim, options.signal),
        runClaim: (claim) => runClaimed(service, { claim, active }, options),
      })
  const held = options.dryRun ? [] : await service.shared?.heldByOthers(service.holder, !(options.notDueToo ?? false))
  return { dryRun: options.dryRun, users: reports, held: held ?? [], tookMs: service.clock.nowMs() - startedAtMs }
}

/** What came in since the last run. An app that cannot be asked is said by whoever needs it next. */
async function takeFromDesk(service: ServiceOptions, signal: AbortSignal): Promise<void> {
  if (!service.desk) return
  try {
    await (await service.desk()).poll(signal)
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code === 'bug') throw error
    service.log.warn({ code: error.code }, 'the Nextcloud app could not be polled')
  }
}

/** Null: the user is not enrolled any more, and there was nothing to do. */
export async function runClaimed(
  service: ServiceOptions,
  { claim, active }: { claim: Claim; active: ReadonlySet<string> },
  options: SyncOptions,
): Promise<UserReport | null> {
  const { mailbox, lease } = claim
  if (active.has(mailbox.email)) return runLeased(service, { mailbox, lease, store: service.store }, options)
  const nextRunAtMs = service.clock.nowMs() + NOT_ENROLLED_WAIT_MS
  await service.store.commit(lease, [{ kind: 'put-mailbox', mailbox: { ...mailbox, nextRunAtMs } }])
  return null
}

/** False when its account is busy for so long that the mailbox is left to a later run. */
async function takePlace(places: Places, { mailbox, lease }: Claim, signal: AbortSignal): Promise<boolean> {
  try {
    await places.take(mailbox.email, lease, signal)
    return true
  } catch (error) {
    if (error instanceof ConnectorError && ['lease.account-full', 'stopped'].includes(error.code)) return false
    throw error
  }
}

async function dryRunDue(
  service: ServiceOptions,
  active: ReadonlySet<string>,
  options: SyncOptions,
): Promise<UserReport[]> {
  const nowMs = service.clock.nowMs()
  const reports: UserReport[] = []
  for (const mailbox of await service.store.listMailboxes()) {
    if (options.signal.aborted) break
    const isDue = options.notDueToo || mailbox.nextRunAtMs <= nowMs
    if (!active.has(mailbox.email) || mailbox.status !== 'active' || !isDue) continue
    reports.push(await dryRun(service, mailbox.email, options))
  }
  return reports
}

/** Needs no lease and changes no state: it works on a copy, also while another run is at work. */
async function dryRun(service: ServiceOptions, email: string, options: SyncOptions): Promise<UserReport> {
  const scratch = await service.openScratch()
  try {
    const copy = await copyMailbox(service.store, scratch, email)
    return await runLeased(service, { ...copy, store: scratch }, { ...options, dryRun: true })
  } finally {
    await scratch.close()
  }
}

type Held = { mailbox: Mailbox; lease: Lease; store: StateStore }

async function runLeased(service: ServiceOptions, held: Held, options: SyncOptions): Promise<UserReport> {
  const { every, log } = service
  const beating = { ...held, every, log, signal: options.signal }
  const report = await withHeartbeat(beating, (heart) => runBeating(service, { ...held, ...heart }, options))
  measureUser(service.metrics, report)
  if (service.desk && !options.dryRun) (await service.desk()).report(report)
  return report
}

async function runBeating(service: ServiceOptions, held: Held & Heart, options: SyncOptions): Promise<UserReport> {
  return runUser({
    ...held,
    openPairs: service.openPairs,
    options: service.options,
    intervals: service.intervals,
    hash: await service.hash(),
    allowDeletes: options.allowDeletes,
    ...(options.plan && !options.dryRun && { approved: approvedOf(options.plan) }),
    dryRun: options.dryRun,
    clock: service.clock,
    random: service.random,
    log: service.log,
    metrics: service.metrics,
    onProgress: options.onProgress ?? (() => {}),
  })
}
