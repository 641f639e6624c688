/** One entry of the archive in full. */
import { Args, Flags } from '@oclif/core'
import { archivedJson } from '../../src/cli/admin-json.ts'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { renderArchived } from '../../src/cli/render/archive.ts'

export class ArchiveShow extends BaseCommand {
  static override summary = 'Show one entry of the archive.'
  static override description =
    'It is decrypted for this output only. No server is asked. With --json, contents come only with --documents.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 7Yq3wT0aXk2mPz9d',
    '<%= config.bin %> <%= command.id %> 7Yq3wT0aXk2mPz9d --documents',
  ]
  static override args = { id: Args.string({ description: 'Id from archive list.', required: true }) }
  static override flags = {
    documents: Flags.boolean({ summary: "Also print the server's own document.", exclusive: ['redact'] }),
    redact: Flags.boolean({ summary: 'Leave out title and contents.' }),
  }

  override async run() {
    const { args, flags } = await this.parse(ArchiveShow)
    const detail = await this.withConnector(flags, ({ admin }) => admin.archived(args.id))
    const view = { redact: this.redact, hidden: flags.redact, documents: flags.documents }
    this.print(renderArchived(detail, { ...this.view(), ...view }))
    return archivedJson(detail, view)
  }
}
