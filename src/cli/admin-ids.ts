/** Ids and points in time as an administrator types them. */
import { Errors } from '@oclif/core'

/** Some ids begin with a dash, which the command line takes for a flag; they are found without it. */
export function shownId(id: string): string {
  return id.replace(/^-+/, '')
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 } as const

/** `90m`, `24h`, `7d`, `2w` before now, or an ISO 8601 date or instant (without a zone: UTC). */
export function sinceMs(text: string, nowMs: number): number {
  const span = /^(\d{1,6})([mhdw])$/.exec(text)
  if (span) return nowMs - Number(span[1]) * UNITS[span[2] as keyof typeof UNITS]
  const iso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/.exec(text)
  const zoned = iso?.[1] === undefined || iso[4] !== undefined ? text : `${text}Z`
  const ms = iso ? Date.parse(zoned) : Number.NaN
  if (Number.isNaN(ms)) throw new Errors.CLIError('--since is a span such as 24h or 7d, or a date such as 2026-03-01')
  return ms
}
