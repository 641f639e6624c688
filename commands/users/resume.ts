/** Lets a paused user go on, and releases what a guard halted once a person has looked at it. */
import { Args } from '@oclif/core'
import { resumedJson } from '../../src/cli/admin-json.ts'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { renderResumed } from '../../src/cli/render/pause.ts'

export class UsersResume extends BaseCommand {
  static override summary = 'Go on with a paused or halted user.'
  static override description =
    'A guard is released for what it saw and no more: it says what that was. A guard over deletions is released only by its exact number, with sync user EMAIL --allow-deletes N; while one waits, the command ends with 7.'
  static override examples = ['<%= config.bin %> <%= command.id %> anna@example.org']
  static override args = { email: Args.string({ description: 'Address of the mailbox.', required: true }) }

  override async run() {
    const { args, flags } = await this.parse(UsersResume)
    const resumed = await this.withConnector(flags, ({ admin }, { signal }) => admin.resume(args.email, { signal }))
    const exitCode = resumed.waiting.length > 0 ? EXIT.halted : EXIT.inStep
    if (!flags.quiet || exitCode !== EXIT.inStep) this.print(renderResumed(resumed, this.view()))
    this.finishWith(exitCode)
    return resumedJson(resumed, exitCode)
  }
}
