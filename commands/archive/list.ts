/** What the archive holds: versions that lost, items that were removed. */
import { Args, Flags } from '@oclif/core'
import { sinceMs } from '../../src/cli/admin-ids.ts'
import { archiveJson } from '../../src/cli/admin-json.ts'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { renderArchive } from '../../src/cli/render/archive.ts'

export class ArchiveList extends BaseCommand {
  static override summary = 'List what the sync overwrote or removed and kept in the archive.'
  static override description =
    'Entries are kept for Service__ArchiveConfiguration__RetentionDays days, and as long as an open conflict needs them.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> anna@example.org',
    '<%= config.bin %> <%= command.id %> --since 24h',
  ]
  static override args = { email: Args.string({ description: 'Only this mailbox.' }) }
  static override flags = {
    since: Flags.string({ summary: 'Only what was archived since then: 24h, 7d, 2026-03-01.', helpValue: 'TIME' }),
    redact: Flags.boolean({ summary: 'Leave out titles.' }),
  }

  override async run() {
    const { args, flags } = await this.parse(ArchiveList)
    const filter = {
      ...(args.email === undefined ? {} : { email: args.email }),
      ...(flags.since === undefined ? {} : { sinceMs: sinceMs(flags.since, this.nowMs()) }),
    }
    const list = await this.withConnector(flags, ({ admin }) => admin.archive(filter))
    const view = { redact: this.redact, hidden: flags.redact, documents: false }
    this.print(renderArchive(list, { ...this.view(), ...view }))
    return archiveJson(list, view)
  }
}
