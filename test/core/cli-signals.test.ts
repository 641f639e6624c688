/** Stopping: the first signal asks, the second one ends, and a copy of the first is not a second. */
import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { listenForSignals } from '../../src/cli/signals.ts'

function listen() {
  let nowMs = 0
  const exits: number[] = []
  const said: string[] = []
  const emitter = Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) })
  const process = emitter as unknown as Pick<NodeJS.Process, 'on' | 'off' | 'exit'>
  const stopper = listenForSignals({ process, nowMs: () => nowMs, say: (text) => said.push(text) })
  const send = (signal: string, atMs: number) => {
    nowMs = atMs
    emitter.emit(signal)
  }
  return { stopper, send, exits, said, emitter }
}

describe('listenForSignals', () => {
  it('aborts on the first signal and says so once', () => {
    const { stopper, send, exits, said } = listen()
    send('SIGINT', 0)
    expect(stopper.signal.aborted).toBe(true)
    expect([stopper.exitCode(), exits, said.length]).toEqual([130, [], 1])
  })

  it('takes the same Ctrl-C that arrives twice as one', () => {
    const { send, exits } = listen()
    send('SIGINT', 0)
    send('SIGINT', 100)
    expect(exits).toEqual([])
  })

  it('ends at once on the second signal, with its code', () => {
    const { send, exits } = listen()
    send('SIGINT', 0)
    send('SIGTERM', 1000)
    expect(exits).toEqual([143])
  })

  it('leaves no listener behind', () => {
    const { stopper, emitter } = listen()
    stopper.dispose()
    expect([emitter.listenerCount('SIGINT'), stopper.exitCode()]).toEqual([0, null])
  })
})
