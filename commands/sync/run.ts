/** One pass over all mailboxes that are due; made for cron. */
import { Flags } from '@oclif/core'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { exitOfRun } from '../../src/cli/exit-of-report.ts'
import { runReportJson } from '../../src/cli/json.ts'
import { renderRun } from '../../src/cli/render/sync.ts'

export class SyncRun extends BaseCommand {
  static override summary = 'Sync every mailbox that is due, once.'
  static override description =
    "Made for cron and service managers: it ends when nothing is due any more. One user's failure does not stop the others."
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --now --dry-run',
  ]
  static override flags = {
    now: Flags.boolean({ summary: 'Also sync mailboxes that are not due yet.' }),
    'dry-run': Flags.boolean({ summary: 'Show the plans and write nothing.' }),
    redact: Flags.boolean({ summary: 'Leave out titles.' }),
  }

  override async run() {
    const { flags } = await this.parse(SyncRun)
    const hidden = flags.redact
    const report = await this.withConnector(flags, (connector, { signal, onProgress }) =>
      connector.syncRun({
        dryRun: flags['dry-run'],
        notDueToo: flags.now,
        allowDeletes: null,
        signal,
        onProgress,
      }),
    )
    const view = { redact: this.redact, hidden }
    // Cron mails what is printed: quiet is silent only while all is well.
    if (!flags.quiet || flags['dry-run'] || exitOfRun(report) !== EXIT.inStep)
      this.print(renderRun(report, { ...this.view(), ...view, notDueToo: flags.now }))
    this.finishWith(exitOfRun(report))
    return runReportJson(report, view)
  }
}
