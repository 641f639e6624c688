/** Reads the project's sources for test/tidy.test.ts: imports, sizes, functions. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

export const root = join(import.meta.dirname, '..')

/** `path` from the project's root, with slashes. */
export type Source = { path: string; text: string; lines: readonly string[] }

export function sources(...patterns: string[]): Source[] {
  const paths = patterns
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .map((path) => path.replaceAll('\\', '/'))
  return [...new Set(paths)].sort().map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    return { path, text, lines: text.trimEnd().split('\n') }
  })
}

/** Code without comments and without the contents of strings, for searching words. Line numbers stay. */
export function codeOf(source: Source): string {
  return source.text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|[\s;{}(),])\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
}

export type Import = { from: string; to: string; typeOnly: boolean; lazy: boolean }

const STATIC = /^(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'/gm
const BARE = /^import\s+'([^']+)'/gm
const LAZY = /\bimport\('([^']+)'\)/g

/** Relative imports are given from the project's root, others as they are. */
export function importsOf(source: Source): Import[] {
  const to = (name: string) => (name.startsWith('.') ? normalize(join(dirname(source.path), name)) : name)
  const text = source.text.replace(/\/\*[\s\S]*?\*\//g, '')
  return [
    ...[...text.matchAll(STATIC)].map((match) => ({
      to: to(match[2] ?? ''),
      typeOnly: match[1] !== undefined,
      lazy: false,
    })),
    ...[...text.matchAll(BARE)].map((match) => ({ to: to(match[1] ?? ''), typeOnly: false, lazy: false })),
    ...[...text.matchAll(LAZY)].map((match) => ({ to: to(match[1] ?? ''), typeOnly: false, lazy: true })),
  ].map((found) => ({ from: source.path, ...found }))
}

/** `src/engine/pass.ts` -> `engine`; `src/compose.ts` -> `compose`; `commands/status.ts` -> `commands`. */
export function partOf(path: string): string {
  const [first = '', second = ''] = path.split('/')
  if (first === 'test') return second === 'simulators' ? 'simulators' : 'test'
  return first === 'src' ? second.replace(/\.ts$/, '') : first
}

export type FunctionSize = { name: string; line: number; length: number }

const OPENERS = [
  /\bfunction\b.*\{$/,
  /=> \{$/,
  /^\s*\).*\{$/,
  /^\s*(?!if\b|for\b|while\b|switch\b|catch\b|else\b|return\b)(?:(?:async|static|override|protected|private|get|set)\s+)*[\w#]+(?:<.*>)?\(.*\).*\{$/,
]

/** Sizes by indentation: the formatter guarantees that a function ends on the first closing brace as far left as its start. */
export function functionsOf(source: Source): FunctionSize[] {
  const indentOf = (line: string) => line.length - line.trimStart().length
  return source.lines.flatMap((line, index) => {
    if (!OPENERS.some((opener) => opener.test(line))) return []
    const indent = indentOf(line)
    const rest = source.lines.slice(index + 1)
    const end = rest.findIndex(
      (later) => later.trim() !== '' && indentOf(later) === indent && later.trimStart().startsWith('}'),
    )
    return [{ name: line.trim(), line: index + 1, length: end + 2 }]
  })
}
