/** Writes an archived version back: into the item where it is still there, else as a new item. */
import { Args, Flags } from '@oclif/core'
import { restoredJson } from '../../src/cli/admin-json.ts'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { restoredText } from '../../src/cli/render/archive.ts'

export class ArchiveRestore extends BaseCommand {
  static override summary = 'Restore one entry of the archive.'
  static override description =
    'Into the item where it is still there (what it overwrites goes to the archive first), else as a new item, with a new UID only if another item uses the old one there. The next pass carries it to the other side. Nothing is mailed. Run twice, it does nothing the second time.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 7Yq3wT0aXk2mPz9d',
    '<%= config.bin %> <%= command.id %> 7Yq3wT0aXk2mPz9d --to exchange',
  ]
  static override args = { id: Args.string({ description: 'Id from archive list.', required: true }) }
  static override flags = {
    to: Flags.option({
      summary: 'The side to restore to; without it, the one that it was archived from.',
      options: ['exchange', 'nextcloud'] as const,
      helpValue: 'SIDE',
    })(),
    redact: Flags.boolean({ summary: 'Leave out titles.' }),
  }

  override async run() {
    const { args, flags } = await this.parse(ArchiveRestore)
    const restored = await this.withConnector(flags, ({ admin }, { signal }) =>
      admin.restoreArchived(args.id, { to: flags.to ?? null, signal }),
    )
    const view = { redact: this.redact, hidden: flags.redact, documents: false }
    if (!flags.quiet) this.print(restoredText(restored, { ...this.view(), ...view }))
    return restoredJson(restored, view)
  }
}
