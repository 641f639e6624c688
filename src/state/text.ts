/** Small conversions between the port's values and columns: texts that every database can hold, whole milliseconds, JSON. */
import { createHash } from 'node:crypto'
import { ConnectorError } from '../ports/errors.ts'
import type { HaltReason, LastPass, PairLink } from '../ports/state-store.ts'

/**
 * Texts from calendars: PostgreSQL refuses U+0000, and unpaired surrogates are not UTF-8. Exchange sends both (exchange-facts);
 * one such item must not fail the transaction of its neighbours (I23).
 */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\uFFFD')
}

/** 96 bits of SHA-256: what indexes hold instead of a uid, which may be of any length. */
export function uidKey(uid: string): string {
  return createHash('sha256').update(storable(uid)).digest('base64url').slice(0, 16)
}

/** Instants may come with a fraction; the columns are whole numbers. */
export function wholeMs(ms: number): number {
  if (!Number.isFinite(ms)) throw new ConnectorError('bug', { where: 'state', reason: `not an instant: ${ms}` })
  return Math.round(ms)
}

export function wholeMsOrNull(ms: number | null): number | null {
  return ms === null ? null : wholeMs(ms)
}

/** Reads JSON that this store wrote. Anything else there is damage. */
export function fromJson<T>(text: string, holds: (value: unknown) => value is T): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new ConnectorError('state.corrupt', { reason: 'a JSON column does not parse' }, error)
  }
  if (!holds(value)) throw new ConnectorError('state.corrupt', { reason: 'a JSON column has an unexpected form' })
  return value
}

export function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isStringMap(value: unknown): value is Record<string, string> {
  return isPlain(value) && Object.values(value).every((entry) => typeof entry === 'string')
}

export function isStringList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}

export function isNumberMap(value: unknown): value is Record<string, number> {
  return isPlain(value) && Object.values(value).every((entry) => typeof entry === 'number')
}

export function isHalt(value: unknown): value is HaltReason {
  return (
    isPlain(value) && typeof value.guard === 'string' && isNumberMap(value.numbers) && typeof value.sinceMs === 'number'
  )
}

export function isLink(value: unknown): value is PairLink {
  if (!isPlain(value) || typeof value.choice !== 'string' || typeof value.choices !== 'string') return false
  if (typeof value.chosen !== 'boolean' || typeof value.lookedAtMs !== 'number') return false
  if (value.server !== undefined && typeof value.server !== 'string') return false
  return value.direction === 'both' || value.direction === 'to-nextcloud' || value.direction === 'to-exchange'
}

export function isLastPass(value: unknown): value is LastPass {
  if (!isPlain(value) || !isNumberMap(value.counts) || typeof value.tookMs !== 'number') return false
  const { account, lag, errorCodes } = value
  return (
    (account === null || typeof account === 'string') && (lag === null || isNumberMap(lag)) && isStringList(errorCodes)
  )
}
