/**
 * One pass over one collection pair: recover, observe, plan, guard, execute, in at most ROUNDS_MAX rounds (promises.md, a pass).
 * It never throws for the collection's own troubles: they end in the report, and other collections go on (I23).
 */
import { ROUNDS_MAX } from '../limits.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { ErrorReport, PairReport } from '../ports/report.ts'
import type {
  CollectionPair,
  HaltReason,
  PassCounts,
  PassOutcome,
  ReleasedGuard,
  StateChange,
} from '../ports/state-store.ts'
import { guard, isNumberAllowed, type Listing, releasedByNumber } from '../sync/guard.ts'
import { type Plan, plan } from '../sync/plan.ts'
import { Accounts } from './accounts.ts'
import { addsUp, assertPlan } from './assert.ts'
import { originalOfPair, type PassContext } from './context.ts'
import { execute } from './execute.ts'
import { observeBoth } from './observe.ts'
import { pendingRows } from './pending.ts'
import { recover } from './recover.ts'

const DAY_MS = 86_400_000

type Result = { halt: HaltReason | null; error: ErrorReport | null; leftOver: boolean }

export async function runPair(context: PassContext): Promise<PairReport> {
  const startedAtMs = context.clock.nowMs()
  const firstPass = !context.pair.firstPassDone
  const accounts = new Accounts(context.dryRun)
  const pairedBefore = await context.store.countItemPairs(context.pair.id)
  const result = await runGuarded(context, accounts)
  const counts = accounts.counts(pairedBefore)
  if (!addsUp(counts)) context.log.error({ collection: context.pair.name, ...counts }, 'the books do not add up')
  const waiting = (await context.store.problems(context.pair.id)).filter((one) => one.dirty).length
  const outcome = outcomeOf(result, counts, waiting)
  await finish(context, { result, outcome, counts, startedAtMs })
  return {
    pairId: context.pair.id,
    kind: context.pair.kind,
    name: context.pair.name,
    outcome,
    firstPass,
    counts,
    waiting,
    actions: accounts.actions,
    problems: accounts.problems,
    halt: result.halt,
    error: result.error,
  }
}

/** Troubles of the collection become data; a lost lease, a stop and bugs end the whole pass. */
async function runGuarded(context: PassContext, accounts: Accounts): Promise<Result> {
  try {
    return await runRounds(context, accounts)
  } catch (error) {
    if (!(error instanceof ConnectorError) || endsEverything(error)) throw error
    if (error.code === 'guard.halted') return { halt: halt(context, thrownGuard(error)), error: null, leftOver: true }
    context.log.warn({ code: error.code, ...error.fields }, 'the pass over a collection failed')
    return { halt: null, error: { code: error.code, fields: error.fields }, leftOver: true }
  }
}

function thrownGuard({ fields }: ConnectorError): ReleasedGuard {
  const side = fields.side === 'nextcloud' ? 'nextcloud' : 'exchange'
  return { guard: String(fields.guard), side, numbers: {} }
}

function endsEverything(error: ConnectorError): boolean {
  return ['lease.lost', 'stopped', 'bug'].includes(error.code) || error.code.startsWith('state.')
}

async function runRounds(context: PassContext, accounts: Accounts): Promise<Result> {
  let listings: Listing[] = []
  const { lastScrubAtMs } = context.pair
  const full = scrubIsDue(context)
  for (let round = 0; round < ROUNDS_MAX; round++) {
    await recover(context, accounts)
    if (round === 0) listings = await observeBoth(context, full)
    const input = await pendingRows(context)
    const planned = withoutForbidden(context, plan(input))
    assertPlan(planned, originalOfPair(context.pair))
    const stopped = await guarded(context, planned, round === 0 ? listings : [])
    // A dry run shows what the guard stopped: a person must see it before letting it pass (P4, P5).
    if (stopped && context.dryRun) await execute(context, planned.entries, accounts)
    if (stopped) return { halt: stopped, error: null, leftOver: true }
    // Only now has a listing done its work: what it said was judged.
    context.pair = { ...context.pair, lastScrubAtMs: full ? context.clock.nowMs() : lastScrubAtMs }
    if (input.rows.length === 0) return { halt: null, error: null, leftOver: false }
    await endHalt(context)
    // In a dry run, too, an item found under a new id must be known by it before the rest can be planned.
    const rebinds = context.dryRun ? planned.entries.filter((entry) => entry.kind === 'rebind') : []
    await execute(context, rebinds.length > 0 ? rebinds : planned.entries, accounts)
    if (context.dryRun && rebinds.length === 0) return { halt: null, error: null, leftOver: false }
  }
  const left = await context.store.pending(context.pair.id, context.clock.nowMs())
  return { halt: null, error: null, leftOver: left.length > 0 }
}

/**
 * A plan that the guards let pass ends what they said before, whatever becomes of this pass: a release is for what its administrator
 * saw, and a halt that is over cannot be released for the next surprise.
 */
async function endHalt(context: PassContext): Promise<void> {
  if (context.haltEnded || context.dryRun || context.pair.halt === null) return
  const pair: CollectionPair = { ...context.pair, status: 'active', halt: null }
  await context.store.commit(context.lease, [{ kind: 'put-collection-pair', pair }])
  context.haltEnded = true
}

/** A full comparison is due; spread over the pairs by a part of the interval that depends on the pair. */
function scrubIsDue(context: PassContext): boolean {
  const { lastScrubAtMs, id, halt } = context.pair
  // What a listing said must be said by a listing again before anything of it is done.
  if (lastScrubAtMs === null || halt?.guard === 'empty-side') return true
  const spread = (Number.parseInt(id.replaceAll('-', '').slice(0, 6), 16) || 0) / 0xffffff
  return context.clock.nowMs() - lastScrubAtMs > context.options.scrubIntervalMs * (0.75 + 0.5 * spread)
}

/** The first pass creates and adopts only; removals wait until it is complete. */
function withoutForbidden(context: PassContext, planned: Plan): Plan {
  if (context.pair.firstPassDone) return planned
  return { entries: planned.entries.filter((entry) => entry.kind !== 'remove') }
}

async function guarded(context: PassContext, planned: Plan, listings: Listing[]): Promise<HaltReason | null> {
  const { store, pair, options } = context
  const halted = isNumberAllowed(planned, context.allowDeletes) ? releasedByNumber(pair.halt) : pair.halt
  if (halted?.guard === 'server-rolled-back' && !halted.released) return halted
  const nowMs = context.clock.nowMs()
  const pairs = await store.collectionPairs(pair.mailboxId)
  const sizes = await Promise.all(pairs.map((other) => store.countItemPairs(other.id)))
  const verdict = guard({
    plan: planned,
    baseCount: await store.countItemPairs(pair.id),
    removedInPass: context.removals,
    mailboxBaseCount: sizes.reduce((sum, size) => sum + size, 0),
    removedInLastDay: await store.countRemovals(pair.mailboxId, nowMs - DAY_MS),
    listings,
    limits: options.guards,
    allowDeletes: context.allowDeletes,
    halted,
    released: releasedGuards(halted),
  })
  // What the number releases is used up by this plan, as what `users resume` released.
  if (verdict.kind === 'pass' && halted !== pair.halt) context.pair = { ...context.pair, halt: halted }
  if (verdict.kind === 'pass') return null
  const { guard: name, side, numbers } = verdict
  return halt(context, { guard: name, ...(side && { side }), numbers }, halted)
}

function halt(context: PassContext, reason: ReleasedGuard, before = context.pair.halt): HaltReason {
  const sinceMs = before && isSameGuard(before, reason) ? before.sinceMs : context.clock.nowMs()
  const { guard, side, numbers } = reason
  context.log.warn({ collection: context.pair.name, guard, side, ...numbers }, 'a guard halted the collection')
  const releasedBefore = releasedGuards(before).filter((released) => !isSameGuard(released, reason))
  return { ...reason, sinceMs, ...(releasedBefore.length > 0 && { releasedBefore }) }
}

/** Two guards that halt in turn would otherwise take back each other's release. */
function releasedGuards(halt: HaltReason | null): ReleasedGuard[] {
  if (!halt) return []
  const { guard, side, numbers, released, releasedBefore = [] } = halt
  if (!released) return [...releasedBefore]
  return [...releasedBefore.filter((one) => !isSameGuard(one, halt)), { guard, ...(side && { side }), numbers }]
}

function isSameGuard(one: ReleasedGuard, other: ReleasedGuard): boolean {
  return one.guard === other.guard && one.side === other.side
}

/** `in-step` only when nothing at all is left to do, now or at a later try. */
function outcomeOf(result: Result, counts: PassCounts, waiting: number): PassOutcome {
  if (result.halt) return 'halted'
  if (result.error) return 'failed'
  return counts.failed > 0 || waiting > 0 || result.leftOver ? 'partial' : 'in-step'
}

async function finish(
  context: PassContext,
  done: { result: Result; outcome: PassOutcome; counts: PassCounts; startedAtMs: number },
): Promise<void> {
  const { result, outcome, counts, startedAtMs } = done
  const pair: CollectionPair = {
    ...context.pair,
    firstPassDone: context.pair.firstPassDone || (!result.halt && !result.error),
    status: result.halt ? 'halted' : 'active',
    halt: result.halt ?? (result.error && !context.haltEnded ? context.pair.halt : null),
  }
  // Ten thousand idle mailboxes would write a hundred rows a second that say nothing; the mailbox's row has the time of its last success.
  const isIdle = outcome === 'in-step' && context.pair.firstPassDone && counts.seen === counts.unchanged
  context.pair = pair
  const errorCode = result.error?.code ?? null
  const endedAtMs = context.clock.nowMs()
  const { mailboxId, id: pairId } = pair
  const log = { id: context.passId, mailboxId, pairId, startedAtMs, endedAtMs, outcome, counts, errorCode }
  const changes: StateChange[] = isIdle ? [] : [{ kind: 'log-pass', log }]
  await context.store.commit(context.lease, [{ kind: 'put-collection-pair', pair }, ...changes])
  const fields = { collection: pair.name, outcome, ...counts, tookMs: endedAtMs - startedAtMs }
  if (isIdle) context.log.debug(fields, 'pass finished, nothing to do')
  else context.log.info(fields, 'pass finished')
}
