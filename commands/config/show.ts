/** The configuration in force. */
import { Flags } from '@oclif/core'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { renderConfig, shownEntry } from '../../src/cli/render/config.ts'

export class ConfigShow extends BaseCommand {
  static override summary = 'Show the configuration in force, secrets masked.'
  static override examples = ['<%= config.bin %> <%= command.id %> --origin']
  static override flags = {
    origin: Flags.boolean({ summary: 'Say where each value comes from: flag, environment, env-file, default.' }),
  }

  override async run() {
    const { flags } = await this.parse(ConfigShow)
    const { entries, problem } = await this.inspect(flags)
    this.print(renderConfig(entries, flags.origin))
    if (problem !== null) throw problem
    return { values: entries.map(shownEntry) }
  }
}
