/** Writes docs/reference/commands.md from the command classes. */
import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from '@oclif/core'
import { BaseCommand } from '../../src/cli/base-command.ts'

const root = join(import.meta.dirname, '..', '..')

/** What the page says of a flag; oclif's own type is wider. */
export type Flag = {
  char?: string
  summary?: string | undefined
  type?: string
  helpValue?: string | string[] | undefined
}
export type Loaded = { id: string; command: typeof Command }

function isCommand(value: unknown): value is typeof Command {
  return typeof value === 'function' && value.prototype instanceof BaseCommand
}

export async function loadCommands(): Promise<Loaded[]> {
  const files = globSync('commands/**/*.ts', { cwd: root }).sort()
  const loaded = files.map(async (file) => {
    const exported: Record<string, unknown> = await import(join(root, file))
    const command = Object.values(exported).find(isCommand)
    if (!command) throw new Error(`${file} exports no command`)
    return { id: file.replace(/^commands\/|\.ts$/g, '').replaceAll('/', ' '), command }
  })
  return Promise.all(loaded)
}

function flagRow(name: string, flag: Flag): string {
  const short = flag.char ? `\`-${flag.char}\`, ` : ''
  const value = flag.type === 'option' ? ` ${flag.helpValue ?? 'VALUE'}` : ''
  return `| ${short}\`--${name}${value}\` | ${flag.summary ?? ''} |`
}

function flagTable(flags: Record<string, Flag>): string {
  const rows = Object.entries(flags).map(([name, flag]) => flagRow(name, flag))
  return rows.length === 0 ? '' : `| flag | |\n|---|---|\n${rows.join('\n')}\n\n`
}

function section({ id, command }: Loaded): string {
  const args = Object.entries(command.args ?? {})
  const usage = args.map(([name, arg]) => (arg.required ? name.toUpperCase() : `[${name.toUpperCase()}]`))
  const examples = (command.examples ?? []).map((example) =>
    String(example).replaceAll('<%= config.bin %>', 'connector').replaceAll('<%= command.id %>', id),
  )
  const argRows = args.map(([name, arg]) => `| \`${name.toUpperCase()}\` | ${arg.description ?? ''} |`)
  const argTable = argRows.length === 0 ? '' : `| argument | |\n|---|---|\n${argRows.join('\n')}\n\n`
  const text = [command.summary, command.description].filter((part) => part !== undefined).join(' ')
  const title = `## connector ${[id, ...usage].join(' ')}`
  return `${title}\n\n${text}\n\n${argTable}${flagTable((command.flags ?? {}) as Record<string, Flag>)}\`\`\`\n${examples.join('\n')}\n\`\`\`\n`
}

/** docs/reference/commands.md */
export async function commandsPage(): Promise<string> {
  const sections = (await loadCommands()).map(section)
  return `# Commands

Every command has these flags. Data goes to standard output, everything else (warnings, progress, errors, logs) to standard error. Colours and
progress appear on a terminal only and not with \`NO_COLOR\`. Exit codes: [exit-codes.md](exit-codes.md); \`--json\`: [json.md](json.md).

${flagTable(BaseCommand.baseFlags as Record<string, Flag>)}| | |
|---|---|
| \`--json\` | Print the result as JSON on standard output. |
| \`--help\` | Show how the command is used. |

${sections.join('\n')}`
}
