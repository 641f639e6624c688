/** OAuth for Exchange Online: an application signs in as itself. The token is kept in memory, renewed before it ends, and once when it is refused. */
import { TOKEN_RENEW_BEFORE_MS, TOKEN_YOUNG_MS } from '../../limits.ts'
import type { Clock } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { OAuthToken, TokenSource } from './oauth-token.ts'
import type { AuthRequest, EwsAuth } from './port.ts'

type Held = OAuthToken & { fetchedAtMs: number }

/** Errors of `authorize`: `exchange.sign-in` with the code of the authority, `exchange.throttled`, and those of the connection to it. */
export function oauthAuth(source: TokenSource, clock: Pick<Clock, 'nowMs'>): EwsAuth {
  let held: Held | null = null
  let fetching: Promise<Held> | null = null
  /** No renewal is tried before. */
  let renewAtMs = 0
  /** Which token a request showed, so that a refusal of an old one is not held against a new one. */
  const shown = new WeakMap<AuthRequest, string>()

  const fetchOnce = (): Promise<Held> => {
    fetching ??= source
      .fetch()
      .then((token) => {
        held = { ...token, fetchedAtMs: clock.nowMs() }
        // Also a token that lives shorter than the time for renewal is not asked for with every call.
        renewAtMs = clock.nowMs() + TOKEN_YOUNG_MS
        return held
      })
      .finally(() => {
        fetching = null
      })
    return fetching
  }
  const current = async (): Promise<Held> => {
    const known = held
    const leftMs = known === null ? 0 : known.expiresAtMs - clock.nowMs()
    if (known !== null && leftMs > TOKEN_RENEW_BEFORE_MS) return known
    if (known === null || leftMs <= 0) return fetchOnce()
    if (clock.nowMs() < renewAtMs) return known
    try {
      return await fetchOnce()
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error
      // The authority is down or refuses: what it gave earlier is good until it ends.
      renewAtMs = clock.nowMs() + TOKEN_YOUNG_MS
      return known
    }
  }

  return {
    kind: 'per-request',
    scheme: 'Bearer',
    async authorize(request) {
      const { token } = await current()
      shown.set(request, token)
      return { authorization: `Bearer ${token}` }
    },
    async refused(request) {
      const refusedToken = shown.get(request)
      if (held !== null && held.token !== refusedToken) return 'retry'
      if (held !== null && clock.nowMs() - held.fetchedAtMs < TOKEN_YOUNG_MS) return 'give-up'
      return (await fetchOnce()).token === refusedToken ? 'give-up' : 'retry'
    },
  }
}
