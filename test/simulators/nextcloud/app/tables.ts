/** Journal, commands and status of the simulated app: what the connector polls, acknowledges and reports. */
import { type AppCall, fieldOf, limitOf } from './ocs.ts'
import { AppRefusal } from './verify.ts'

export function work({ app }: AppCall): object {
  return {
    journalPending: app.journal.filter((row) => !row.hidden).length,
    commandsPending: app.commands.filter((one) => one.outcome === null).length,
    usersUpdatedAt: Math.max(0, ...[...app.users.values()].map((row) => row.updatedAt)),
  }
}

export function journalPage(call: AppCall): object {
  const limit = limitOf(call, 500)
  const rows = call.app.journal.filter((row) => !row.hidden).toSorted((first, second) => first.id - second.id)
  const entries = rows.slice(0, limit).map(({ hidden: _, ...row }) => row)
  return { entries, more: rows.length > limit }
}

/** By id, never "up to an id": ids come to light out of order. */
export function ackJournal({ app }: AppCall, ids: unknown): object {
  if (!isIds(ids)) throw new AppRefusal('bad-request', 'ids: a list of numbers')
  const before = app.journal.length
  // A row that is not committed cannot be deleted.
  app.journal = app.journal.filter((row) => row.hidden || !ids.includes(row.id))
  return { acked: before - app.journal.length }
}

function isIds(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= 1000 && value.every((one) => Number.isInteger(one))
}

export function commandsPage(call: AppCall): object {
  const limit = limitOf(call, 100)
  const open = call.app.commands.filter((one) => one.outcome === null)
  const commands = open.slice(0, limit).map(({ id, uid, kind, args }) => {
    const email = call.app.users.get(uid)?.email ?? null
    return { id, uid, email, kind, args }
  })
  return { commands, more: open.length > limit }
}

export function ackCommands({ app }: AppCall, results: unknown): object {
  if (!Array.isArray(results)) throw new AppRefusal('bad-request', 'results: a list')
  let acked = 0
  for (const result of results) {
    const outcome = fieldOf(result, 'outcome')
    if (outcome !== 'done' && outcome !== 'failed') throw new AppRefusal('bad-request', 'outcome: done or failed')
    const command = app.commands.find((one) => one.id === fieldOf(result, 'id') && one.outcome === null)
    if (!command) continue
    command.outcome = outcome
    command.message = String(fieldOf(result, 'message') ?? '')
    acked += 1
  }
  return { acked }
}

const OUTCOMES = new Set(['in-step', 'partial', 'failed', 'halted', 'stopped', 'paused'])

export function storeStatus({ app }: AppCall, body: unknown): object {
  const users = fieldOf(body, 'users')
  if (!Array.isArray(users) || users.length > 500) throw new AppRefusal('bad-request', 'users: a list of up to 500')
  app.connector = fieldOf(body, 'connector')
  let stored = 0
  for (const user of users) {
    const uid = fieldOf(user, 'uid')
    if (typeof uid !== 'string' || !OUTCOMES.has(String(fieldOf(user, 'outcome'))))
      throw new AppRefusal('bad-request', 'users: uid and outcome')
    if (!app.users.has(uid)) continue
    app.status.set(uid, user as Record<string, unknown>)
    stored += 1
  }
  return { stored }
}
