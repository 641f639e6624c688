/**
 * Mutants: the engine with one rule taken away. The simulation must notice each of them, or it would not notice the rule's loss
 * in real code either. A patch must match its file exactly once, so a mutant that no longer fits the code fails by name.
 */

export type Patch = { file: string; find: string; replace: string }

export type Mutant = {
  name: string
  /** The rule that is missing, with its number in docs/promises.md. */
  rule: string
  patches: readonly Patch[]
}

const MERGE = 'src/engine/execute-merge.ts'
const CREATE = 'src/engine/execute-create.ts'
const OBSERVE = 'src/engine/observe.ts'
const PLAN = 'src/sync/plan.ts'
const SIM_SIDE = 'test/sim/side.ts'

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no-intent-journal',
    rule: 'I13: a creation is journalled before the request leaves',
    patches: [{ file: CREATE, find: 'await context.store.commit(context.lease, intents)', replace: 'void intents' }],
  },
  {
    name: 'intents-forgotten',
    rule: 'I12: an open intent is settled by asking',
    patches: [
      {
        file: 'src/engine/recover.ts',
        find: 'const id = await context.sides[intent.side].findByToken(intent.token)',
        replace: 'const id: ItemId | null = null as ItemId | null',
      },
    ],
  },
  {
    name: 'unknown-create-is-not-done',
    rule: 'I12: a lost answer to a creation is not taken for a no',
    patches: [
      {
        file: CREATE,
        find: "'the answer to a creation was lost')\n      return []",
        replace: "'the answer to a creation was lost')\n      return [close]",
      },
    ],
  },
  {
    name: 'unknown-update-is-done',
    rule: 'I12: a lost answer to an update is not taken for a yes',
    patches: [
      {
        file: MERGE,
        find: "return outcome !== null && outcome.kind !== 'updated'",
        replace: "return outcome !== null && outcome.kind !== 'updated' && outcome.kind !== 'unknown'",
      },
    ],
  },
  {
    name: 'no-precondition-on-update',
    rule: 'I11: an update carries the version that the decision saw',
    patches: [
      {
        file: SIM_SIDE,
        find: "if (versionOf(item) !== request.current.version) return { kind: 'changed-underneath' }",
        replace: '',
      },
    ],
  },
  {
    name: 'no-precondition-on-removal',
    rule: 'I11: a removal carries the version that the decision saw',
    patches: [
      {
        file: SIM_SIDE,
        find: "if (versionOf(item) !== request.expect) return { kind: 'changed-underneath' }",
        replace: '',
      },
    ],
  },
  {
    name: 'removal-hint-is-a-fact',
    rule: 'I7: a removal that a feed tells is looked at',
    patches: [
      {
        file: OBSERVE,
        find: "if (observation?.state !== 'present' || removed.has(id)) return true",
        replace: "if (removed.has(id)) return false\n    if (observation?.state !== 'present') return true",
      },
      {
        file: OBSERVE,
        find: 'const result: ReadChanges = { changes: [], appeared: 0, items: [] }',
        replace: `const result: ReadChanges = { changes: [], appeared: 0, items: [] }
  for (const observation of known.values())
    if (removed.has(observation.itemId))
      result.changes.push({ kind: 'put-observation', observation: { ...observation, state: 'gone', dirty: true } })`,
      },
    ],
  },
  {
    name: 'removal-hint-of-the-unknown-ignored',
    rule: 'I7: a removal of something unknown is looked at as well',
    patches: [
      {
        file: OBSERVE,
        find: "if (observation?.state !== 'present' || removed.has(id)) return true",
        replace:
          "if (!observation && removed.has(id)) return false\n    if (observation?.state !== 'present' || removed.has(id)) return true",
      },
    ],
  },
  {
    name: 'absence-is-deletion',
    rule: 'I8: what a list does not name is asked for',
    patches: [
      {
        file: OBSERVE,
        find: 'const { changes } = await readItems(context, side, missing.slice(at, at + READ_CHUNK))',
        replace: `const unlisted = await context.store.observations(context.pair.id, side, missing.slice(at, at + READ_CHUNK))
    const changes = unlisted.map((one): StateChange => {
      return { kind: 'put-observation', observation: { ...one, state: 'gone', dirty: true } }
    })`,
      },
    ],
  },
  {
    name: 'cursor-first',
    rule: 'I9: the cursor is stored with the observations, never earlier',
    patches: [
      {
        file: OBSERVE,
        find: "const { changes } = await readHints(context, { side, hints: page.hints, seenBy: 'feed' })",
        replace: `await context.store.commit(context.lease, [setCursor(context, side, page.cursor)])
    const { changes } = await readHints(context, { side, hints: page.hints, seenBy: 'feed' })`,
      },
    ],
  },
  {
    name: 'unreadable-is-absent',
    rule: 'I10: an unreadable item may be the one that seems to be missing',
    patches: [
      {
        file: PLAN,
        find: "  if (entry.kind !== 'create' && entry.kind !== 'remove') return false\n",
        replace: '  if (veils) return false\n',
      },
    ],
  },
  {
    name: 'no-archive-of-conflicts',
    rule: 'I16: what loses a conflict is archived first',
    patches: [
      { file: MERGE, find: 'if (losers.length > 0) await context.store.commit(context.lease, losers)', replace: '' },
    ],
  },
  {
    name: 'no-archive-of-removals',
    rule: 'I16: what is removed is archived first',
    patches: [
      {
        file: 'src/engine/execute-remove.ts',
        find: 'await context.store.commit(context.lease, archive)',
        replace: 'void archive',
      },
    ],
  },
  {
    name: 'no-archive-of-trash',
    rule: 'I16: what lies in a trash bin is archived before it is removed for good',
    patches: [
      {
        file: 'src/engine/create-items.ts',
        find: 'await keep(context, side, { deleted: blocked.flatMap(({ by }) => by) })',
        replace: '',
      },
    ],
  },
  {
    name: 'echo',
    rule: 'I15: the base is what the server returned, not what was sent',
    patches: [
      {
        file: MERGE,
        find: 'if (!outcome.overtaken) return { item: outcome.item, written: null }',
        replace:
          'if (!outcome.overtaken) return { item: { ...outcome.item, model: work.writes[side].desired }, written: null }',
      },
    ],
  },
  {
    name: 'overtaken-write-is-ours',
    rule: 'I4: what was read back may be a later edit',
    patches: [
      {
        file: MERGE,
        find: 'if (!outcome.overtaken) return { item: outcome.item, written: null }',
        replace: 'if (outcome.item) return { item: outcome.item, written: null }',
      },
    ],
  },
  {
    name: 'unsettled-base-taken-over',
    rule: 'I4: a field that could not be written keeps its old base',
    patches: [
      {
        file: MERGE,
        find: 'const paths = after.stuck.flatMap((target) => work.writes[target].changed)',
        replace: 'const paths: FieldPath[] = []',
      },
    ],
  },
  {
    name: 'state-loss-is-deletion',
    rule: 'I5: an item without a base is new, never deleted elsewhere',
    patches: [
      {
        file: PLAN,
        find: "return { kind: 'create', side: otherSide(source.side), source, replaces: null, reason }",
        replace: `const own = { id: source.itemId, version: source.version as never, hashes: source.hashes }
  const itemPair = { id: reason, pairId: source.pairId, uid: source.uid, exchange: own, nextcloud: own }
  return { kind: 'remove', side: source.side, itemPair, expect: source, gone: source }`,
      },
    ],
  },
  {
    name: 'first-pass-deletes',
    rule: 'guard: a first pass creates and adopts only',
    patches: [
      {
        file: 'src/engine/pass.ts',
        find: 'if (context.pair.firstPassDone) return planned',
        replace: 'if (context.pair) return planned',
      },
    ],
  },
  {
    name: 'edit-loses-to-delete',
    rule: 'I17: edit beats delete',
    patches: [
      {
        file: 'src/sync/decide.ts',
        find: "return nextcloud === 'changed' ? recreate('exchange') : remove('nextcloud')",
        replace: "return remove('nextcloud')",
      },
    ],
  },
  {
    name: 'no-guards',
    rule: 'I21: a plan over a limit executes nothing',
    patches: [
      {
        file: 'src/sync/guard.ts',
        find: "return verdicts.find(stops) ?? { kind: 'pass' }",
        replace: "return verdicts.find((verdict) => verdict.kind === 'pass') ?? { kind: 'pass' }",
      },
    ],
  },
  {
    name: 'listing-judged-once',
    rule: 'I21: what a listing said is listed again when the pass died before its guards',
    patches: [{ file: OBSERVE, find: 'if (toCompare.size > 0) await insistOnListing(context)', replace: '' }],
  },
  {
    name: 'vanished-is-told',
    rule: 'guard: only what the feed told is excused from the look for a rolled-back server',
    patches: [
      {
        file: OBSERVE,
        find: 'new Set([...vanished].filter((id) => told.has(id)))',
        replace: 'new Set([...vanished, ...told].filter((id) => vanished.has(id)))',
      },
    ],
  },
  {
    name: 'releases-taken-back',
    rule: 'guards: a release counts until a pass gets through',
    patches: [
      {
        file: 'src/engine/pass.ts',
        find: 'const releasedBefore = releasedGuards(before).filter((released) => !isSameGuard(released, reason))',
        replace: 'const releasedBefore: ReleasedGuard[] = []',
      },
    ],
  },
  {
    name: 'no-identity-check',
    rule: 'guard: another folder is not the same folder',
    patches: [
      {
        file: 'src/engine/identity.ts',
        find: 'if (known === identity) return',
        replace: 'if (known === identity || known !== null) return',
      },
    ],
  },
  {
    name: 'ids-never-change',
    rule: 'I14: an item that is found again under a new id is the same item',
    patches: [
      { file: PLAN, find: "if (found && itemPair.uid !== '') {", replace: "if (found && itemPair.uid === '') {" },
    ],
  },
  {
    name: 'duplicate-uid-unchecked',
    rule: 'I14: a second item of a paired UID gets no counterpart',
    patches: [{ file: PLAN, find: 'if (input.pairedUids.has(uid)) {', replace: "if (input.pairedUids.has('')) {" }],
  },
  {
    name: 'duplicates-stay',
    rule: 'I14: a second item of a UID is an item of its own once the pair has ended',
    patches: [
      { file: 'src/engine/duplicates.ts', find: 'if (uids.length === 0) return []', replace: 'if (uids) return []' },
    ],
  },
  {
    name: 'no-lease-check',
    rule: 'I20: the lease is checked before the next write',
    patches: [
      {
        file: 'src/engine/user.ts',
        find: "if (!(await run.store.renewLease(run.lease, LEASE_TTL_MS))) throw new ConnectorError('lease.lost')",
        replace: 'await run.store.renewLease(run.lease, LEASE_TTL_MS)',
      },
    ],
  },
  {
    name: 'lease-trusts-the-clock',
    rule: 'I20: a clock that was set back does not make a lease younger',
    patches: [{ file: 'src/engine/user.ts', find: 'if (heldMs >= 0 && heldMs <', replace: 'if (heldMs <' }],
  },
  {
    name: 'no-fence',
    rule: 'I20: a commit with an old fence fails',
    patches: [
      {
        file: 'test/sim/memory-store.ts',
        find: "if (!this.#holds(lease)) throw new ConnectorError('lease.lost')",
        replace: '',
      },
    ],
  },
  {
    name: 'dry-run-writes',
    rule: 'P5: a dry run changes nothing',
    patches: [
      {
        file: 'src/engine/execute.ts',
        find: 'if (context.dryRun) for (const work of works) plannedOnly(work, accounts)\n    else await',
        replace: 'if (context.dryRun) for (const work of works) plannedOnly(work, accounts)\n    await',
      },
    ],
  },
]
