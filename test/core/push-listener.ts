/** A pool that listens for streaming notifications at the simulated Exchange, with waits that a test can end. */
import { expect } from 'vitest'
import { createExchangePool, type ExchangePool } from '../../src/exchange/pool/pool.ts'
import type { ListenerShare } from '../../src/ports/push.ts'
import { BASIC_POOL } from '../basic-pool.ts'
import { type ExchangeSimulator, startExchangeSimulator } from '../simulators/exchange/simulator.ts'
import { silentLog } from './ews-script-server.ts'

const open: { close(): Promise<void> }[] = []
export async function closeListeners(): Promise<void> {
  for (const one of open.splice(0).reverse()) await one.close()
}

export type Listener = {
  pool: ExchangePool
  /** Who was marked, in order. */
  changed: string[]
  listening(): number
  /** Long waits end at once, as ten seconds later. */
  refresh(): void
  stop(): Promise<void>
}
export type World = Listener & { server: ExchangeSimulator; people: string[]; accounts: readonly string[] }

export async function listen(
  count: number,
  options: Parameters<typeof startExchangeSimulator>[0] = {},
  accounts: readonly string[] = ['svc'],
  share?: ListenerShare,
): Promise<World> {
  const server = await startExchangeSimulator(options)
  open.push(server)
  const people = Array.from({ length: count }, (_, at) => `person${at}@example.org`)
  for (const email of people) server.addMailbox(email)
  for (const name of accounts) server.addServiceAccount(name, 'secret')
  const world = { server, people, accounts }
  return { ...world, ...listenToo(world, share) }
}

/** One more listener, as of another replica. */
export function listenToo(
  { server, people, accounts }: Pick<World, 'server' | 'people' | 'accounts'>,
  share?: ListenerShare,
): Listener {
  const naps = new Set<() => void>()
  const clock = {
    nowMs: () => Date.now(),
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        const done = () => {
          naps.delete(done)
          resolve()
        }
        if (signal?.aborted) return done()
        signal?.addEventListener('abort', done, { once: true })
        naps.add(done)
        // Waits of seconds are tests of patience: they take milliseconds here.
        if (ms < 9_000) setTimeout(done, ms / 50)
      }),
  }
  const pool = createExchangePool({
    config: { ...BASIC_POOL, ewsUrl: server.url },
    admins: () => accounts.map((name) => ({ kind: 'on-premises', name, username: name, password: 'secret' })),
    clock,
    log: silentLog,
    ...(share && { share }),
    random: { uuid: () => 'one', fraction: () => 0.5 },
  })
  const changed: string[] = []
  const stop = new AbortController()
  const source = pool.push()
  const running = source.run(
    async () => people,
    (email) => changed.push(email),
    stop.signal,
  )
  const listener: Listener = {
    pool,
    changed,
    listening: () => source.listening?.() ?? 0,
    refresh: () => {
      for (const wake of [...naps]) wake()
    },
    stop: async () => {
      stop.abort()
      await running
    },
  }
  open.push(pool, { close: listener.stop })
  return listener
}

export const isListening = ({ server }: Pick<World, 'server'>, mailboxes: number, connections = 1) =>
  expect
    .poll(() => [server.streams.subscriptions.size, server.streams.open], { timeout: 20_000, interval: 10 })
    .toEqual([mailboxes, connections])

export function change({ server }: Pick<World, 'server'>, email: string): void {
  server
    .mailbox(email)
    .addEvent({ subject: 'News', start: '2026-03-02T09:00:00Z', end: '2026-03-02T10:00:00Z' } as never)
}

export const said = ({ changed }: Pick<Listener, 'changed'>) =>
  expect.poll(() => [...changed].sort(), { timeout: 5000, interval: 5 })
