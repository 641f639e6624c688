/** The connector as its administrator meets it: a process with arguments, two streams, signals and an exit code. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { World } from '../world.ts'

/** As docs/reference/json.md describes them, only what scenarios look at. */
export type ErrorJson = {
  code: string
  message: string
  next: string
  exitCode: number
  fields: Record<string, unknown>
}
export type ActionJson = { action: string; outcome: string; side: string; reason: string; uid: string; title: string }
export type PairJson = {
  name: string
  outcome: string
  counts: Record<string, number>
  actions: ActionJson[]
  problems: { side: string; uid: string; title: string; code: string; detail: string }[]
  halt: { guard: string; numbers: Record<string, number> } | null
  error: ErrorJson | null
}
export type UserJson = { email: string; outcome: string; exitCode: number; pairs: PairJson[]; error: ErrorJson | null }
export type RunJson = { exitCode: number; users: UserJson[] }

export type Ran = { exitCode: number; stdout: string; stderr: string }
export type Running = { child: ChildProcess; ended: Promise<Ran> }

export class CommandLine {
  readonly #entry: string
  readonly #world: World

  constructor(entry: string, world: World) {
    this.#entry = entry
    this.#world = world
  }

  /** Starts `connector ...` and does not wait. The environment is the world's and nothing of the caller's. */
  start(words: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    const child = spawn(process.execPath, [this.#entry, ...words], {
      cwd: this.#world.directory,
      env: { PATH: process.env.PATH, NO_COLOR: '1', COLUMNS: '200', ...this.#world.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ended = new Promise<Ran>((resolve, reject) => {
      const texts = { stdout: '', stderr: '' }
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        texts.stdout += text
      })
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        texts.stderr += text
      })
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ ...texts, exitCode: code ?? (signal === null ? -1 : -2) }))
    })
    return { child, ended }
  }

  run(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    return this.start(words, env).ended
  }

  /** The same with `--json`: what stands on standard output, parsed. */
  async json<T>(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<T & { ran: Ran }> {
    const ran = await this.run([...words, '--json'], env)
    try {
      return { ...(JSON.parse(ran.stdout) as T), ran }
    } catch (error) {
      throw new Error(`no JSON: exit ${ran.exitCode}\n${ran.stdout}\n${ran.stderr}`, { cause: error })
    }
  }
}
