/** Tests every service account before a roll-out, or when something is wrong. */
import { Flags } from '@oclif/core'
import { BaseCommand } from '../../src/cli/base-command.ts'
import { exitOfPool, poolJson } from '../../src/cli/pool-json.ts'
import { NO_LIST, progressList } from '../../src/cli/progress-list.ts'
import { renderPool } from '../../src/cli/render/pool.ts'

export class PoolTest extends BaseCommand {
  static override summary = 'Test every service account: reach, sign-in, rights, speed.'
  static override description =
    'All accounts are tested at the same time. Nothing is written on Exchange, and no account is tried more often than the directory bears before it locks it.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --mailbox anna@example.org --json',
  ]
  static override flags = {
    mailbox: Flags.string({
      summary: 'Act for this mailbox; may be given several times. Without it: one per enrolled user.',
      helpValue: 'EMAIL',
      multiple: true,
    }),
    limit: Flags.integer({ summary: 'Enrolled users to act for at most.', default: 10, min: 1, max: 1000 }),
  }

  override async run() {
    const { flags } = await this.parse(PoolTest)
    const list = this.onTerminal(flags) ? progressList(process.stderr) : NO_LIST
    const report = await this.withConnector(flags, async (connector, { signal }) => {
      const mailboxes = flags.mailbox ?? []
      try {
        return await connector.testPool({ mailboxes, limit: flags.limit, signal, onProgress: list.show })
      } finally {
        list.clear()
      }
    })
    this.print(renderPool(report, { ...this.view(), redact: this.redact }))
    this.finishWith(exitOfPool(report))
    return poolJson(report, this.redact)
  }
}
