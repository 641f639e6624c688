/** Conflicts: where both sides had changed the same, and one version lost. */
import { Args, Flags } from '@oclif/core'
import { conflictsJson } from '../../src/cli/admin-json.ts'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { renderConflicts } from '../../src/cli/render/conflicts.ts'

export class ConflictsList extends BaseCommand {
  static override summary = 'List the conflicts that wait for a look.'
  static override description =
    'A conflict blocks nothing: one version is in place on both sides, the other is in the archive until it is accepted or restored.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> anna@example.org --all',
  ]
  static override args = { email: Args.string({ description: 'Only this mailbox.' }) }
  static override flags = {
    all: Flags.boolean({ summary: 'Also those that are resolved.' }),
    redact: Flags.boolean({ summary: 'Leave out titles.' }),
  }

  override async run() {
    const { args, flags } = await this.parse(ConflictsList)
    const filter = args.email === undefined ? { all: flags.all } : { all: flags.all, email: args.email }
    const list = await this.withConnector(flags, ({ admin }) => admin.conflicts(filter))
    const view = { redact: this.redact, hidden: flags.redact, documents: false }
    this.print(renderConflicts(list, { ...this.view(), ...view }, flags.all))
    return conflictsJson(list, view)
  }
}
