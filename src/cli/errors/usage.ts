/** The words of a wrong command line: what oclif says, without its headings, and where to read on. */
import { nearest } from '../../config/nearest.ts'

/** What oclif throws for a wrong command line carries an `oclif` property. */
export function isUsage(error: unknown): error is Error {
  return error instanceof Error && 'oclif' in error && typeof error.oclif === 'object'
}

/** `words`: the command that was typed, as far as it is known. `ids`: all that there are. */
export type TypedCommand = { words: string; ids: readonly string[] }

export function usageWords(error: Error, { words, ids }: TypedCommand): { message: string; next: string } {
  const unknown = /^command (.+) not found$/.exec(error.message)?.[1]?.split(':')
  if (unknown) return unknownCommand(unknown, ids)
  const lines = error.message
    .replace(/^Parsing (--?[\w-]+)\s*\n\s*/, '$1: ')
    .split('\n')
    .filter((line) => !/^(\s*$|See more help|The following errors? occurred:)/.test(line))
  const command = ['connector', ...(words === '' ? [] : [words]), '--help'].join(' ')
  return { message: lines.map((line) => line.trim()).join('\n'), next: `See how it is used with: ${command}` }
}

/** The beginning of what was typed may be a command with its arguments, or a mistyped one. */
function unknownCommand(typed: readonly string[], ids: readonly string[]): { message: string; next: string } {
  const message = `There is no command: ${typed.join(' ')}`
  for (let length = Math.min(typed.length, 2); length > 0; length--) {
    const begin = typed.slice(0, length).join(' ')
    const near = nearest(begin, ids)
    if (near !== null && near[0] === begin[0]) return { message, next: `Did you mean: connector ${near}` }
  }
  return { message, next: 'See the commands with: connector --help' }
}
