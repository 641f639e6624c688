/**
 * What every command has in common: global flags, the configuration, the connector's life, signals and the error boundary.
 * Standard output gets data only; everything else goes to standard error.
 */
import { Command, Flags } from '@oclif/core'
import type { Config } from '../config/config.ts'
import type { Inspected } from '../config/load.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { ProgressEvent } from '../ports/report.ts'
import type { Connector } from '../ports/service.ts'
import { describeError, errorJson, errorText, stackText } from './errors.ts'
import type { LogTargets } from './log.ts'
import type { OpenedLog } from './open-log.ts'
import { NO_PROGRESS, type ProgressLine, progressLine } from './progress.ts'
import { type Redact, redactor } from './redact.ts'
import { terminalWidth, type View, viewOf } from './render/view.ts'
import { listenForSignals } from './signals.ts'

export type GlobalFlags = { 'env-file'?: string | undefined; quiet: boolean; verbose: boolean }

/** What a command's work gets beside the connector. */
export type Running = { config: Config; signal: AbortSignal; onProgress: (event: ProgressEvent) => void }

export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true
  static override baseFlags = {
    'env-file': Flags.string({ summary: 'Read this file instead of .env.', helpGroup: 'GLOBAL', helpValue: 'FILE' }),
    quiet: Flags.boolean({
      char: 'q',
      summary: 'Print only what was asked for and what went wrong.',
      helpGroup: 'GLOBAL',
    }),
    verbose: Flags.boolean({
      char: 'v',
      summary: 'Log every step and show where errors come from.',
      helpGroup: 'GLOBAL',
      exclusive: ['quiet'],
    }),
  }

  protected redact: Redact = redactor([])
  #progress: ProgressLine = NO_PROGRESS
  #stopCode: number | null = null
  #log: OpenedLog | null = null
  /** A daemon must not stand still because nobody reads its standard error. */
  protected console: LogTargets['console'] = 'at-once'

  /** The clock of the command line: reports show times relative to it. */
  protected nowMs(): number {
    return Date.now()
  }

  protected view(): View {
    return viewOf(process.stdout)
  }

  /** The configuration, valid or not; its warnings go to standard error. */
  protected async inspect(flags: GlobalFlags): Promise<Inspected> {
    const { inspectConfig } = await import('../config/load.ts')
    const { fileSecrets } = await import('../config/file-secrets.ts')
    const loaded = inspectConfig({ env: process.env, cwd: process.cwd(), flags: { envFile: flags['env-file'] } })
    const { exchange, nextcloud } = loaded.config
    const files = [exchange.adminsFile, exchange.cloudAdminsFile ?? [], nextcloud.usersFile].flat()
    this.redact = redactor([...loaded.secrets, ...fileSecrets(files)])
    if (!flags.quiet) for (const warning of loaded.config.warnings) this.say(`Warning: ${warning}`)
    return loaded
  }

  /** The checked configuration. */
  protected async settings(flags: GlobalFlags): Promise<Config> {
    const { config, problem } = await this.inspect(flags)
    if (problem !== null) throw problem
    return config
  }

  /** Replaced in tests. Loaded late: `--version` and `--help` must not wait for the engine. */
  protected async compose(config: Config, flags: GlobalFlags): Promise<Connector> {
    const [{ compose }, { openLog }] = await Promise.all([import('../compose.ts'), import('./open-log.ts')])
    const { console } = this
    const { version } = this.config
    const log = await openLog(config.logging, {
      ...flags,
      console,
      version,
      // Secrets may be others after a reload.
      redact: (text) => this.redact(text),
      say: (text) => this.say(text),
    })
    this.#log = log
    return compose(config, { log: log.log, onStore: log.attach, onMetrics: log.measure, version })
  }

  /** Users, service accounts and the log level as they are now. What cannot be read stays as it was, and is said. */
  protected async reload(connector: Connector, flags: GlobalFlags): Promise<void> {
    try {
      const { logging } = await this.settings(flags)
      if (!flags.verbose && !flags.quiet) this.#log?.log.setLevel(logging.level)
      await connector.reload()
      this.say('Read again: users, service accounts, log level.')
    } catch (error) {
      this.say(errorText(describeError(error, this.redact), terminalWidth(process.stderr)))
    }
  }

  /** Does work with a connector and closes it whatever happens. Signals stop the work through `signal`. */
  protected async withConnector<T>(
    flags: GlobalFlags,
    work: (connector: Connector, running: Running) => Promise<T>,
  ): Promise<T> {
    const config = await this.settings(flags)
    const stopper = listenForSignals({ process, nowMs: () => this.nowMs(), say: (text) => this.say(text) })
    this.#progress = this.onTerminal(flags) ? progressLine(process.stderr, () => this.nowMs()) : NO_PROGRESS
    try {
      const connector = await this.compose(config, flags)
      try {
        return await work(connector, {
          config,
          signal: stopper.signal,
          onProgress: (event) => this.#progress.show(event),
        })
      } finally {
        // The log in the database goes first, while it can.
        await this.#log?.close()
        await connector.close()
      }
    } finally {
      this.#progress.clear()
      this.#stopCode = stopper.exitCode()
      stopper.dispose()
    }
  }

  protected onTerminal({ quiet, verbose }: GlobalFlags): boolean {
    return process.stderr.isTTY && !quiet && !verbose && !this.jsonEnabled()
  }

  /** A line on standard error. */
  protected say(text: string): void {
    this.#progress.clear()
    process.stderr.write(`${text}\n`)
  }

  /** Data for people on standard output; nothing with `--json`, where the returned value is printed instead. */
  protected print(text: string): void {
    if (!this.jsonEnabled()) process.stdout.write(`${text}\n`)
  }

  /** A stop by signal outweighs what the report says. */
  protected finishWith(exitCode: number): void {
    process.exitCode = this.#stopCode ?? exitCode
  }

  override logJson(json: unknown): void {
    process.stdout.write(`${JSON.stringify(json, null, 2)}\n`)
  }

  /** oclif's own form would print every property of the error, tokens included. */
  protected override toErrorJson(error: unknown) {
    return errorJson(describeError(error, this.redact, this.typed()))
  }

  private typed() {
    return { words: (this.id ?? '').replaceAll(':', ' '), ids: [] }
  }

  protected override async catch(error: unknown): Promise<void> {
    const stopped = this.#stopCode !== null && !(error instanceof ConnectorError && error.code !== 'stopped')
    const shown = describeError(stopped ? new ConnectorError('stopped') : error, this.redact, this.typed())
    process.exitCode = this.#stopCode ?? shown.exitCode
    if (this.jsonEnabled()) this.logJson(this.toErrorJson(stopped ? new ConnectorError('stopped') : error))
    else this.say(errorText(shown, terminalWidth(process.stderr)))
    if (this.argv.some((word) => word === '--verbose' || word === '-v')) this.say(stackText(error, this.redact))
  }
}
