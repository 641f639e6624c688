/** Keeps all mailboxes in step until it is stopped: for service managers and containers, beside any number of replicas on one PostgreSQL. */
import { BaseCommand } from '../src/cli/base-command.ts'
import { EXIT } from '../src/cli/exit-codes.ts'
import { onHangUp } from '../src/cli/signals.ts'

export class Daemon extends BaseCommand {
  static override summary = 'Sync mailboxes as they become due, until stopped.'
  static override description =
    'SIGTERM and SIGINT let the writes under way finish (30 s at the most); a second signal ends at once. ' +
    'SIGHUP reads users, service accounts and the log level again. Several may run on one PostgreSQL; on SQLite one machine shares the file.'
  static override examples = ['<%= config.bin %> <%= command.id %>', 'kill -HUP PID']

  protected override console = 'never-waits' as const

  override async run() {
    const { flags } = await this.parse(Daemon)
    const { version } = this.config
    const end = await this.withConnector(flags, async (connector, { signal }) => {
      const stopListening = onHangUp(process, () => this.reload(connector, flags))
      try {
        if (!flags.quiet) this.say('Running. Stop with SIGTERM or Ctrl-C.')
        return await connector.daemon({ signal, version })
      } finally {
        stopListening()
      }
    })
    if (end.abandoned > 0)
      this.say(`${end.abandoned} passes did not end in time; the next run settles what they wrote.`)
    this.finishWith(EXIT.inStep)
    return end
  }
}
