/** Polling the app for the daemon: at its interval, at once when a webhook says so, ever more rarely while it fails, and never at an end. */
import { describe, expect, it } from 'vitest'
import { appNews } from '../../src/nextcloud/app/source.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import { memoryLog } from './dav-server.ts'

/** Sleeps until it is told to go on, or its signal aborts. */
function steppedClock() {
  const waits: number[] = []
  let goOn: () => void = () => {}
  return {
    waits,
    step: () => goOn(),
    nowMs: () => 0,
    sleep: (ms: number, signal?: AbortSignal) => {
      waits.push(ms)
      return new Promise<void>((resolve) => {
        goOn = resolve
        signal?.addEventListener('abort', () => resolve(), { once: true })
      })
    },
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('the app as a source of news', () => {
  it('marks what a poll gave, waits, and polls at once when it is asked to', async () => {
    const clock = steppedClock()
    const answers = [['a@b'], [], ['c@d']]
    const marked: string[] = []
    const stop = new AbortController()
    const { source, pollNow } = appNews({ poll: async () => answers.shift() ?? [] }, { clock, log: memoryLog() })
    const running = source.run(
      async () => [],
      (email) => marked.push(email),
      stop.signal,
    )
    await settled()
    expect([marked, clock.waits]).toEqual([['a@b'], [10_000]])
    clock.step()
    await settled()
    expect(clock.waits).toEqual([10_000, 10_000])
    pollNow?.()
    await settled()
    expect(marked).toEqual(['a@b', 'c@d'])
    stop.abort()
    await running
  })

  it('does not lose a webhook that comes while a poll is under way', async () => {
    const clock = steppedClock()
    const stop = new AbortController()
    let polls = 0
    let answer: () => void = () => {}
    const poll = () => {
      polls++
      return new Promise<string[]>((resolve) => {
        answer = () => resolve([])
      })
    }
    const { source, pollNow } = appNews({ poll }, { clock, log: memoryLog() })
    const running = source.run(
      async () => [],
      () => {},
      stop.signal,
    )
    pollNow?.()
    answer()
    await settled()
    expect([polls, clock.waits]).toEqual([2, []])
    answer()
    await settled()
    stop.abort()
    await running
  })

  it('says once that the app cannot be asked, asks ever more rarely, and goes on', async () => {
    const clock = steppedClock()
    const lines: string[] = []
    const stop = new AbortController()
    const poll = async (): Promise<string[]> => {
      throw new ConnectorError('nextcloud.unreachable', { host: 'cloud.test' })
    }
    const { source } = appNews({ poll }, { clock, log: memoryLog(lines) })
    const running = source.run(
      async () => [],
      () => {},
      stop.signal,
    )
    for (let round = 0; round < 8; round++) {
      await settled()
      clock.step()
    }
    await settled()
    expect(clock.waits.slice(0, 6)).toEqual([20_000, 40_000, 80_000, 160_000, 300_000, 300_000])
    expect(lines.filter((line) => line.includes('nextcloud.unreachable'))).toHaveLength(1)
    stop.abort()
    await running
  })
})
