/** Chooses how two items are merged: as always, or, when one of them is or was a masked copy, by times alone (sync/mask-merge.ts). */
import type { SideItem, SideName } from '../ports/side.ts'
import type { FieldHashes } from '../ports/state-store.ts'
import { otherSide } from '../sync/decide.ts'
import { fingerprint } from '../sync/fingerprint.ts'
import { mergeMasked } from '../sync/mask-merge.ts'
import { type WordsRule, wordsRule } from '../sync/mask-relation.ts'
import { type Merge, type MergeInput, merge } from '../sync/merge.ts'
import { oneWayInput, undoneBy } from '../sync/one-way.ts'

/** `covers`: the side on which words of its own are overwritten by masking it or filling it in; they belong in the archive. */
export type MergedItems = Merge & { rule: WordsRule; covers: SideName | null }

export function mergeItems(input: MergeInput, items: Record<SideName, SideItem>): MergedItems {
  const rule = ruleOf(input, items)
  if (rule.kind === 'merge') return { ...merge(input), rule, covers: null }
  const result = mergeMasked(input, rule)
  if (rule.kind === 'blocked') return { ...result, rule, covers: null }
  const copy = otherSide(rule.from)
  const patch = copy === 'exchange' ? result.toExchange : result.toNextcloud
  return { ...result, rule, covers: patch.has('title') && !items[copy].mask?.blank ? copy : null }
}

/** Of a one-way link: the original gets nothing, and what was changed in the copy goes to the archive like the loser of a conflict. */
export function mergeOneWay(input: MergeInput, items: Record<SideName, SideItem>, original: SideName): MergedItems {
  const result = mergeItems(oneWayInput(input, original), items)
  const toOriginal = original === 'exchange' ? result.toExchange : result.toNextcloud
  const toCopy = original === 'exchange' ? result.toNextcloud : result.toExchange
  toOriginal.clear()
  return { ...result, conflicts: undoneBy(toCopy, input, otherSide(original)) }
}

function ruleOf({ base, hash }: MergeInput, { exchange, nextcloud }: Record<SideName, SideItem>): WordsRule {
  const titles = exchange.mask?.titles ?? nextcloud.mask?.titles
  if (titles === undefined) return { kind: 'merge' }
  const hashes = new Set(titles.map((title) => fingerprint(new Map([['title', title]]), hash).title))
  const isMasked = ({ title }: FieldHashes) => title !== undefined && hashes.has(title)
  const baseMasked = base && (isMasked(base.exchange) || isMasked(base.nextcloud))
  return wordsRule({ exchange: exchange.mask, nextcloud: nextcloud.mask, baseMasked })
}
