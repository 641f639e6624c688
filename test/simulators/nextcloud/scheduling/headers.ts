/** Which request headers keep the server from sending (table of nextcloud-facts 4, measured on the three versions). */
import type { NextcloudVersion } from '../options.ts'

/**
 * `Schedule-Reply: F` works everywhere (Sabre\CalDAV\Schedule\Plugin::scheduleReply). `X-NC-Scheduling: false` is ignored on 29,
 * works for PUT alone on 32 and for everything on 34.
 */
export function suppressesScheduling(
  headers: Readonly<Record<string, string>>,
  request: { version: NextcloudVersion; method: string },
): boolean {
  if (headers['schedule-reply'] === 'F') return true
  if (headers['x-nc-scheduling'] !== 'false') return false
  switch (request.version) {
    case 29:
      return false
    case 32:
      return request.method === 'PUT'
    case 34:
      return true
  }
}
