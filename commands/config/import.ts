/** Takes over the configuration of another connector. */
import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { importConfig } from '../../src/cli/import-config.ts'
import { renderImport } from '../../src/cli/render/import.ts'

export class ConfigImport extends BaseCommand {
  static override summary = "Take over the .env and admins.json of Sendent's connector."
  static override description =
    'Writes a new .env and admins.json, readable for this user only, and says of each setting whether it was taken, changed, or is not known here. Nothing is overwritten and no server is asked. Values are never shown.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> /opt/sendent --dry-run',
    '<%= config.bin %> <%= command.id %> /opt/sendent/.env --admins /opt/sendent/exchangeAdmins --into /etc/connector',
  ]
  static override args = { from: Args.string({ description: 'The old .env, or its folder.', required: true }) }
  static override flags = {
    admins: Flags.string({ summary: 'The old service accounts: a file or a folder.', helpValue: 'PATH' }),
    into: Flags.string({ summary: 'Folder for the new files.', default: '.', helpValue: 'FOLDER' }),
    'dry-run': Flags.boolean({ summary: 'Only say what would be taken.' }),
  }

  override async run() {
    const { args, flags } = await this.parse(ConfigImport)
    const { into, admins = null, 'dry-run': dryRun } = flags
    const result = importConfig({ from: args.from, admins, into, dryRun })
    if (!flags.quiet) for (const warning of result.warnings) this.say(`Warning: ${warning}`)
    this.print(renderImport(result, this.view()))
    return {
      settings: result.fates,
      accounts: result.accounts,
      written: result.written,
      warnings: result.warnings,
    }
  }
}
