/** How an item repeats, in words for a person. */
import type { Recurrence } from '../../model/recurrence.ts'

export function repeatText({ pattern, end }: Recurrence): string {
  const { kind, ...rest } = pattern
  const details = Object.entries(rest).map(
    ([name, value]) => `${name} ${Array.isArray(value) ? value.join(' ') : value}`,
  )
  const until = end.kind === 'never' ? '' : end.kind === 'count' ? `, ${end.count} times` : `, until ${end.date}`
  return `${kind} (${details.join(', ')})${until}`
}
