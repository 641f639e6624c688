/**
 * Polls the Nextcloud app for all users at once: one request says whether there is anything. Rows of the journal are acknowledged
 * only after the mailboxes that they name were marked due in the state: whatever happens in between, the rows come again.
 */
import { APP_COMMAND_CLAIM_MS, APP_PAGES_MAX, APP_POLL_MS, APP_POLL_TURN_MS } from '../../limits.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import type { SharedWork } from '../../ports/shared-work.ts'
import type { AppCommand, UnknownCommand } from './answers.ts'
import type { AppClient, CommandResult } from './client.ts'
import type { AppUsers } from './users.ts'

/** Does what a person asked for in the app. Gives words for that person; throws ConnectorError when it cannot be done. */
export type RunCommand = (command: AppCommand | UnknownCommand, signal: AbortSignal) => Promise<string>

export type DeskOptions = {
  app: AppClient
  users: AppUsers
  shared: Pick<SharedWork, 'markDue' | 'remember'>
  run: RunCommand
  log: Log
}

/** See `Desk.poll`. */
export async function pollApp(options: DeskOptions, signal: AbortSignal): Promise<readonly string[]> {
  const work = await options.app.work(signal)
  const due = new Set(await takeUsers(options, work.usersUpdatedAt))
  if (work.journalPending > 0) for (const email of await takeJournal(options, signal)) due.add(email)
  if (work.commandsPending > 0) for (const email of await takeCommands(options, signal)) due.add(email)
  return [...due]
}

/**
 * See `Desk.isOurTurn`. Nobody holds the turn for longer than one span, so nothing has to be given back or to run out when a replica
 * dies: the next span goes to whoever asks first.
 */
export function takeTurn(shared: Pick<SharedWork, 'remember'>, nowMs: number): Promise<boolean> {
  return shared.remember(`app-poll-${Math.floor(nowMs / APP_POLL_MS)}`, APP_POLL_TURN_MS)
}

async function takeUsers({ users, shared }: DeskOptions, updatedAt: number): Promise<readonly string[]> {
  const changed = await users.follow(updatedAt)
  // Who is new has no mailbox in the state yet: the run makes it, due at once.
  if (changed.length > 0) await shared.markDue(changed)
  return changed
}

async function takeJournal({ app, users, shared }: DeskOptions, signal: AbortSignal): Promise<readonly string[]> {
  const due = new Set<string>()
  for (let page = 0; page < APP_PAGES_MAX && !signal.aborted; page++) {
    const { entries, more } = await app.journal()
    if (entries.length === 0) return [...due]
    const changed = new Set(entries.filter(({ origin }) => origin === 'user').map(({ uid }) => uid))
    const emails = await Promise.all([...changed].map((uid) => users.emailOf(uid)))
    const known = emails.filter((email) => email !== null)
    if (known.length > 0) await shared.markDue(known)
    await app.ackJournal(entries.map(({ id }) => id))
    for (const email of known) due.add(email)
    if (!more) return [...due]
  }
  return [...due]
}

async function takeCommands(options: DeskOptions, signal: AbortSignal): Promise<readonly string[]> {
  const { app, shared } = options
  const due: string[] = []
  const { commands } = await app.commands()
  for (const command of commands) {
    if (signal.aborted) break
    // Another replica may have asked at the same moment; when it dies, the command is taken up again after this time.
    if (!(await shared.remember(`app-command-${command.id}`, APP_COMMAND_CLAIM_MS))) continue
    const { result, email } = await runCommand(options, command, signal)
    await app.ackCommands([result])
    if (email !== null) due.push(email)
  }
  return due
}

type Ran = { result: CommandResult; email: string | null }

async function runCommand(
  { run, users, log }: DeskOptions,
  command: AppCommand | UnknownCommand,
  signal: AbortSignal,
): Promise<Ran> {
  const { id, kind, uid } = command
  try {
    const message = await run(command, signal)
    log.info({ command: kind }, 'did what a user asked for in the app')
    const isDue = kind === 'sync-now' || kind === 'restore-conflict'
    return { result: { id, outcome: 'done', message }, email: isDue ? await users.emailOf(uid) : null }
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    // A state or a stop is no answer to the user: the command stays and comes again.
    if (error.code === 'stopped' || error.code.startsWith('state.')) throw error
    log.warn({ command: kind, code: error.code }, 'a command of the app failed')
    return { result: { id, outcome: 'failed', message: error.code }, email: null }
  }
}
