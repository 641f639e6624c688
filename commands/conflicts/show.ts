/** One conflict in full: what lost, what won, and where they differ. */
import { Args, Flags } from '@oclif/core'
import { conflictDetailJson } from '../../src/cli/admin-json.ts'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { renderConflict } from '../../src/cli/render/conflicts.ts'

export class ConflictsShow extends BaseCommand {
  static override summary = 'Show what lost a conflict and what won it.'
  static override description =
    'What lost is read from the encrypted archive, what won from its server, now. It writes nothing and prints contents of a calendar. With --json, contents come only with --documents.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 7Yq3wT0aXk2mPz9d',
    '<%= config.bin %> <%= command.id %> 7Yq3wT0aXk2mPz9d --documents',
  ]
  static override args = { id: Args.string({ description: 'Id from conflicts list.', required: true }) }
  static override flags = {
    documents: Flags.boolean({ summary: "Also print the servers' own documents.", exclusive: ['redact'] }),
    redact: Flags.boolean({ summary: 'Leave out titles and contents.' }),
  }

  override async run() {
    const { args, flags } = await this.parse(ConflictsShow)
    const detail = await this.withConnector(flags, ({ admin }, { signal }) => admin.conflict(args.id, { signal }))
    const view = { redact: this.redact, hidden: flags.redact, documents: flags.documents }
    this.print(renderConflict(detail, { ...this.view(), ...view }))
    return conflictDetailJson(detail, view)
  }
}
