/**
 * One-way links (docs/decisions/0015-collections.md): one side is the original and is never written, the other is its copy. What a person does
 * in the copy is undone, with what was written there in the archive; what exists only in the copy is left alone. Pure.
 */
import type { FieldPath } from '../model/item.ts'
import type { SideName } from '../ports/side.ts'
import { type Decision, otherSide } from './decide.ts'
import { changedSince, fingerprint, hashedPath } from './fingerprint.ts'
import type { FieldPatch, MergeInput } from './merge.ts'

/** A base value that no hash equals. */
const STALE = 'stale'

/** An item that was thrown away in the copy comes back; one that is gone from the original and was edited in the copy stays there, alone. */
export function oneWayDecision(decision: Decision, original: SideName | null): Decision {
  if (original === null) return decision
  if (decision.kind === 'remove' && decision.side === original) return { kind: 'recreate', side: otherSide(original) }
  if (decision.kind === 'recreate' && decision.side === original) return { kind: 'forget' }
  return decision
}

/** The same merge, told that the original changed whatever was changed on either side, and the copy nothing. */
export function oneWayInput(input: MergeInput, original: SideName): MergeInput {
  const copy = otherSide(original)
  const { hash } = input
  const now = { exchange: fingerprint(input.exchange, hash), nextcloud: fingerprint(input.nextcloud, hash) }
  // Without a base, what only the copy has is kept there.
  const base = input.base ?? { [original]: {}, [copy]: now[copy] }
  const changed = [
    ...changedSince(baseOf(base, original), now[original]),
    ...changedSince(baseOf(base, copy), now[copy]),
  ]
  const stale = Object.fromEntries(changed.map((hashed) => [hashed, STALE]))
  const told = { [original]: { ...baseOf(base, original), ...stale }, [copy]: now[copy] }
  return {
    ...input,
    winner: original,
    base: { exchange: baseOf(told, 'exchange'), nextcloud: baseOf(told, 'nextcloud') },
  }
}

/** What a person had changed in the copy and the original takes back. Nothing where there is no base: then nobody changed anything. */
export function undoneBy(patch: FieldPatch, input: MergeInput, copy: SideName): FieldPath[] {
  if (!input.base) return []
  const changed = changedSince(input.base[copy], fingerprint(input[copy], input.hash))
  return [...patch.keys()].filter((path) => changed.has(hashedPath(path, input.hash)))
}

type Hashes = Readonly<Record<string, string>>

function baseOf(base: Readonly<Record<string, Hashes>>, side: SideName): Hashes {
  return base[side] ?? {}
}
