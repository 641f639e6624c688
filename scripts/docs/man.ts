/** Writes docs/man/connector.1 from the command classes, so that `man connector` says what `--help` says. */

import { BaseCommand } from '../../src/cli/base-command.ts'
import { EXIT, EXIT_MEANINGS, type ExitName } from '../../src/cli/exit-codes.ts'
import { type Flag, type Loaded, loadCommands } from './commands.ts'

/** Roff: a dash is an option's, not a hyphen, and a line must not begin with a control character. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/gm, '\\&$1')
}

function flagLines(flags: Record<string, Flag>): string[] {
  return Object.entries(flags).flatMap(([name, flag]) => {
    const short = flag.char ? `\\fB\\-${flag.char}\\fR, ` : ''
    const value = flag.type === 'option' ? ` \\fI${roff(String(flag.helpValue ?? 'VALUE'))}\\fR` : ''
    return ['.TP', `${short}\\fB\\-\\-${roff(name)}\\fR${value}`, roff(flag.summary ?? '')]
  })
}

function commandLines({ id, command }: Loaded): string[] {
  const args = Object.entries(command.args ?? {})
  const usage = args.map(([name, arg]) => (arg.required ? name.toUpperCase() : `[${name.toUpperCase()}]`))
  const text = [command.summary, command.description].filter((part) => part !== undefined).join(' ')
  const argLines = args.flatMap(([name, arg]) => [
    '.TP',
    `\\fI${name.toUpperCase()}\\fR`,
    roff(String(arg.description ?? '')),
  ])
  return [
    `.SS "connector ${roff([id, ...usage].join(' '))}"`,
    roff(text),
    ...argLines,
    ...flagLines((command.flags ?? {}) as Record<string, Flag>),
  ]
}

/** docs/man/connector.1 */
export async function manPage(version: string): Promise<string> {
  const commands = await loadCommands()
  const exits = (Object.keys(EXIT) as ExitName[]).flatMap((name) => [
    '.TP',
    String(EXIT[name]),
    roff(EXIT_MEANINGS[name]),
  ])
  const lines = [
    `.TH CONNECTOR 1 "" "nextcloud\\-exchange\\-connector ${roff(version)}" "User Commands"`,
    '.SH NAME',
    'connector \\- two\\-way sync of calendars, tasks and contacts between Nextcloud and Microsoft Exchange',
    '.SH SYNOPSIS',
    '.B connector',
    '\\fICOMMAND\\fR [\\fIARGUMENT\\fR...] [\\fIOPTION\\fR...]',
    '.SH DESCRIPTION',
    'Data goes to standard output, everything else to standard error. Settings come from the environment and from the file .env in the working directory.',
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    '.SH OPTIONS OF EVERY COMMAND',
    ...flagLines(BaseCommand.baseFlags as Record<string, Flag>),
    '.TP',
    '\\fB\\-\\-json\\fR',
    'Print the result as JSON on standard output.',
    '.TP',
    '\\fB\\-\\-help\\fR',
    'Show how the command is used.',
    '.SH EXIT STATUS',
    ...exits,
    '.SH ENVIRONMENT',
    '.TP',
    '\\fBNO_COLOR\\fR',
    'No colours and no progress line.',
    '.TP',
    '\\fBService__*\\fR',
    'Settings; see docs/reference/configuration.md.',
    '.SH FILES',
    '.TP',
    '.I .env',
    'Settings.',
    '.TP',
    '.I admins.json',
    'Service accounts of Exchange.',
    '.TP',
    '.I users.json',
    'Enrolled users, when they do not come from the Nextcloud app.',
  ]
  return `${lines.join('\n')}\n`
}
