/** A live feed of what every process of this installation does. */
import { Args } from '@oclif/core'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { watchJson } from '../../src/cli/history-json.ts'
import { watchLine } from '../../src/cli/render/history.ts'

export class SyncWatch extends BaseCommand {
  static override summary = 'Show what is being synced, as it happens, until Ctrl-C.'
  static override description =
    'Follows the database, so it shows what every replica does; it syncs nothing itself. Items are named by their UID: the database holds no titles. With --json one object per line. Passes longer than 30 minutes show their actions only.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> anna@example.org --json',
  ]
  static override args = { email: Args.string({ description: 'Only this mailbox.' }) }

  override async run() {
    const { args, flags } = await this.parse(SyncWatch)
    await this.withConnector(flags, ({ admin }, { signal }) =>
      admin.watch({
        email: args.email ?? null,
        signal,
        onEvent: (event) => {
          if (this.jsonEnabled()) process.stdout.write(`${JSON.stringify(watchJson(event))}\n`)
          else this.printIfAny(watchLine(event))
        },
      }),
    )
    this.finishWith(0)
  }

  private printIfAny(line: string | null): void {
    if (line !== null) this.print(line)
  }

  /** Every line was printed when it happened. */
  override logJson(json: unknown): void {
    if (json !== undefined) super.logJson(json)
  }
}
