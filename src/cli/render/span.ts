/** Times for people: how long something took or is ago in one unit, and when it was. */

/** `3 min`, `2 h`, `5 days`. */
export function spanText(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 1) return 'less than a minute'
  if (minutes < 120) return `${minutes} min`
  const hours = Math.round(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`
}

/** The same with seconds where they matter. */
export function durationText(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1_000)} s` : spanText(ms)
}

/** To the second, in UTC. */
export function secondsText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
}
