/** What people can ask for in the Nextcloud app, and how it is done. Gives a sentence for the person, or throws. */
import type { Administration } from '../../ports/administration.ts'
import { ConnectorError, unreachable } from '../../ports/errors.ts'
import type { SharedWork } from '../../ports/shared-work.ts'
import type { AppCommand } from './answers.ts'
import type { RunCommand } from './desk.ts'
import type { AppUsers } from './users.ts'

/** `removed`: items that were taken away from Nextcloud; `kept`: those that were changed there meanwhile. */
export type Left = { removed: number; kept: number }

export type CommandTools = {
  users: Pick<AppUsers, 'emailOf'>
  shared: Pick<SharedWork, 'markDue'>
  admin: Pick<Administration, 'conflicts' | 'resolveConflict'>
  /** Puts a message into the Inbox of a mailbox whose owner is not known yet. */
  placeMessage(message: { mailbox: string; subject: string; text: string; signal: AbortSignal }): Promise<void>
  /** Forgets what is known of the mailbox; `remove`: takes away what the connector made on Nextcloud. */
  leave(uid: string, options: { remove: boolean; signal: AbortSignal }): Promise<Left>
  nowMs(): number
  /** For the message: whose Nextcloud asks. */
  host: string
}

export function commandRunner(tools: CommandTools): RunCommand {
  return async (command, signal) => {
    if (command.kind === 'unknown') {
      throw new ConnectorError('nextcloud.app-missing', { detail: 'a command that this connector does not know' })
    }
    return run(tools, command, signal)
  }
}

async function run(tools: CommandTools, command: AppCommand, signal: AbortSignal): Promise<string> {
  switch (command.kind) {
    case 'sync-now': {
      await tools.shared.markDue([await mailboxOf(tools, command.uid)])
      return ''
    }
    case 'restore-conflict':
      return restore(tools, { uid: command.uid, id: command.args.conflictId, signal })
    case 'place-proof': {
      const { email, code, expiresAt } = command.args
      if (expiresAt * 1000 <= tools.nowMs()) throw new ConnectorError('nextcloud.app-consent', { reason: 'expired' })
      await tools.placeMessage({ mailbox: email.toLowerCase(), signal, ...proofText(code, command.uid, tools.host) })
      return ''
    }
    case 'withdraw': {
      const { removed, kept } = await tools.leave(command.uid, { remove: command.args.remove, signal })
      return command.args.remove ? `removed ${removed}, kept ${kept}` : ''
    }
    default:
      return unreachable(command)
  }
}

async function mailboxOf({ users }: CommandTools, uid: string): Promise<string> {
  const email = await users.emailOf(uid)
  if (email === null) throw new ConnectorError('nextcloud.app-consent', { user: uid })
  return email
}

/** Only a conflict of this very user: the app names ids, and a wrong one must not reach into another mailbox. */
async function restore(
  tools: CommandTools,
  { uid, id, signal }: { uid: string; id: string; signal: AbortSignal },
): Promise<string> {
  const email = await mailboxOf(tools, uid)
  const own = await tools.admin.conflicts({ email, all: true })
  if (!own.some(({ conflict }) => conflict.id === id)) {
    throw new ConnectorError('usage.unknown-id', { type: 'conflict', target: id })
  }
  const { restored, already } = await tools.admin.resolveConflict(id, 'restore', { signal })
  return already || !restored ? '' : restored.title
}

/** In two languages: nothing is known of who reads it. */
function proofText(code: string, uid: string, host: string): { subject: string; text: string } {
  return {
    subject: `Nextcloud: ${code}`,
    text: [
      `${code} is the code with which the user "${uid}" of ${host} links this mailbox with Nextcloud.`,
      'If that is not you, give the code to nobody and do nothing: without it the mailbox is not linked.',
      '',
      `${code} ist der Code, mit dem "${uid}" auf ${host} dieses Postfach mit Nextcloud verknüpft.`,
      'Wenn Sie das nicht sind, geben Sie ihn nicht weiter und tun Sie nichts: ohne ihn wird das Postfach nicht verknüpft.',
      '',
    ].join('\n'),
  }
}
