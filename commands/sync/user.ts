/** One pass over one user, due or not; `--dry-run` shows the plan without writing anything. */
import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { exitOfUser } from '../../src/cli/exit-of-report.ts'
import { userReportJson } from '../../src/cli/json.ts'
import { readPlanFile, writePlanFile } from '../../src/cli/plan-file.ts'
import { renderUser } from '../../src/cli/render/sync.ts'

export class SyncUser extends BaseCommand {
  static override summary = 'Sync one user now, or show what a sync would do.'
  static override description =
    'With --dry-run nothing is written on either side: the plan is printed, one line per item.'
  // oclif cannot tell that --out belongs to --dry-run and --plan excludes it.
  static override usage =
    '<%= command.id %> EMAIL [--dry-run [--out FILE]] [--plan FILE] [--allow-deletes N] [--force] [--redact]'
  static override examples = [
    '<%= config.bin %> <%= command.id %> anna@example.org --dry-run',
    '<%= config.bin %> <%= command.id %> anna@example.org --dry-run --out plan.json',
    '<%= config.bin %> <%= command.id %> anna@example.org --plan plan.json',
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
    out: Flags.string({
      summary: 'Also write the plan to this file (only this user may read it).',
      dependsOn: ['dry-run'],
      helpValue: 'FILE',
    }),
    plan: Flags.string({
      summary: 'Do exactly this plan; refused when it has changed meanwhile.',
      exclusive: ['dry-run'],
      helpValue: 'FILE',
    }),
    redact: Flags.boolean({ summary: 'Leave out titles.' }),
    force: Flags.boolean({ summary: 'Sync although the mailbox is paused; it stays paused.' }),
  }

  override async run() {
    const { args, flags } = await this.parse(SyncUser)
    const plan = flags.plan === undefined ? undefined : readPlanFile(flags.plan, args.email)
    const report = await this.withConnector(flags, (connector, { signal, onProgress }) =>
      connector.syncUser(args.email, {
        dryRun: flags['dry-run'],
        allowDeletes: flags['allow-deletes'] ?? null,
        force: flags.force,
        ...(plan && { plan }),
        signal,
        onProgress,
      }),
    )
    const view = { redact: this.redact, hidden: flags.redact }
    if (flags.out !== undefined) writePlanFile(flags.out, report, { ...view, madeAtMs: this.nowMs() })
    const unwell = exitOfUser(report) !== EXIT.inStep
    if (!flags.quiet || flags['dry-run'] || unwell)
      this.print(renderUser(report, { ...this.view(), ...view, planFile: flags.out }))
    this.finishWith(exitOfUser(report))
    return userReportJson(report, view)
  }
}
