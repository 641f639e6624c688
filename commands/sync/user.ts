/** One pass over one user, due or not; `--dry-run` shows the plan without writing anything. */
import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { exitOfUser } from '../../src/cli/exit-of-report.ts'
import { userReportJson } from '../../src/cli/json.ts'
import { renderUser } from '../../src/cli/render/sync.ts'

export class SyncUser extends BaseCommand {
  static override summary = 'Sync one user now, or show what a sync would do.'
  static override description =
    'With --dry-run nothing is written on either side: the plan is printed, one line per item.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> anna@example.org --dry-run',
    '<%= config.bin %> <%= command.id %> anna@example.org --allow-deletes 40',
  ]
  static override args = { email: Args.string({ description: 'Address of the mailbox.', required: true }) }
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'Show the plan and write nothing.' }),
    'allow-deletes': Flags.integer({
      summary: 'Release a halted plan: the exact number of its deletions.',
      min: 1,
      helpValue: 'N',
    }),
    force: Flags.boolean({ summary: 'Sync although the mailbox is paused; it stays paused.' }),
  }

  override async run() {
    const { args, flags } = await this.parse(SyncUser)
    const report = await this.withConnector(flags, (connector, { signal, onProgress }) =>
      connector.syncUser(args.email, {
        dryRun: flags['dry-run'],
        allowDeletes: flags['allow-deletes'] ?? null,
        force: flags.force,
        signal,
        onProgress,
      }),
    )
    const unwell = exitOfUser(report) !== EXIT.inStep
    if (!flags.quiet || flags['dry-run'] || unwell)
      this.print(renderUser(report, { ...this.view(), redact: this.redact }))
    this.finishWith(exitOfUser(report))
    return userReportJson(report, this.redact)
  }
}
