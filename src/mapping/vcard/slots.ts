/**
 * Exchange has numbered and named slots where a vCard has any number of lines. Which line is in which slot follows from the lines'
 * order and types; where that does not tell, a parameter does. Lines beyond the slots stay on the card (SRV-5).
 */
import { sameValue } from '../../model/flat-values.ts'
import type { Json } from '../../model/item.ts'
import { addCardLine, type Card, replaceCardLine } from './card.ts'
import { type CardLine, paramOf, withCardParam } from './lines.ts'

/** Only on lines whose order and types say something else. `none`: in no slot. */
const MARK = 'X-EXC-SLOT'
const NO_SLOT = 'none'

export type SlotLens<Slot extends string, Value> = {
  slots: readonly Slot[]
  /** Lines that have a value. */
  lines(card: Card): readonly CardLine[]
  /** The slots that a line may take, best first. */
  candidates(line: CardLine, card: Card): readonly Slot[]
  /** Slots for a line whose own ones are taken, when no other line needs them. */
  fallback?(line: CardLine, card: Card): readonly Slot[]
  read(line: CardLine): Value
  update(line: CardLine, value: Value): CardLine
  make(slot: Slot, value: Value, card: Card): CardLine
}

export type Slots<Slot extends string, Value> = { values: Map<Slot, Value>; extra: CardLine[] }

export function readSlots<Slot extends string, Value>(card: Card, lens: SlotLens<Slot, Value>): Slots<Slot, Value> {
  const { placed, extra } = place(card, lens)
  return { values: new Map([...placed].map(([slot, line]) => [slot, lens.read(line)])), extra }
}

/** The line of each slot. */
export function place<Slot extends string, Value>(
  card: Card,
  lens: SlotLens<Slot, Value>,
): { placed: Map<Slot, CardLine>; extra: CardLine[] } {
  const placed = new Map<Slot, CardLine>()
  const extra: CardLine[] = []
  const open: CardLine[] = []
  for (const line of lens.lines(card)) {
    const mark = paramOf(line, MARK)
    const slot = lens.slots.find((one) => one === mark)
    if (mark === NO_SLOT) extra.push(line)
    else if (slot !== undefined && !placed.has(slot)) placed.set(slot, line)
    else open.push(line)
  }
  const left: CardLine[] = []
  for (const line of open) {
    const slot = lens.candidates(line, card).find((candidate) => !placed.has(candidate))
    if (slot === undefined) left.push(line)
    else placed.set(slot, line)
  }
  for (const line of left) {
    const slot = lens.fallback?.(line, card).find((candidate) => !placed.has(candidate))
    if (slot === undefined) extra.push(line)
    else placed.set(slot, line)
  }
  return { placed, extra }
}

export function patchSlots<Slot extends string, Value>(
  card: Card,
  wanted: ReadonlyMap<Slot, Value>,
  lens: SlotLens<Slot, Value>,
): void {
  const { placed } = place(card, lens)
  const slotOf = new Map<CardLine, Slot>()
  for (const [slot, line] of placed) {
    const value = wanted.get(slot)
    const next = value === undefined ? null : same(lens.read(line), value) ? line : lens.update(line, value)
    if (next !== line) replaceCardLine(card, line, next)
    if (next) slotOf.set(next, slot)
  }
  for (const slot of lens.slots) {
    const value = wanted.get(slot)
    if (value === undefined || placed.has(slot)) continue
    const line = lens.make(slot, value, card)
    addCardLine(card, line)
    slotOf.set(line, slot)
  }
  const now = place(card, lens).placed
  if (now.size === slotOf.size && [...now].every(([slot, line]) => slotOf.get(line) === slot)) return
  for (const line of lens.lines(card)) {
    const marked = withCardParam(line, MARK, slotOf.get(line) ?? NO_SLOT)
    if (marked.raw !== line.raw) replaceCardLine(card, line, marked)
  }
}

function same(one: unknown, other: unknown): boolean {
  return sameValue(one as Json, other as Json)
}
