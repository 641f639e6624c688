/** What the app's refusals mean: from the code in its answer to an error with words and a next step. Both doors, OCS and DAV, say the same codes. */
import { ConnectorError, type ErrorCode, type ErrorFields } from '../../ports/errors.ts'
import type { DavAnswer } from '../dav/transport.ts'

export type Refusal = { code: string; message: string }

/** `sent`: a refusal came before anything was done, but for a replay: the first of the two requests may have been carried out. */
export type RefusalContext = { user: string | null; username: string; nowMs: number }

const MEANS: Readonly<Record<string, ErrorCode>> = {
  credentials: 'nextcloud.sign-in',
  signature: 'nextcloud.app-secret',
  timestamp: 'nextcloud.app-clock',
  nonce: 'nextcloud.app-replay',
  account: 'nextcloud.app-account',
  'no-consent': 'nextcloud.app-consent',
  'unknown-user': 'nextcloud.app-consent',
  'user-disabled': 'nextcloud.user-disabled',
  'not-allowed': 'nextcloud.access-denied',
  'bad-request': 'nextcloud.bad-response',
  'too-large': 'nextcloud.too-large',
  'not-configured': 'nextcloud.app-not-ready',
}

/** Errors of the whole installation: the same for every user, so that asking on would be in vain, and only annoy the brute force protection. */
const GLOBAL = new Set<ErrorCode>([
  'nextcloud.sign-in',
  'nextcloud.app-secret',
  'nextcloud.app-clock',
  'nextcloud.app-account',
  'nextcloud.app-not-ready',
  'nextcloud.app-missing',
])

export function isGlobal({ code }: ConnectorError): boolean {
  return GLOBAL.has(code)
}

/** The app's door for plain DAV names its refusal in a header; without it the answer is DAV's own. */
export function davRefusal(answer: DavAnswer): Refusal | null {
  const code = answer.headers.get('x-exc-error')
  return code === null ? null : { code, message: '' }
}

export function refusalError(refusal: Refusal, answer: DavAnswer, context: RefusalContext): ConnectorError {
  const code = MEANS[refusal.code] ?? 'nextcloud.bad-response'
  const fields: ErrorFields = {
    host: new URL(answer.url).host,
    status: answer.status,
    account: context.username,
    user: context.user ?? undefined,
    detail: refusal.message.slice(0, 200) || refusal.code.slice(0, 40),
    sent: code === 'nextcloud.app-replay' ? 'maybe' : 'no',
    ...(code === 'nextcloud.app-clock' ? { skewSeconds: skewOf(answer, context.nowMs) } : {}),
  }
  return new ConnectorError(code, fields)
}

/** How far this machine's clock is ahead of the server's; the answer's Date says. */
function skewOf(answer: DavAnswer, nowMs: number): number | undefined {
  const there = Date.parse(answer.headers.get('date') ?? '')
  return Number.isNaN(there) ? undefined : Math.round((nowMs - there) / 1000)
}
