/** Checks the configuration and every file that it names, without touching a server. */
import { BaseCommand } from '../../src/cli/base-command.ts'
import { checkFiles } from '../../src/cli/check-files.ts'

export class ConfigCheck extends BaseCommand {
  static override summary = 'Check the configuration and the files that it names.'
  static override description = 'All problems are named at once. No server is asked and nothing is written.'
  static override examples = ['<%= config.bin %> <%= command.id %> --env-file /etc/connector/.env']

  override async run() {
    const { flags } = await this.parse(ConfigCheck)
    const config = await this.settings(flags)
    const checked = checkFiles(config)
    if (!flags.quiet) for (const warning of checked.warnings) this.say(`Warning: ${warning}`)
    const users = checked.users ?? 'from the Nextcloud app'
    this.print(`The configuration is valid (service accounts: ${checked.admins}, users: ${users}).`)
    return {
      valid: true,
      admins: checked.admins,
      users: checked.users,
      warnings: [...config.warnings, ...checked.warnings],
    }
  }
}
