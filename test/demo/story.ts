/** How the demo talks: chapters, the commands it runs as real processes, and what they print. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ENTRY = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

export type Ran = { exitCode: number; stdout: string }

export class Story {
  readonly #directory: string
  readonly #env: Record<string, string>
  #chapter = 0

  constructor(options: { directory: string; env: Record<string, string> }) {
    this.#directory = options.directory
    this.#env = options.env
  }

  chapter(title: string): void {
    console.log(`\n${++this.#chapter}. ${title}\n${'-'.repeat(title.length + 3)}`)
  }

  say(...lines: string[]): void {
    for (const line of lines) console.log(line)
  }

  /** Runs `connector ...` as an administrator would and shows what it prints, at most `linesMax` lines of it. */
  async run(
    words: readonly string[],
    options: { linesMax?: number; quiet?: boolean; env?: Record<string, string> } = {},
  ): Promise<Ran> {
    if (!options.quiet) console.log(`\n$ connector ${words.join(' ')}`)
    const child = spawn(process.execPath, [ENTRY, ...words], {
      cwd: this.#directory,
      env: { PATH: process.env.PATH, NO_COLOR: '1', COLUMNS: '100', ...this.#env, ...options.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve(code ?? 1))
    })
    if (!options.quiet) console.log(shortened(stdout.trimEnd(), options.linesMax ?? 60))
    return { exitCode, stdout }
  }
}

function shortened(text: string, linesMax: number): string {
  const lines = text.split('\n')
  if (lines.length <= linesMax) return text
  const tail = 8
  const cut = lines.length - linesMax
  return [...lines.slice(0, linesMax - tail), `  ... ${cut} lines more ...`, ...lines.slice(-tail)].join('\n')
}
