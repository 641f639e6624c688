/** Finds the known name that a mistyped one is closest to, for "did you mean". */

/** Levenshtein distance, one row at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** The nearest of `names`, without regard to case and underscores; null when nothing is near. */
export function nearest(wrong: string, names: readonly string[]): string | null {
  const plain = (name: string) => name.toLowerCase().replaceAll('_', '')
  const target = plain(wrong)
  let best: { name: string; away: number } | null = null
  for (const name of names) {
    // A key without its section (Service__EwsUrl) is near the full one, whatever lies between.
    const last = plain(name.split('__').at(-1) ?? name)
    const sameEnd = target.endsWith(last) && last.length > 3
    const away = sameEnd ? Math.min(2, distance(target, plain(name))) : distance(target, plain(name))
    if (best === null || away < best.away) best = { name, away }
  }
  return best !== null && best.away <= Math.max(3, target.length / 3) ? best.name : null
}
