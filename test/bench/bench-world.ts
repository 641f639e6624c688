/** Starts the servers' process and gives a bench its messages, configurations and measured children. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { emailOf, passwordOf } from '../world.ts'
import type { Answer, Order } from './servers.ts'

const SERVERS = fileURLToPath(new URL('./servers.ts', import.meta.url))
const ENTRY = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const WORKER = fileURLToPath(new URL('./pass.ts', import.meta.url))

export type Measured = { exitCode: number; wallMs: number; cpuMs: number; rssMaxMb: number; stdout: string }

export class BenchWorld {
  readonly #child: ChildProcess
  readonly ewsUrl: string
  readonly davUrl: string

  private constructor(child: ChildProcess, urls: { ewsUrl: string; davUrl: string }) {
    this.#child = child
    this.ewsUrl = urls.ewsUrl
    this.davUrl = urls.davUrl
  }

  static async start(): Promise<BenchWorld> {
    const child = fork(SERVERS, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const ready = await next(child)
    if (ready.kind !== 'ready') throw new Error('the servers did not start')
    return new BenchWorld(child, ready)
  }

  async ask(order: Order): Promise<Answer> {
    const answer = next(this.#child)
    this.#child.send(order)
    return answer
  }

  async requests(): Promise<{ exchange: number; nextcloud: number }> {
    const counts = await this.ask({ kind: 'counts' })
    if (counts.kind !== 'counts') throw new Error('no counts')
    return counts
  }

  /** A directory with users.json and admins.json for these people. */
  directory(people: readonly string[]): string {
    const directory = mkdtempSync(join(tmpdir(), 'bench-'))
    const users = people.map((person) => ({
      Email: emailOf(person),
      DavUrl: this.davUrl,
      Username: person,
      AppPassword: passwordOf(person),
    }))
    writeFileSync(join(directory, 'users.json'), JSON.stringify(users), { mode: 0o600 })
    writeFileSync(join(directory, 'admins.json'), JSON.stringify([{ Username: 'svc', Password: 'secret' }]), {
      mode: 0o600,
    })
    const env = {
      Service__ExchangeConfiguration__ExchangeType: '3',
      Service__ExchangeConfiguration__EwsUrl: this.ewsUrl,
      Service__DefaultTimeZone: 'Europe/Berlin',
      Service__SyncMode: '1',
      Service__SyncWindow__PastDays: 'unlimited',
      Service__LoggingConfiguration__LogLevel: 'error',
    }
    writeFileSync(
      join(directory, '.env'),
      Object.entries(env)
        .map((pair) => pair.join('='))
        .join('\n'),
    )
    return directory
  }

  close(): void {
    this.#child.disconnect()
  }
}

function next(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`the servers ended with ${code}`))
    child.once('message', (answer: Answer) => {
      child.off('exit', onExit)
      resolve(answer)
    })
    child.once('exit', onExit)
  })
}

export function dropDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true })
}

/** The built connector as its users run it. */
export function runConnector(directory: string, words: readonly string[]): Promise<Measured> {
  return measure([ENTRY, ...words], directory)
}

/** One pass, or the floor of it, in a process that reports its own CPU time and memory. */
export function runPass(
  directory: string,
  mode: 'pass' | 'floor',
  person: string,
  more: Record<string, string> = {},
): Promise<Measured> {
  return measure([WORKER, mode, person], directory, more)
}

/** Peak resident memory of a running process (Linux); 0 when it has ended. */
function highWaterMb(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    // The process ended between two looks: its last high-water mark stands.
    return 0
  }
}

async function measure(words: readonly string[], cwd: string, more: Record<string, string> = {}): Promise<Measured> {
  const startedAtMs = performance.now()
  const env = { PATH: process.env.PATH, NO_COLOR: '1', ...more }
  const child = spawn(process.execPath, ['--expose-gc', ...words], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  let rssMaxMb = 0
  const watch = setInterval(() => {
    rssMaxMb = Math.max(rssMaxMb, highWaterMb(child.pid))
  }, 50)
  const exitCode = await new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1)))
  clearInterval(watch)
  const report = /^MEASURED (.*)$/m.exec(stdout)?.[1]
  const own = report ? (JSON.parse(report) as Partial<Measured>) : {}
  return { exitCode, wallMs: performance.now() - startedAtMs, cpuMs: 0, rssMaxMb, stdout, ...own }
}
