/** Who is in step and who needs attention. */
import { Args, Errors, Flags } from '@oclif/core'
import { sinceMs } from '../src/cli/admin-ids.ts'
import { BaseCommand, type GlobalFlags } from '../src/cli/base-command.ts'
import { historyJson } from '../src/cli/history-json.ts'
import { statusJson } from '../src/cli/json.ts'
import { renderHistory } from '../src/cli/render/history.ts'
import { renderStatus } from '../src/cli/render/status.ts'

type Narrowing = { find?: string | undefined; since?: string | undefined; redact: boolean }

export class Status extends BaseCommand {
  static override summary = 'Show who is in step, when, and what needs attention.'
  static override description =
    'The exit code says only whether the status could be read; for monitoring, use the field light of --json.'
  static override usage = '<%= command.id %> [EMAIL] [--log [--find TEXT] [--since TIME] [--redact]]'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> anna@example.org --json',
    '<%= config.bin %> <%= command.id %> anna@example.org --log --find "Team meeting"',
  ]
  static override args = { email: Args.string({ description: 'Only this mailbox.' }) }
  static override flags = {
    log: Flags.boolean({ summary: 'Show what was done to the items of EMAIL, when and why (90 days).' }),
    find: Flags.string({
      summary: 'Only items with this in their UID or archived title.',
      dependsOn: ['log'],
      helpValue: 'TEXT',
    }),
    since: Flags.string({ summary: 'Only since then: 24h, 7d, 2026-03-01.', dependsOn: ['log'], helpValue: 'TIME' }),
    redact: Flags.boolean({ summary: 'Leave out titles.', dependsOn: ['log'] }),
  }

  override async run() {
    const { args, flags } = await this.parse(Status)
    if (flags.log) return this.history(args.email, flags)
    const list = await this.withConnector(flags, (connector) => connector.status(args.email))
    this.print(renderStatus(list, this.nowMs(), this.view()))
    return statusJson(list, this.nowMs(), this.redact)
  }

  private async history(email: string | undefined, flags: GlobalFlags & Narrowing) {
    if (email === undefined) throw new Errors.CLIError('--log needs the address of a mailbox')
    const filter = {
      ...(flags.find !== undefined && { find: flags.find }),
      ...(flags.since !== undefined && { sinceMs: sinceMs(flags.since, this.nowMs()) }),
    }
    const entries = await this.withConnector(flags, ({ admin }) => admin.history(email, filter))
    this.print(renderHistory(entries, email, { ...this.view(), hidden: flags.redact }))
    return historyJson(email, entries, { redact: this.redact, hidden: flags.redact, documents: false })
  }
}
