/**
 * Verifies the webhook of the Nextcloud app: signed, fresh, never seen before. It only ever makes the connector look sooner: nothing
 * of its body is believed but the names of the users.
 */
import * as z from 'zod'
import { SIGNATURE_SKEW_MS, WEBHOOK_USERS_MAX } from '../../limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { NonceBook, WebhookRequest, WebhookVerdict, WebhookVerifier } from '../../ports/webhook.ts'
import { isSigned, NONCE_SHAPE, SIGNATURE_HEADERS, signingKey } from './signature.ts'

export type WebhookOptions = {
  /** The SharedSecret, and the one before while it is rotated. */
  secrets: readonly string[]
  nonces: NonceBook
  clock: Clock
  /** Mailboxes of these Nextcloud users; unknown ones are left out. */
  mailboxesOf: (users: readonly string[]) => Promise<readonly string[]>
}

const BODY = z.object({
  v: z.literal(1),
  event: z.enum(['changed', 'command', 'users']),
  users: z.array(z.string().min(1).max(255)).max(WEBHOOK_USERS_MAX).default([]),
})

export function createWebhookVerifier({ secrets, nonces, clock, mailboxesOf }: WebhookOptions): WebhookVerifier {
  const keys = secrets.map((secret) => signingKey(secret, 'app-to-connector'))
  return {
    async verify(request) {
      const refusal = refusalOf(request, keys, clock.nowMs())
      if (refusal !== null) return refused(refusal)
      // Last, so that only who holds the secret can fill the table; twice the skew covers clocks that are wrong either way.
      const nonce = request.headers[SIGNATURE_HEADERS.nonce] ?? ''
      if (!(await nonces.remember(nonce, 2 * SIGNATURE_SKEW_MS))) return refused('nonce')
      const body = bodyOf(request.body)
      if (body === null) return refused('body')
      if (body.event !== 'changed' || body.users.length === 0) return { kind: 'accepted', mailboxes: 'poll' }
      return { kind: 'accepted', mailboxes: await mailboxesOf(body.users) }
    },
  }
}

function refusalOf({ method, path, headers, body }: WebhookRequest, keys: readonly Uint8Array[], nowMs: number) {
  const user = headers[SIGNATURE_HEADERS.user]
  const timestamp = headers[SIGNATURE_HEADERS.timestamp]
  const nonce = headers[SIGNATURE_HEADERS.nonce]
  const signature = headers[SIGNATURE_HEADERS.signature]
  if (keys.length === 0) return 'not-configured'
  if (user === undefined || timestamp === undefined || nonce === undefined || signature === undefined) return 'unsigned'
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(Number(timestamp) * 1000 - nowMs) > SIGNATURE_SKEW_MS)
    return 'timestamp'
  if (!NONCE_SHAPE.test(nonce)) return 'nonce'
  if (!isSigned(keys, { method, requestUri: path, user, timestamp, nonce, body }, signature)) return 'signature'
  return null
}

function bodyOf(body: Uint8Array): z.infer<typeof BODY> | null {
  try {
    return BODY.safeParse(JSON.parse(Buffer.from(body).toString('utf8'))).data ?? null
  } catch {
    // Signed and yet no JSON: an app of another version; it is refused by name.
    return null
  }
}

function refused(reason: string): WebhookVerdict {
  return { kind: 'refused', reason }
}
