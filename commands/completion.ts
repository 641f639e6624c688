/** Prints a completion script for a shell. */
import { Args } from '@oclif/core'
import { BaseCommand } from '../src/cli/base-command.ts'
import { type Completable, completionScript, SHELLS, type Shell } from '../src/cli/completion.ts'

export class Completion extends BaseCommand {
  static override summary = 'Print a completion script for bash, zsh or fish.'
  static override examples = [
    'source <(<%= config.bin %> <%= command.id %> bash)',
    '<%= config.bin %> <%= command.id %> fish > ~/.config/fish/completions/connector.fish',
  ]
  static override args = {
    shell: Args.string({ description: 'bash, zsh or fish.', options: [...SHELLS], required: true }),
  }

  override async run() {
    const { args } = await this.parse(Completion)
    const script = completionScript(args.shell as Shell, this.config.bin, this.completable())
    this.print(script.trimEnd())
    return { shell: args.shell, script }
  }

  private completable(): Completable[] {
    return this.config.commands.map(({ id, summary = '', flags, args }) => ({
      id: id.replaceAll(':', ' '),
      summary,
      choices: Object.values(args).flatMap(({ options }) => options ?? []),
      flags: Object.entries(flags).map(([name, flag]) => ({
        name,
        summary: flag.summary ?? '',
        takesValue: flag.type === 'option',
        values: 'options' in flag && Array.isArray(flag.options) ? flag.options : [],
      })),
    }))
  }
}
