/** Sends the items of a file through the lenses, there and back, and shows what does not fit. No server, no configuration. */
import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { exitOfMapping, mappingJson } from '../../src/cli/mapping-json.ts'
import { readInputFile } from '../../src/cli/read-file.ts'
import { renderMapping } from '../../src/cli/render/mapping.ts'

export class MappingDryRun extends BaseCommand {
  static override summary = 'Show what the items of a file become on the other side, and what does not fit.'
  static override description =
    'An iCalendar (.ics) or vCard (.vcf) file is mapped to Exchange and back, an EWS document (.xml) to Nextcloud and back. Needs no configuration and asks no server. Ends with 3 when an item does not fit at all.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> meeting.ics',
    '<%= config.bin %> <%= command.id %> item.xml --documents',
  ]
  static override args = { file: Args.string({ description: 'An .ics, .vcf or EWS .xml file.', required: true }) }
  static override flags = {
    documents: Flags.boolean({
      summary: 'Also print what is understood of each item, and the documents that the other side would get.',
    }),
  }

  override async run() {
    const { args, flags } = await this.parse(MappingDryRun)
    const text = readInputFile(args.file)
    const { dryRunFile } = await import('../../src/mapping/dry-run.ts')
    const report = dryRunFile({ name: args.file, text })
    this.print(renderMapping(report, this.view(), flags.documents))
    this.finishWith(exitOfMapping(report))
    return mappingJson(report)
  }
}
