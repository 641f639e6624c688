/**
 * Creating items. The intent is committed before the request leaves (I13), with a token that the server will hold:
 * whatever happens to the answer, recovery finds the item by the token instead of making a second one (I14).
 */
import { unreachable } from '../ports/errors.ts'
import type { SideName, Token } from '../ports/side.ts'
import type { Intent, ItemPair, StateChange } from '../ports/state-store.ts'
import { otherSide } from '../sync/decide.ts'
import { type Accounts, bookKey } from './accounts.ts'
import { conflictRow } from './archive.ts'
import type { PassContext } from './context.ts'
import { type Created, createItems } from './create-items.ts'
import { filesOf } from './files.ts'
import { noteMade } from './note-made.ts'
import { readItems } from './observe.ts'
import { baseOf, failed, fittedHashes, isStop, type Landed, logAction, pairUp } from './settle.ts'
import { actionsOf, type CreateWork } from './work.ts'

export async function executeCreates(
  context: PassContext,
  side: SideName,
  works: readonly CreateWork[],
  accounts: Accounts,
) {
  if (works.length === 0) return
  const jobs = works.map((work) => ({ work, token: context.random.uuid() as Token }))
  const intents = jobs.map(
    ({ work, token }): StateChange => ({ kind: 'open-intent', intent: intentOf(context, work, token) }),
  )
  await context.store.commit(context.lease, intents)
  await context.checkpoint()
  const outcomes = await createItems(
    context,
    side,
    jobs.map(({ work, token }) => ({
      token,
      desired: work.source.model,
      files: filesOf(context, work.source, side),
      mail: work.mail,
    })),
  )
  const changes: StateChange[] = []
  for (const [index, job] of jobs.entries()) {
    const outcome = outcomes[index]
    if (outcome) changes.push(...(await settleCreate(context, { ...job, outcome }, accounts)))
  }
  await context.store.commit(context.lease, changes)
}

function intentOf(context: PassContext, work: CreateWork, token: Token): Intent {
  return {
    token,
    pairId: context.pair.id,
    action: 'create',
    side: work.side,
    uid: work.source.uid,
    sourceId: work.source.id,
    targetId: work.replaces?.[work.side].id ?? null,
    expect: null,
    itemPairId: work.replaces?.id ?? null,
    sourceHashes: context.prints.hashes(work.source.model),
    desiredHashes: fittedHashes(context, work.side, work.source.model, null),
    openedAtMs: context.clock.nowMs(),
  }
}

type Job = { work: CreateWork; token: Token; outcome: Created }

async function settleCreate(
  context: PassContext,
  { work, token, outcome }: Job,
  accounts: Accounts,
): Promise<StateChange[]> {
  const close: StateChange = { kind: 'close-intent', token }
  const key = bookKey(work.replaces, otherSide(work.side), work.source.id)
  const report = (result: 'done' | 'deferred' | 'failed') => {
    for (const action of actionsOf(work)) accounts.act(action, result)
  }
  switch (outcome.kind) {
    case 'created': {
      const written = outcome.overtaken ? { desired: work.source.model, replaced: null } : null
      const { changes, itemPair } = linkCreated(context, work, { item: outcome.item, written })
      accounts.note(key, work.replaces ? 'conflicts' : 'created')
      accounts.becamePair(key, itemPair)
      report('done')
      context.onWritten?.(work.side, work.source.modifiedAtMs)
      return [...changes, ...noteMade(context, work.side, outcome.item.id), close]
    }
    case 'already': {
      // Somebody made it before us (the same UID, or this token): look at it afresh; the next round adopts it.
      accounts.note(key, 'skipped')
      report('deferred')
      const { changes } = outcome.id ? await readItems(context, work.side, [outcome.id]) : { changes: [] }
      return outcome.reason === 'token' ? changes : [...changes, close]
    }
    case 'refused':
      if (isStop(outcome.error)) return [close]
      accounts.note(key, 'failed')
      report('failed')
      return [failed(context, work.observation, outcome.error), close]
    case 'unknown':
      // The intent stays open: recovery asks by token before anything else is decided about this item (I12).
      accounts.note(key, 'failed')
      report('failed')
      context.log.warn({ side: work.side, code: outcome.error.code }, 'the answer to a creation was lost')
      return []
    default:
      return unreachable(outcome)
  }
}

/** The new pair of a source and what was created from it. */
function linkCreated(context: PassContext, work: CreateWork, created: Landed) {
  const source = otherSide(work.side)
  const landed = { [work.side]: created, [source]: { item: work.source, written: null } } as Parameters<
    typeof pairUp
  >[2]
  const settledAll = { paths: [], oldBase: null }
  const itemPair: ItemPair = {
    id: context.random.uuid(),
    pairId: context.pair.id,
    uid: work.source.uid,
    exchange: baseOf(context, 'exchange', landed.exchange, settledAll),
    nextcloud: baseOf(context, 'nextcloud', landed.nextcloud, settledAll),
  }
  const fields = {
    uid: work.source.uid,
    action: 'create',
    side: work.side,
    reason: work.reason,
    before: null,
    after: created.item.version,
  }
  const changes = [
    ...replaced(context, work),
    ...pairUp(context, itemPair, landed, { exchange: false, nextcloud: false }),
    logAction(context, fields),
  ]
  return { changes, itemPair }
}

/** Edit beats delete (I17): the old pair goes, and the case is listed for a person to see. */
function replaced(context: PassContext, work: CreateWork): StateChange[] {
  const { replaces, side } = work
  if (!replaces) return []
  const conflict = conflictRow(context, {
    itemPairId: null,
    uid: replaces.uid,
    paths: [],
    kind: 'edit-delete',
    winner: otherSide(side),
    archiveId: null,
  })
  return [
    { kind: 'put-conflict', conflict },
    { kind: 'drop-item-pair', id: replaces.id },
    { kind: 'drop-observation', pairId: context.pair.id, side, itemId: replaces[side].id },
  ]
}
