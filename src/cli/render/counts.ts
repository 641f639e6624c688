/** The summary table of a pass. Its numbers add up per line and per column (promises: I25), and it says so when they do not. */
import { addCounts } from '../../ports/counts.ts'
import type { PassCounts } from '../../ports/state-store.ts'
import { safe, table } from './text.ts'

const PARTS = ['unchanged', 'created', 'updated', 'removed', 'conflicts', 'skipped', 'failed'] as const
const TITLES = ['same', 'new', 'changed', 'removed', 'conflict', 'skipped', 'failed'] as const
const NAME_WIDTH_MIN = 8
const TABLE_WIDTH = 80

export function addsUp(counts: PassCounts): boolean {
  return counts.seen === PARTS.reduce((sum, part) => sum + counts[part], 0)
}

export type CountsTable = { title: string; rows: readonly { name: string; counts: PassCounts }[]; width: number }

/** One line per name; a total below when there are several. Long names give way to large numbers. */
export function countsTable({ title, rows, width }: CountsTable): string {
  const total = rows.length > 1 ? [{ name: 'total', counts: addCounts(rows.map((row) => row.counts)) }] : []
  const lines = [...rows, ...total].map(({ name, counts }) => [
    safe(name),
    ...(['seen', ...PARTS] as const).map((part) => String(counts[part])),
  ])
  const titles = ['seen', ...TITLES]
  const numbersWidth = titles.reduce((sum, word, index) => {
    return sum + 2 + Math.max(word.length, ...lines.map((line) => line[index + 1]?.length ?? 0))
  }, 0)
  const max = Math.max(NAME_WIDTH_MIN, TABLE_WIDTH - numbersWidth)
  const columnList = [{ title, max }, ...titles.map((word) => ({ title: word, align: 'right' as const }))]
  const text = table(columnList, lines, width)
  const wrong = rows.filter((row) => !addsUp(row.counts)).map((row) => safe(row.name))
  return wrong.length === 0
    ? text
    : `${text}\nThe numbers of ${wrong.join(', ')} do not add up: this is a bug, please report it.`
}
