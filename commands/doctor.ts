/** Checks everything that a sync needs, from the runtime to a mailbox end to end, and says what to mend. */
import { Flags } from '@oclif/core'
import { BaseCommand } from '../src/cli/base-command.ts'
import { doctorJson, exitOfDoctor } from '../src/cli/doctor/report.ts'
import { renderDoctor } from '../src/cli/render/doctor.ts'

export class Doctor extends BaseCommand {
  static override summary = 'Check everything that a sync needs, and say what to mend.'
  static override description =
    'Runtime, configuration, file modes, database, clocks, both servers, service accounts, one mailbox end to end, guards. It never writes, neither on a server nor in the database.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --mailbox anna@example.org --json',
  ]
  static override flags = {
    mailbox: Flags.string({
      summary: 'The mailbox that is tried end to end; without it the first enrolled one.',
      helpValue: 'EMAIL',
    }),
    offline: Flags.boolean({ summary: 'Ask no server.' }),
  }

  override async run() {
    const { flags } = await this.parse(Doctor)
    const { examine } = await import('../src/cli/doctor/examine.ts')
    const inspected = await this.inspect({ ...flags, quiet: true })
    const checks = await examine({
      inspected,
      mailbox: flags.mailbox ?? null,
      offline: flags.offline,
      nowMs: () => this.nowMs(),
      connect: (work) => this.withConnector(flags, work),
    })
    this.print(renderDoctor(checks, this.view(), this.redact))
    this.finishWith(exitOfDoctor(checks))
    return doctorJson(checks, this.redact)
  }
}
