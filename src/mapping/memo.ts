/** A bounded memo for pure functions whose answer never changes (facts about time zones). It holds facts, never state of a run. */

/** Gives a function that answers like `compute` and remembers at most `entriesMax` answers; when full it starts anew. */
export function memoize<T>(compute: (key: string) => T, entriesMax: number): (key: string) => T {
  const known = new Map<string, T>()
  return (key) => {
    const answer = known.get(key)
    if (answer !== undefined || known.has(key)) return answer as T
    const computed = compute(key)
    if (known.size >= entriesMax) known.clear()
    known.set(key, computed)
    return computed
  }
}
