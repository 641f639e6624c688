/**
 * One signed request to the Nextcloud app: signs, sends, reads the OCS envelope, and turns refusals into errors. What every user's
 * request would be refused for is remembered for a while: a wrong password must not be tried 12,000 times.
 */
import type * as z from 'zod'
import { APP_REFUSED_REST_MS } from '../../limits.ts'
import type { Clock, Random } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import { withRetries } from '../dav/retry.ts'
import type { DavAnswer, DavTransport, WireRequest } from '../dav/transport.ts'
import { davRefusal, isGlobal, type Refusal, type RefusalContext, refusalError } from './refusal.ts'
import { type AppAccount, createSigner, NOBODY } from './sign.ts'

export type AppOptions = {
  /** The root of Nextcloud: `https://cloud.example.org/nextcloud/`. */
  rootUrl: string
  account: AppAccount
  /** Without redirects, see `createDavTransport`. */
  transport: DavTransport
  clock: Clock
  random: Random
  log: Log
}

/** `repeat`: it may be sent again when an answer was lost. `'never'`: a batch of writes, whose outcome is then unknown. */
export type OcsRequest<T> = {
  method: 'GET' | 'POST'
  /** Below `/api/v1/`, percent-encoded, with query. */
  path: string
  user?: string
  body?: unknown
  answer: z.ZodType<T>
  repeat?: 'never'
  signal?: AbortSignal
}

export type Ocs = {
  call<T>(request: OcsRequest<T>): Promise<T>
  /** A plain DAV request through the app's other door, signed; throws what the door refuses. */
  dav(user: string, request: WireRequest): Promise<DavAnswer>
}

const API = 'ocs/v2.php/apps/exchange_connector/api/v1/'
const FIXED = { 'OCS-APIRequest': 'true', Accept: 'application/json', 'User-Agent': 'nextcloud-exchange-connector' }

export function createOcs(options: AppOptions): Ocs {
  const { clock, account, log } = options
  const sign = createSigner(account, options)
  let refused: { error: ConnectorError; untilMs: number } | null = null

  const send = async (user: string | null, request: WireRequest): Promise<DavAnswer> => {
    if (refused && clock.nowMs() < refused.untilMs) throw refused.error
    const { method, url, body = '' } = request
    const signed = sign({ method, url, body, user: user ?? NOBODY })
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !/^authorization$/i.test(name)),
    )
    const answer = await options.transport.send({ ...request, headers: { ...headers, ...signed } })
    log.debug({ method, path: new URL(url).pathname, status: answer.status }, 'app request')
    return answer
  }
  const refuse = (error: ConnectorError): never => {
    if (isGlobal(error)) refused = { error, untilMs: clock.nowMs() + APP_REFUSED_REST_MS }
    throw error
  }
  const context = (user: string | null): RefusalContext => ({ user, username: account.username, nowMs: clock.nowMs() })

  return {
    async call({ method, path, user, body, answer: form, repeat, signal }) {
      const text = body === undefined ? undefined : JSON.stringify(body)
      const request: WireRequest = {
        method,
        url: new URL(API + path, options.rootUrl).href,
        headers: { ...FIXED, ...(text === undefined ? {} : { 'Content-Type': 'application/json' }) },
        ...(text === undefined ? {} : { body: text }),
        ...(signal ? { signal } : {}),
      }
      const attempt = async () => {
        const answer = await send(user ?? null, request)
        const refusal = ocsRefusal(answer)
        return refusal ? refuse(refusalError(refusal, answer, context(user ?? null))) : answer
      }
      const answer = repeat === 'never' ? await attempt() : await withRetries('GET', { ...options, signal }, attempt)
      return dataOf(answer, { form, refuse, username: account.username })
    },
    async dav(user, request) {
      const answer = await send(user, request)
      const refusal = davRefusal(answer)
      if (refusal) return refuse(refusalError(refusal, answer, context(user)))
      return answer.status === 401 ? refuse(signIn(answer, account.username)) : answer
    },
  }
}

type Reading<T> = { form: z.ZodType<T>; refuse: (error: ConnectorError) => never; username: string }

/** What is no answer of the app may come from a proxy after the app did its work: `sent: maybe`. */
function dataOf<T>(answer: DavAnswer, { form, refuse, username }: Reading<T>): T {
  const { status } = answer
  const data = envelope(answer)
  if (status === 200 && data !== undefined) {
    const read = form.safeParse(data)
    if (read.success) return read.data
    const [issue] = read.error.issues
    throw bad(answer, `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim())
  }
  // No such route: the app is not enabled, or older than this connector.
  if (status === 404)
    return refuse(new ConnectorError('nextcloud.app-missing', { host: hostOf(answer), status, sent: 'no' }))
  // Nextcloud itself refuses a password before the app is asked.
  if (status === 401) return refuse(signIn(answer, username))
  if (status === 413) throw new ConnectorError('nextcloud.too-large', { host: hostOf(answer), status, sent: 'no' })
  if ([423, 429, 503].includes(status)) {
    const retryAfter = answer.headers.get('retry-after') ?? undefined
    throw new ConnectorError('nextcloud.throttled', { status, retryAfter, sent: 'no' })
  }
  if (status >= 500) throw new ConnectorError('nextcloud.server-error', { status, sent: 'maybe' })
  throw bad(answer, `expected an answer of the app, got HTTP ${status} ${answer.headers.get('content-type') ?? ''}`)
}

function signIn(answer: DavAnswer, account: string): ConnectorError {
  return new ConnectorError('nextcloud.sign-in', { host: hostOf(answer), status: answer.status, account, sent: 'no' })
}

function hostOf({ url }: DavAnswer): string {
  return new URL(url).host
}

function bad({ status }: DavAnswer, detail: string): ConnectorError {
  return new ConnectorError('nextcloud.bad-response', { status, detail: detail.slice(0, 200), sent: 'maybe' })
}

function ocsRefusal(answer: DavAnswer): Refusal | null {
  if (answer.status < 400) return null
  const data = envelope(answer)
  if (typeof data !== 'object' || data === null || !('code' in data) || typeof data.code !== 'string') return null
  return { code: data.code, message: 'message' in data && typeof data.message === 'string' ? data.message : '' }
}

/** `ocs.data`; undefined for anything that is no OCS envelope. */
function envelope({ text }: DavAnswer): unknown {
  try {
    const root: unknown = JSON.parse(text)
    if (typeof root !== 'object' || root === null || !('ocs' in root)) return undefined
    const { ocs } = root
    return typeof ocs === 'object' && ocs !== null && 'data' in ocs ? ocs.data : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
