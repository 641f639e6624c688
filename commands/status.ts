/** Who is in step and who needs attention. */
import { Args } from '@oclif/core'
import { BaseCommand } from '../src/cli/base-command.ts'
import { statusJson } from '../src/cli/json.ts'
import { renderStatus } from '../src/cli/render/status.ts'

export class Status extends BaseCommand {
  static override summary = 'Show who is in step, when, and what needs attention.'
  static override description =
    'The exit code says only whether the status could be read; for monitoring, use the field light of --json.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> anna@example.org --json',
  ]
  static override args = { email: Args.string({ description: 'Only this mailbox.' }) }

  override async run() {
    const { args, flags } = await this.parse(Status)
    const list = await this.withConnector(flags, (connector) => connector.status(args.email))
    this.print(renderStatus(list, this.nowMs(), this.view()))
    return statusJson(list, this.nowMs(), this.redact)
  }
}
