/** Stops a command cleanly: the first SIGINT or SIGTERM asks the pass to end after its current write, the second ends the process. */
import { EXIT } from './exit-codes.ts'

/** npm and a terminal both deliver one Ctrl-C; copies of it that arrive at once are not a second wish. */
const SAME_SIGNAL_MS = 500

const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const

export type Stopper = {
  signal: AbortSignal
  /** 130 or 143 once asked to stop. */
  exitCode(): number | null
  dispose(): void
}

export type StopperOptions = {
  process: Pick<NodeJS.Process, 'on' | 'off' | 'exit'>
  nowMs: () => number
  say: (text: string) => void
}

export function listenForSignals({ process, nowMs, say }: StopperOptions): Stopper {
  const controller = new AbortController()
  let asked: { code: number; atMs: number } | null = null
  const listenerOf = (code: number) => () => {
    if (asked === null) {
      asked = { code, atMs: nowMs() }
      say('Stopping: the write under way is finished first. Once more to stop at once (the next run settles it).')
      controller.abort()
    } else if (nowMs() - asked.atMs > SAME_SIGNAL_MS) {
      process.exit(code)
    }
  }
  const listeners = Object.entries(CODES).map(([name, code]) => [name, listenerOf(code)] as const)
  for (const [name, listener] of listeners) process.on(name, listener)
  return {
    signal: controller.signal,
    exitCode: () => asked?.code ?? null,
    dispose: () => {
      for (const [name, listener] of listeners) process.off(name, listener)
    },
  }
}

/** SIGHUP asks for a fresh look at the configuration, as daemons do. Gives the function that ends it. */
export function onHangUp(process: Pick<NodeJS.Process, 'on' | 'off'>, act: () => void): () => void {
  process.on('SIGHUP', act)
  return () => process.off('SIGHUP', act)
}
