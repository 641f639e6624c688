/** The answers that stand in for the real one when a fault was planted. */
import type { Reply } from './call.ts'
import { errorReply } from './dispatch.ts'
import { DavError, databaseLocked } from './errors.ts'
import type { FaultEffect } from './faults.ts'

export const LOGIN_PAGE = `<!DOCTYPE html>
<html class="ng-csp" data-placeholder-focus="false" lang="en" data-locale="en">
<head><meta charset="utf-8"><title>Nextcloud</title></head>
<body id="body-login"><form method="post" name="login"><input name="user"><input name="password" type="password"></form></body>
</html>
`

export const htmlReply = (status: number, body: string): Reply => ({
  status,
  headers: { 'Content-Type': 'text/html; charset=UTF-8' },
  body,
})

/** The reply of an effect that replaces the work, or null when the effect does something else. */
export function replyInstead(effect: FaultEffect): Reply | null {
  switch (effect.kind) {
    case 'status':
      return {
        status: effect.status,
        headers: { 'Content-Type': 'text/html', ...effect.headers },
        body: effect.body ?? '',
      }
    case 'login-page':
      return htmlReply(200, LOGIN_PAGE)
    case 'database-locked':
      return errorReply(databaseLocked())
    case 'maintenance':
      return errorReply(
        new DavError('unavailable', 'System is in maintenance mode.', {
          headers: { 'Retry-After': '120', 'X-Nextcloud-Maintenance-Mode': '1' },
        }),
      )
    case 'insufficient-storage':
      return errorReply(new DavError('insufficient-storage', 'Insufficient space in calendar'))
    case 'throttled':
      return errorReply(
        new DavError('throttled', 'Too many requests', {
          headers: { 'Retry-After': String(effect.retryAfterSeconds) },
        }),
      )
    default:
      return null
  }
}
