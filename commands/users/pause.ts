/** Pauses one user: nothing of theirs is written until they are resumed. */
import { Args, Flags } from '@oclif/core'
import { pausedJson } from '../../src/cli/admin-json.ts'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { renderPaused } from '../../src/cli/render/pause.ts'

export class UsersPause extends BaseCommand {
  static override summary = 'Stop syncing one user until resumed.'
  static override description =
    'Waits up to 30 seconds for a pass that is under way, else ends with 11. Nothing is lost: what changes meanwhile is synced after users resume.'
  static override examples = ['<%= config.bin %> <%= command.id %> anna@example.org --reason "mailbox is being moved"']
  static override args = { email: Args.string({ description: 'Address of the mailbox.', required: true }) }
  static override flags = {
    reason: Flags.string({ summary: 'Why, for others who look at the status.', helpValue: 'TEXT' }),
  }

  override async run() {
    const { args, flags } = await this.parse(UsersPause)
    const paused = await this.withConnector(flags, ({ admin }, { signal }) =>
      admin.pause(args.email, { reason: flags.reason ?? null, signal }),
    )
    if (!flags.quiet) this.print(renderPaused(paused))
    return pausedJson(paused)
  }
}
