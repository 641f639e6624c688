/** Cuts long `in (...)` lists, so that a statement stays below the limit of bound parameters, and into few lengths, so that SQLite has it prepared. */
import { STATE_BATCH_ROWS_MAX } from '../limits.ts'

/** Every value is in one of the lists; a list is filled up to a power of four with its last value, which changes nothing in an `in`. */
export function inLists<T>(values: readonly T[]): T[][] {
  const lists: T[][] = []
  for (let at = 0; at < values.length; at += STATE_BATCH_ROWS_MAX) {
    lists.push(filledUp(values.slice(at, at + STATE_BATCH_ROWS_MAX)))
  }
  return lists
}

function filledUp<T>(list: T[]): T[] {
  let length = 1
  while (length < list.length) length *= 4
  const last = list.slice(-1)
  return [...list, ...Array.from({ length: Math.min(length, STATE_BATCH_ROWS_MAX) - list.length }, () => last).flat()]
}
