/** Announces a certificate that ends soon, so that a new one can be ordered in time. */
import { SECRET_EXPIRY_NOTICE_MS } from '../../limits.ts'
import type { Log } from '../../ports/log.ts'
import type { AccountHealth } from './health.ts'

const DAY_MS = 24 * 60 * 60 * 1000

export function announceExpiry({ account, secretExpiresAtMs }: AccountHealth, nowMs: number, log: Log): void {
  if (secretExpiresAtMs === null || secretExpiresAtMs - nowMs > SECRET_EXPIRY_NOTICE_MS) return
  const days = Math.floor((secretExpiresAtMs - nowMs) / DAY_MS)
  if (secretExpiresAtMs <= nowMs) log.error({ account }, 'certificate of a service account has ended')
  else if (days < 7) log.error({ account, days }, 'certificate of a service account ends within a week')
  else log.warn({ account, days }, 'certificate of a service account ends soon')
}
