/** The merge of two items of which one is masked, or was: times merge as always, words go one way or nowhere (mask-relation.ts). Pure. */
import {
  applyPatch,
  type FlatException,
  flatten,
  isFlatException,
  isOccurrencePath,
  isSchedulePath,
  sameValue,
  unflatten,
} from '../model/flat.ts'
import type { FieldPath, FlatItem, Json } from '../model/item.ts'
import { eventOf } from '../model/kinds.ts'
import type { SideName } from '../ports/side.ts'
import { otherSide } from './decide.ts'
import { isMaskedTitle, maskEvent, settledTitle } from './mask.ts'
import type { WordsRule } from './mask-relation.ts'
import { type FieldPatch, type Merge, type MergeInput, merge } from './merge.ts'

const SHOW_AS: FieldPath = 'showAs'

export function mergeMasked(input: MergeInput, rule: Exclude<WordsRule, { kind: 'merge' }>): Merge {
  const times = { exchange: timeOf(input.exchange), nextcloud: timeOf(input.nextcloud) }
  const merged = merge({
    ...input,
    ...times,
    nextcloudOnExchange: timeOf(input.nextcloudOnExchange),
    exchangeOnNextcloud: timeOf(input.exchangeOnNextcloud),
  })
  const patches = { exchange: merged.toExchange, nextcloud: merged.toNextcloud }
  const result = {
    exchange: withOwnWords(patches.exchange, input.exchange),
    nextcloud: withOwnWords(patches.nextcloud, input.nextcloud),
  }
  if (rule.kind === 'one-way') {
    const copy = otherSide(rule.from)
    const time = applyPatch(times[copy], patches[copy])
    giveWords(input, { from: rule.from, time, patch: result[copy] })
  }
  return { toExchange: result.exchange, toNextcloud: result.nextcloud, conflicts: merged.conflicts }
}

function isTimePath(path: FieldPath): boolean {
  return path === SHOW_AS || isSchedulePath(path)
}

/** Only schedule, free/busy, and what occurrences have of these. */
function timeOf(flat: FlatItem): FlatItem {
  if (flat.size === 0) return flat
  const event = eventOf(unflatten(flat, ''))
  const masked = flatten(maskEvent(event, { title: '', me: '' }))
  return new Map([...masked].filter(([path]) => isTimePath(path)))
}

/** A changed exception keeps the words that its own item has for it. */
function withOwnWords(patch: FieldPatch, own: FlatItem): FieldPatch {
  return new Map(
    [...patch].map(([path, value]) => {
      const words = wordsAt(own, path)
      if (!isFlatException(value) || words === null) return [path, value]
      return [path, { ...value, changes: { ...words, ...value.changes } }]
    }),
  )
}

type Giving = { from: SideName; time: FlatItem; patch: FieldPatch }

/** What the copy needs to have the words of the original: nothing where it has them already, as far as it can hold them. */
function giveWords(input: MergeInput, { from, time, patch }: Giving): void {
  const source = input[from]
  const target = input[otherSide(from)]
  const held = from === 'exchange' ? input.exchangeOnNextcloud : input.nextcloudOnExchange
  const offer = (path: FieldPath, value: Json | undefined) => {
    const now = target.get(path)
    if (sameValue(now, value) || (held.size > 0 && sameValue(now, held.get(path)) && !patch.has(path)))
      patch.delete(path)
    else patch.set(path, value)
  }
  const sourceTime = timeOf(source)
  for (const path of new Set([...source.keys(), ...target.keys(), ...time.keys()])) {
    if (path === 'title') offer(path, titleFrom(source))
    else if (!isTimePath(path)) offer(path, source.get(path))
    else if (path === SHOW_AS) offer(path, showAsFrom({ source, sourceTime, time }))
    else if (isOccurrencePath(path)) offer(path, occurrenceFrom(path, { source, sourceTime, time }))
  }
}

function titleFrom(source: FlatItem): Json {
  const title = String(source.get('title') ?? '')
  return isMaskedTitle(title) ? settledTitle(title) : title
}

type Sources = { source: FlatItem; sourceTime: FlatItem; time: FlatItem }

/** A cancelled meeting is masked as free: where nobody changed that, the copy gets what the original truly has. */
function showAsFrom({ source, sourceTime, time }: Sources): Json | undefined {
  return sameValue(time.get(SHOW_AS), sourceTime.get(SHOW_AS)) ? source.get(SHOW_AS) : time.get(SHOW_AS)
}

function occurrenceFrom(path: FieldPath, { source, sourceTime, time }: Sources): Json | undefined {
  const timed = time.get(path)
  // The time is the original's: all of it, words alone included.
  if (sameValue(timed, sourceTime.get(path))) return source.get(path)
  const words = wordsAt(source, path)
  return isFlatException(timed) && words !== null ? { ...timed, changes: { ...words, ...timed.changes } } : timed
}

/** What an exception has of its own beside time and free/busy. */
function wordsAt(flat: FlatItem, path: FieldPath): FlatException['changes'] | null {
  const value = flat.get(path)
  if (!isFlatException(value)) return null
  return Object.fromEntries(Object.entries(value.changes).filter(([field]) => field !== SHOW_AS))
}
