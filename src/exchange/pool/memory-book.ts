/** An account book of one process, for tools that run without a state store. Refusals are then forgotten when it ends. */
import { type AccountBook, type AccountState, type BackOff, UNTRIED } from '../../ports/account-book.ts'

export function memoryAccountBook(): AccountBook {
  const accounts = new Map<string, AccountState>()
  const backOffs = new Map<string, BackOff>()
  return {
    read: async (account) => accounts.get(account) ?? UNTRIED,
    update: async (account, change) => {
      const { after, result } = change(accounts.get(account) ?? UNTRIED)
      accounts.set(account, after)
      return result
    },
    backOff: async (scope) => backOffs.get(scope) ?? null,
    noteBackOff: async (scope, next) => {
      const before = backOffs.get(scope)
      backOffs.set(scope, { ...next, untilMs: Math.max(next.untilMs, before?.untilMs ?? 0) })
    },
  }
}
