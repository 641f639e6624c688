/** Settles one conflict: the winner is accepted, or what lost is written back. */
import { Args, Flags } from '@oclif/core'
import { resolvedJson } from '../../src/cli/admin-json.ts'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { renderResolved } from '../../src/cli/render/conflicts.ts'

export class ConflictsResolve extends BaseCommand {
  static override summary = 'Accept the version that won a conflict, or restore the one that lost.'
  static override description =
    'Restoring writes the fields that lost into the item where they lost (or makes it again when it is gone); the next pass carries them to the other side. What is overwritten goes to the archive first, and nothing is mailed. Other fields stay as they are now.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 7Yq3wT0aXk2mPz9d --keep',
    '<%= config.bin %> <%= command.id %> 7Yq3wT0aXk2mPz9d --restore',
  ]
  static override args = { id: Args.string({ description: 'Id from conflicts list.', required: true }) }
  static override flags = {
    keep: Flags.boolean({ summary: 'Accept the version that won.', exactlyOne: ['keep', 'restore'] }),
    restore: Flags.boolean({ summary: 'Write the version that lost back.', exactlyOne: ['keep', 'restore'] }),
    redact: Flags.boolean({ summary: 'Leave out titles.' }),
  }

  override async run() {
    const { args, flags } = await this.parse(ConflictsResolve)
    const choice = flags.restore ? 'restore' : 'keep'
    const resolved = await this.withConnector(flags, ({ admin }, { signal }) =>
      admin.resolveConflict(args.id, choice, { signal }),
    )
    const view = { redact: this.redact, hidden: flags.redact, documents: false }
    if (!flags.quiet) this.print(renderResolved(resolved, { ...this.view(), ...view }))
    return resolvedJson(resolved, view)
  }
}
