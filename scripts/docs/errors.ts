/** Writes docs/errors.md and the page of exit codes from the tables that the program itself uses. */
import { ERROR_TEXTS } from '../../src/cli/errors/table.ts'
import { EXIT, EXIT_MEANINGS, type ExitName } from '../../src/cli/exit-codes.ts'
import { ERROR_CODES, type ErrorCode } from '../../src/ports/errors.ts'

/** `[: {reason}]` -> `: …`: the fields that an error may add are shown as an ellipsis. */
function plain(what: string): string {
  return what
    .replace(/\[\n\{problems\}\]/, ' …')
    .replace(/\[[^[\]]*\]/g, '')
    .replace(/\{\w+\}/g, '…')
    .trim()
}

function section(code: ErrorCode): string {
  const { what, why, next, exit } = ERROR_TEXTS[code]
  const first = plain(what)
  return [
    `### ${code}`,
    '',
    `**${first.charAt(0).toUpperCase()}${first.slice(1)}** ${why}`,
    '',
    `Next: ${next}. Exit code ${EXIT[exit]}.`.replaceAll('..', '.'),
    '',
  ].join('\n')
}

const TITLES: Readonly<Record<string, string>> = {
  config: 'Configuration',
  usage: 'Command line',
  state: 'Database',
  lease: 'One writer per mailbox',
  exchange: 'Exchange',
  nextcloud: 'Nextcloud',
  item: 'Single items',
  guard: 'Guards',
  limit: 'Limits',
  stopped: 'Stopped',
  bug: 'Bugs',
}

const INTRODUCTION = `# Errors

Every error has a code. The command line prints what happened, why it usually happens, and the next command to run; \`--json\` gives the same with
the code (see [reference/json.md](reference/json.md)). An error of one item does not stop its calendar, one of a calendar not its user, one of a user
not the run: then the exit code is the one of the whole report, see [reference/exit-codes.md](reference/exit-codes.md).
A command line that is not understood has the code \`usage\` and exit code ${EXIT.usage}.
`

/** docs/errors.md */
export function errorsPage(): string {
  const groups = Object.entries(TITLES).map(([prefix, title]) => {
    const codes = ERROR_CODES.filter((code) => code.split('.')[0] === prefix)
    return `## ${title}\n\n${codes.map(section).join('\n')}`
  })
  return `${INTRODUCTION}\n${groups.join('\n')}`
}

/** docs/reference/exit-codes.md */
export function exitCodesPage(): string {
  const names = Object.keys(EXIT) as ExitName[]
  const rows = names.map((name) => {
    const codes = ERROR_CODES.filter((code) => ERROR_TEXTS[code].exit === name).map((code) => `\`${code}\``)
    return `| ${EXIT[name]} | ${EXIT_MEANINGS[name]} | ${codes.join(', ')} |`
  })
  return `# Exit codes

Stable: scripts may rely on them. A code that comes with an error ends the command with it when that error concerns the whole command or, in
\`sync user\`, the whole user. In \`sync run\`: 0 when every mailbox is in step; 7 when a guard halted one; the common code when all failed
alike; 3 when some are in step and some not; else 1. \`status\` ends with 0 whenever it could be read.

| code | meaning | errors that end with it |
|---|---|---|
${rows.join('\n')}
`
}
