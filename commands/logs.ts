/** The log that is kept in the database. */
import { Args, Flags } from '@oclif/core'
import { sinceMs } from '../src/cli/admin-ids.ts'
import { BaseCommand } from '../src/cli/base-command.ts'
import { logEntryJson } from '../src/cli/log-json.ts'
import { logLine, renderLog } from '../src/cli/render/log.ts'
import type { LogEntry } from '../src/ports/administration.ts'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

export class Logs extends BaseCommand {
  static override summary = 'Show the log that is kept in the database.'
  static override description =
    'Of every replica and every run that logs there (Service__LoggingConfiguration__LogsOutput with 2). Lines about a mailbox are found by its address, lines of a pass by the id that status EMAIL --log shows. With --follow and --json one object per line. What was done to items is told by status EMAIL --log, whether or not a log is kept.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --level warn --since 24h',
    '<%= config.bin %> <%= command.id %> anna@example.org --follow',
    '<%= config.bin %> <%= command.id %> --pass 3f2a9c01 --json',
  ]
  static override args = { email: Args.string({ description: 'Only this mailbox.' }) }
  static override flags = {
    level: Flags.option({ options: LEVELS, default: 'debug' as const })({
      summary: 'Only this level and what is worse.',
    }),
    since: Flags.string({ summary: 'Only since then: 24h, 7d, 2026-03-01.', helpValue: 'TIME' }),
    pass: Flags.string({ summary: 'Only this pass; the beginning of its id will do.', helpValue: 'ID' }),
    limit: Flags.integer({ summary: 'The newest so many lines.', min: 1, max: 10_000, default: 100, helpValue: 'N' }),
    follow: Flags.boolean({ char: 'f', summary: 'Then go on with new lines, until Ctrl-C.' }),
  }

  override async run() {
    const { args, flags } = await this.parse(Logs)
    const { email } = args
    const { level, limit, since, pass } = flags
    const filter = {
      level,
      ...(email !== undefined && { email }),
      ...(pass !== undefined && { passId: pass }),
      ...(since !== undefined && { sinceMs: sinceMs(since, this.nowMs()) }),
    }
    const result = await this.withConnector(flags, async ({ admin }, { config, signal }) => {
      if (flags.follow) {
        await admin.followLog({ ...filter, limit, signal, onEntry: (entry) => this.tell(entry) })
        return undefined
      }
      const entries = await admin.logs({ ...filter, limit })
      const { outputs, level: kept } = config.logging
      this.print(renderLog(entries, { isOn: outputs.includes('database'), level: kept }, this.view()))
      return { lines: entries.map(logEntryJson) }
    })
    this.finishWith(0)
    return result
  }

  private tell(entry: LogEntry): void {
    if (this.jsonEnabled()) process.stdout.write(`${JSON.stringify(logEntryJson(entry))}\n`)
    else this.print(logLine(entry, this.view()))
  }

  /** Every line was printed when it came. */
  override logJson(json: unknown): void {
    if (json !== undefined) super.logJson(json)
  }
}
