/** The client of one mailbox: each call goes through the mailbox's account, and through the next best one when that is turned away. */
import { ACCOUNTS_PER_CALL_MAX } from '../../limits.ts'
import { ConnectorError, type ErrorCode } from '../../ports/errors.ts'
import type { EwsClient } from '../ews/client.ts'
import type { Member } from './member.ts'

/** `order`: the accounts as the mailbox prefers them. */
export function mailboxClient(order: () => readonly Member[], onAccount?: (name: string) => void): EwsClient {
  let last: Member | null = null
  return {
    async call(operation, request, call) {
      const tried: Member[] = []
      let refusal: unknown = null
      while (tried.length < ACCOUNTS_PER_CALL_MAX) {
        const left = order().filter((member) => !tried.some(({ name }) => name === member.name))
        // When all rest, the best one says so, and for how long.
        const member = left.find((one) => !one.isResting()) ?? (tried.length === 0 ? left[0] : undefined)
        if (member === undefined) break
        tried.push(member)
        last = member
        onAccount?.(member.name)
        const names = { account: member.name, mailbox: call.mailbox }
        try {
          const results = await member.call((client) => client.call(operation, request, call), { signal: call.signal })
          return results.map((result) =>
            result.kind === 'failed' ? { ...result, error: withNames(result.error, names) } : result,
          )
        } catch (error) {
          const named = error instanceof ConnectorError ? withNames(error, names) : error
          if (!isTurnedAway(error, member)) throw named
          refusal ??= named
        }
      }
      throw refusal ?? new ConnectorError('bug', { where: 'mailboxClient' })
    },
    serverBuild: () => last?.serverBuild() ?? null,
    close: async () => {},
  }
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
