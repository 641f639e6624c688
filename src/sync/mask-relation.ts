/**
 * Which of two items is the original and which its masked copy, and so what may happen to their words in a merge. Pure; it needs no
 * state, so that lost state cannot turn a placeholder into somebody's title (docs/decisions/0012).
 */
import type { MaskInfo, SideName } from '../ports/side.ts'
import { otherSide } from './decide.ts'

/**
 * `merge`: words travel as always. `blocked`: no words travel, either way. `one-way`: the words of `from` (or its placeholder) are
 * those of the other item.
 */
export type WordsRule = { kind: 'merge' } | { kind: 'blocked' } | { kind: 'one-way'; from: SideName }

export type Related = {
  exchange: MaskInfo | undefined
  nextcloud: MaskInfo | undefined
  /** Whether the base has a masked view of either side; null without a base (adoption). */
  baseMasked: boolean | null
}

const PLAIN: MaskInfo = { view: 'real', marked: false, made: false, blank: false, titles: [] }

export function wordsRule(related: Related): WordsRule {
  const infos = { exchange: related.exchange ?? PLAIN, nextcloud: related.nextcloud ?? PLAIN }
  const isMasked = infos.exchange.view === 'masked' || infos.nextcloud.view === 'masked'
  // A masked copy that lost its mark: made by us, empty, while the other item says something.
  const blank = related.baseMasked === null ? onlyOne(infos, ({ blank, made }) => blank && made) : null
  const lostMark = blank !== null && !infos[otherSide(blank)].blank ? blank : null
  if (!isMasked && !related.baseMasked && lostMark === null) return { kind: 'merge' }
  const copy = onlyOne(infos, ({ marked }) => marked) ?? lostMark ?? onlyOne(infos, ({ made }) => made)
  if (copy === null) return { kind: isMasked ? 'blocked' : 'merge' }
  const original = otherSide(copy)
  const isFlaggedCopy = infos[original].view === 'real' && infos[copy].view === 'masked' && !infos[copy].marked
  return isFlaggedCopy ? { kind: 'blocked' } : { kind: 'one-way', from: original }
}

function onlyOne(infos: Record<SideName, MaskInfo>, has: (info: MaskInfo) => boolean): SideName | null {
  const [exchange, nextcloud] = [has(infos.exchange), has(infos.nextcloud)]
  if (exchange === nextcloud) return null
  return exchange ? 'exchange' : 'nextcloud'
}
