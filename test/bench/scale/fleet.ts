/** Replicas as real processes: started, killed without warning and started anew, their memory looked at. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

export type Replica = { child: ChildProcess; port: number; rssMaxBytes: number; stderr: string }

export type FleetOptions = { entry: string; cwd: string; env: Readonly<Record<string, string>> }

export class Fleet {
  readonly #options: FleetOptions
  readonly running: Replica[] = []
  /** The largest resident set of any replica that ever ran. */
  rssMaxBytes = 0
  kills = 0

  constructor(options: FleetOptions) {
    this.#options = options
    // A bench that is stopped leaves nobody behind.
    process.once('exit', () => {
      for (const { child } of this.running) child.kill('SIGKILL')
    })
  }

  async start(): Promise<Replica> {
    const { entry, cwd, env } = this.#options
    const port = await freePort()
    const child = spawn(process.execPath, [entry, 'daemon'], {
      cwd,
      env: { PATH: process.env.PATH, NO_COLOR: '1', ...env, Service__HttpConfiguration__Port: String(port) },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const replica: Replica = { child, port, rssMaxBytes: 0, stderr: '' }
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      replica.stderr = (replica.stderr + text).slice(-20_000)
    })
    this.running.push(replica)
    await this.#ready(replica)
    return replica
  }

  async #ready({ child, port, stderr }: Replica): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      const isUp = await fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      )
      if (isUp) return
      if (child.exitCode !== null) break
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`a replica did not start: ${stderr}`)
  }

  /** SIGKILL, and another one takes its place. Gives the process id of the dead one. */
  async killAndReplace(index: number): Promise<number> {
    const [victim] = this.running.splice(index % this.running.length, 1)
    if (victim === undefined) throw new Error('no replica runs')
    this.look()
    await ended(victim, 'SIGKILL')
    this.kills++
    await this.start()
    return victim.child.pid ?? 0
  }

  /** Looks at the memory of all. */
  look(): void {
    for (const { child } of this.running) {
      const rss = rssOf(child.pid)
      if (rss > this.rssMaxBytes) this.rssMaxBytes = rss
    }
  }

  async metrics(): Promise<string[]> {
    const texts = this.running.map(({ port }) =>
      fetch(`http://127.0.0.1:${port}/metrics`).then((answer) => answer.text()),
    )
    return (await Promise.all(texts)).flatMap((text) => text.split('\n'))
  }

  pids(): (number | undefined)[] {
    return this.running.map(({ child }) => child.pid)
  }

  async stop(): Promise<void> {
    this.look()
    await Promise.all(this.running.splice(0).map((replica) => ended(replica, 'SIGTERM')))
  }
}

async function ended({ child }: Replica, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
}

/** Seconds that these processes have computed: what a loaded machine does not distort. */
export function cpuSecondsOf(pids: readonly (number | undefined)[]): number {
  return pids.reduce<number>((sum, pid) => sum + cpuOf(pid), 0)
}

/** proc(5): utime and stime are the 14th and 15th field, in ticks of 10 ms; the name in brackets may hold spaces. */
function cpuOf(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) / 100
  } catch {
    return 0
  }
}

function rssOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
  } catch {
    // It has just ended, or this is no Linux.
    return 0
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
