/** Completion scripts for shells: commands and flags, made from what the program knows of itself. Pure: a list of commands in, a script out. */
import { unreachable } from '../ports/errors.ts'

/** `id`: words separated by spaces. `values`: what a flag allows, when that is a list. */
export type Completable = {
  id: string
  summary: string
  /** What its argument may be, when that is a list. */
  choices: readonly string[]
  flags: readonly { name: string; summary: string; takesValue: boolean; values: readonly string[] }[]
}
export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

export function completionScript(shell: Shell, bin: string, commands: readonly Completable[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(bin, commands)
    case 'zsh':
      // zsh runs bash's completions; one script is one thing to get right.
      return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(bin, commands)}`
    case 'fish':
      return fishScript(bin, commands)
    default:
      return unreachable(shell)
  }
}

/** Next words by the words before: `sync` -> `run user watch`. */
function branches(commands: readonly Completable[]): Map<string, Set<string>> {
  const next = new Map<string, Set<string>>()
  for (const { id } of commands) {
    const words = id.split(' ')
    words.forEach((word, index) => {
      const before = words.slice(0, index).join(' ')
      next.set(before, (next.get(before) ?? new Set()).add(word))
    })
  }
  for (const { id, choices } of commands) if (choices.length > 0) next.set(id, new Set(choices))
  return next
}

function bashScript(bin: string, commands: readonly Completable[]): string {
  const nextCases = [...branches(commands)].map(
    ([before, words]) => `    '${before}') words='${[...words].sort().join(' ')}' ;;`,
  )
  const flagCases = commands.map(
    ({ id, flags }) => `    '${id}') flags='${flags.map(({ name }) => `--${name}`).join(' ')}' ;;`,
  )
  const valueCases = commands.flatMap(({ id, flags }) =>
    flags
      .filter(({ values }) => values.length > 0)
      .map(({ name, values }) => `    '${id} --${name}') values='${values.join(' ')}' ;;`),
  )
  const takers = new Set(commands.flatMap(({ flags }) => flags.filter((one) => one.takesValue).map(({ name }) => name)))
  const fn = `_${bin}_complete`
  return `${fn}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path='' words='' flags='' values='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      -*) break ;;
      *) path="\${path:+$path }\${COMP_WORDS[i]}" ;;
    esac
  done
  local command="$path"
  while [ -n "$command" ]; do
    case "$command" in
${commands.map(({ id }) => `    '${id}') break ;;`).join('\n')}
    esac
    case "$command" in *' '*) command="\${command% *}" ;; *) command='' ;; esac
  done
  case "$command $previous" in
${valueCases.length > 0 ? valueCases.join('\n') : '    *) ;;'}
  esac
  if [ -n "$values" ]; then COMPREPLY=($(compgen -W "$values" -- "$current")); return; fi
  case "$previous" in
    ${[...takers]
      .sort()
      .map((name) => `--${name}`)
      .join(' | ')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "$command" in
${flagCases.join('\n')}
  esac
  case "$path" in
${nextCases.join('\n')}
  esac
  case "$current" in
    -*) words="$flags" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F ${fn} ${bin}
`
}

function fishScript(bin: string, commands: readonly Completable[]): string {
  const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  const lines = [`complete -c ${bin} -f`]
  for (const [before, words] of branches(commands))
    for (const word of [...words].sort()) {
      const path = before === '' ? word : `${before} ${word}`
      const summary = commands.find(({ id }) => id === path)?.summary ?? ''
      const when = before === '' ? '__fish_use_subcommand' : `__fish_seen_subcommand_from ${before.split(' ').at(-1)}`
      lines.push(`complete -c ${bin} -n ${quote(when)} -a ${word} -d ${quote(summary)}`)
    }
  for (const { id, flags } of commands) {
    const when = id
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ')
    for (const { name, summary, takesValue, values } of flags) {
      const value = values.length > 0 ? ` -x -a ${quote(values.join(' '))}` : takesValue ? ' -r -F' : ''
      lines.push(`complete -c ${bin} -n ${quote(when)} -l ${name}${value} -d ${quote(summary)}`)
    }
  }
  return `${lines.join('\n')}\n`
}
