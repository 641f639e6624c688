/** What is done for one mailbox: each call goes through the mailbox's account, and through the next best one when that is turned away. */
import { ACCOUNTS_PER_CALL_MAX } from '../../limits.ts'
import { ConnectorError, type ErrorCode } from '../../ports/errors.ts'
import type { AccountClient, EwsClient } from '../ews/client.ts'
import { type EwsResult, onlyValue } from '../ews/operation.ts'
import type { HttpAnswer, HttpPost } from '../http-post.ts'
import type { Member } from './member.ts'
import type { PoolConfig } from './settings.ts'

/** `order`: the accounts as the mailbox prefers them. */
export function mailboxClient(order: () => readonly Member[], onAccount?: (name: string) => void): EwsClient {
  let last: Member | null = null
  return {
    call: (operation, request, call) =>
      throughAccounts(order, (member) => {
        last = member
        onAccount?.(member.name)
        const names = { account: member.name, mailbox: call.mailbox }
        return namedCall(names, () =>
          member.call((client) => client.call(operation, request, call), { signal: call.signal }),
        )
      }),
    serverBuild: () => last?.serverBuild() ?? null,
    close: async () => {},
  }
}

type Names = Parameters<typeof withNames>[1]

/** What fails says for which mailbox, and which account tried. */
async function namedCall<Value>(names: Names, call: () => Promise<EwsResult<Value>[]>): Promise<EwsResult<Value>[]> {
  try {
    const results = await call()
    return results.map((result) =>
      result.kind === 'failed' ? { ...result, error: withNames(result.error, names) } : result,
    )
  } catch (error) {
    throw error instanceof ConnectorError ? withNames(error, names) : error
  }
}

/** One signed-in request that is not EWS. An application has no password that could be locked: its refused token may still be good for EWS. */
export async function postThrough(
  order: () => readonly Member[],
  request: HttpPost,
  type: PoolConfig['type'],
): Promise<HttpAnswer> {
  const { signal } = request
  const post = async (client: AccountClient) => {
    try {
      return [{ kind: 'ok' as const, value: await client.post(request) }]
    } catch (error) {
      if (type !== 'cloud' || !(error instanceof ConnectorError) || error.fields.status !== 401) throw error
      throw new ConnectorError('exchange.access-denied', error.fields, error)
    }
  }
  const ask = (member: Member) =>
    namedCall({ account: member.name, mailbox: null }, () => member.call(post, { signal }))
  return onlyValue(await throughAccounts(order, ask))
}

/** Errors: those of the best account's work; when all rest, that one says so, and for how long. */
export async function throughAccounts<T>(
  order: () => readonly Member[],
  work: (member: Member) => Promise<T>,
): Promise<T> {
  const tried: Member[] = []
  let refusal: unknown = null
  while (tried.length < ACCOUNTS_PER_CALL_MAX) {
    const left = order().filter((member) => !tried.some(({ name }) => name === member.name))
    const member = left.find((one) => !one.isResting()) ?? (tried.length === 0 ? left[0] : undefined)
    if (member === undefined) break
    tried.push(member)
    try {
      return await work(member)
    } catch (error) {
      if (!isTurnedAway(error, member)) throw error
      refusal ??= error
    }
  }
  throw refusal ?? new ConnectorError('bug', { where: 'throughAccounts' })
}

/** Another account may make the same call only when this one rests from now on, and nothing of the call was carried out. */
function isTurnedAway(error: unknown, member: Member): boolean {
  return error instanceof ConnectorError && error.fields.sent === 'no' && member.isResting()
}

/** Which account was refused, and for which mailbox: without it an administrator of several looks for the wrong one. */
const ABOUT_ACCOUNT: readonly ErrorCode[] = [
  'exchange.sign-in',
  'exchange.impersonation-denied',
  'exchange.ews-blocked',
]
const ABOUT_MAILBOX: readonly ErrorCode[] = [
  'exchange.impersonation-denied',
  'exchange.unknown-mailbox',
  'exchange.account-disabled',
  'exchange.mailbox-moving',
]

function withNames(error: ConnectorError, { account, mailbox }: { account: string; mailbox: string | null }) {
  const names = {
    ...(ABOUT_ACCOUNT.includes(error.code) && { account }),
    ...(ABOUT_MAILBOX.includes(error.code) && mailbox !== null && { mailbox }),
  }
  if (Object.keys(names).length === 0) return error
  return new ConnectorError(error.code, { ...names, ...error.fields }, error.cause)
}
