/** Instants in JSON: ISO 8601 in UTC, everywhere the same. */
export function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
