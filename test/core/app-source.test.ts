/** Polling the app for the daemon: at its interval, at once when a webhook says so, ever more rarely while it fails, and never at an end. */
import { describe, expect, it } from 'vitest'
import { APP_POLL_MS } from '../../src/limits.ts'
import { takeTurn } from '../../src/nextcloud/app/desk.ts'
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

const isOurTurn = async () => true
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('the app as a source of news', () => {
  it('marks what a poll gave, waits, and polls at once when it is asked to', async () => {
    const clock = steppedClock()
    const answers = [['a@b'], [], ['c@d']]
    const marked: string[] = []
    const stop = new AbortController()
    const { source, pollNow } = appNews(
      { poll: async () => answers.shift() ?? [], isOurTurn },
      { clock, log: memoryLog() },
    )
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
    const { source, pollNow } = appNews({ poll, isOurTurn }, { clock, log: memoryLog() })
    const running = source.run(
      async () => [],
      () => {},
      stop.signal,
    )
    await settled()
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
    const { source } = appNews({ poll, isOurTurn }, { clock, log: memoryLog(lines) })
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

  it('is polled once in a span of time, however many replicas there are; the first time and for a webhook by each', async () => {
    const known = new Set<string>()
    const book = { remember: async (nonce: string) => !known.has(nonce) && Boolean(known.add(nonce)) }
    const stop = new AbortController()
    let nowMs = 1_000_000
    const polls: string[] = []
    const replica = (name: string) => {
      const clock = { ...steppedClock(), nowMs: () => nowMs }
      const poll = async () => {
        polls.push(name)
        return []
      }
      const news = appNews({ poll, isOurTurn: () => takeTurn(book, clock.nowMs()) }, { clock, log: memoryLog() })
      const running = news.source.run(
        async () => [],
        () => {},
        stop.signal,
      )
      return { ...news, clock, running }
    }
    const replicas = ['one', 'two', 'three'].map(replica)
    const [one, two] = replicas
    const everybodyWakes = async () => {
      nowMs += APP_POLL_MS
      polls.length = 0
      for (const { clock } of replicas) clock.step()
      await settled()
    }
    await settled()
    expect(polls).toEqual(['one', 'two', 'three'])
    for (let span = 0; span < 5; span++) {
      await everybodyWakes()
      expect(polls).toHaveLength(1)
    }
    polls.length = 0
    two?.pollNow?.()
    await settled()
    expect(polls).toEqual(['two'])
    // A replica that is gone leaves nothing that has to run out.
    replicas.shift()
    await everybodyWakes()
    expect(polls).toHaveLength(1)
    expect(one?.clock.waits).toHaveLength(6)
    stop.abort()
    await Promise.all([one, two, ...replicas].map((each) => each?.running))
  })
})
