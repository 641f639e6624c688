/** The client of one mailbox: each call goes through the mailbox's account, and through the next best one when that is turned away. */
import { ACCOUNTS_PER_CALL_MAX } from '../../limits.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { EwsClient } from '../ews/client.ts'
import type { Member } from './member.ts'

/** `order`: the accounts as the mailbox prefers them. */
export function mailboxClient(order: () => readonly Member[]): EwsClient {
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
        try {
          return await member.call((client) => client.call(operation, request, call), { signal: call.signal })
        } catch (error) {
          if (!isTurnedAway(error, member)) throw error
          refusal ??= error
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
