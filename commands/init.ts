/** Writes the first configuration from questions or flags. */
import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { Errors, Flags } from '@oclif/core'
import { BaseCommand } from '../src/cli/base-command.ts'
import { writeConfigFiles } from '../src/cli/config-files.ts'
import { type Asking, answer, flagOf, terminalAsk } from '../src/cli/init/ask.ts'
import { initFiles } from '../src/cli/init/files.ts'
import {
  type Answers,
  EXCHANGE_QUESTIONS,
  NEXTCLOUD_QUESTIONS,
  QUESTIONS,
  type Question,
} from '../src/cli/init/questions.ts'
import { readSecrets } from '../src/cli/init/secrets.ts'
import { tryServer } from '../src/cli/init/try.ts'
import { checkGroups } from '../src/cli/render/doctor.ts'
import { renderInit } from '../src/cli/render/init.ts'
import type { Check } from '../src/ports/diagnosis.ts'

const answerFlags = Object.fromEntries(
  QUESTIONS.map((question) => {
    const choices = typeof question.kind === 'object' ? question.kind.choices : []
    const values = choices.map(({ value, name }) => `${value} (${name})`).join(', ')
    const summary = values === '' ? question.text : `${question.text.replace(/\?$/, '')}: ${values}`
    return [flagOf(question), Flags.string({ summary, helpValue: question.kind === 'secret' ? 'FILE' : 'VALUE' })]
  }),
)

export class Init extends BaseCommand {
  static override summary = 'Write a first configuration, from questions or from flags.'
  static override description =
    'Asks only at a terminal and only for what no flag says. Both servers are tried while it asks. Secrets are typed unseen and written for this user only, or stay in the files that the flags name. Nothing is overwritten.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --into /etc/connector --ews-url https://mail.example.org/EWS/Exchange.asmx --account svc --account-password-file /run/secrets/exchange --users-from file --nextcloud-url https://cloud.example.org',
  ]
  static override flags = {
    ...answerFlags,
    into: Flags.string({ summary: 'Folder for the files.', default: '.', helpValue: 'FOLDER' }),
    'no-test': Flags.boolean({ summary: 'Do not try the servers.' }),
  }

  override async run() {
    const { flags } = await this.parse(Init)
    const given = flags as Record<string, string | boolean | undefined>
    const { values, files } = readSecrets(QUESTIONS, given)
    const asksAtTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true && !this.jsonEnabled()
    const asking: Asking = { given: values, ask: asksAtTerminal ? await terminalAsk() : null }
    const exchange = await this.part(
      { questions: EXCHANGE_QUESTIONS, side: 'exchange', test: !flags['no-test'] },
      {},
      asking,
    )
    const all = await this.part(
      { questions: NEXTCLOUD_QUESTIONS, side: 'nextcloud', test: !flags['no-test'] },
      exchange,
      asking,
    )
    const made = initFiles(all.answers, files, randomBytes(32).toString('base64'))
    const into = resolve(flags.into)
    const written = {
      [join(into, '.env')]: made.env,
      [join(into, 'admins.json')]: made.admins,
      ...(made.users !== null && { [join(into, 'users.json')]: made.users }),
    }
    writeConfigFiles(written)
    this.print(renderInit({ written: Object.keys(written), into, hasUsersFile: made.users !== null }, this.view()))
    return { written: Object.keys(written) }
  }

  /** Asks one part and tries its server. Problems of both parts are told together when there is nobody to ask. */
  private async part(
    part: { questions: readonly Question[]; side: 'exchange' | 'nextcloud'; test: boolean },
    before: { answers?: Answers; problems?: readonly string[] },
    asking: Asking,
  ): Promise<{ answers: Answers; problems: readonly string[] }> {
    const { answers, problems } = await answer(part.questions, before.answers ?? {}, asking)
    const all = [...(before.problems ?? []), ...problems]
    if (part.side === 'nextcloud' && all.length > 0) throw new Errors.CLIError(all.join('\n'))
    if (part.test && all.length === 0) this.tell(await tryServer(part.side, answers))
    return { answers, problems: all }
  }

  /** What was found does not stop the rest: the server may be reached from elsewhere, or be set up later. */
  private tell(checks: readonly Check[]): void {
    if (checks.length > 0) this.say(checkGroups(checks, this.view(), this.redact).join('\n').trimEnd())
  }
}
