/** The pool of service accounts against the simulated Exchange: who acts for whom, what a refusal costs, and changes while calls run. */
import { afterEach, describe, expect, it } from 'vitest'
import { getFolder } from '../../src/exchange/ews/operations/get-folder.ts'
import { memoryAccountBook } from '../../src/exchange/pool/memory-book.ts'
import { createExchangePool, type ExchangePool, type ExchangePoolOptions } from '../../src/exchange/pool/pool.ts'
import { afterNewSecret, afterRefusal, isResting } from '../../src/exchange/pool/rest.ts'
import type { PoolAdmin, PoolConfig } from '../../src/exchange/pool/settings.ts'
import type { Refusals } from '../../src/ports/account-book.ts'
import type { Log } from '../../src/ports/log.ts'
import { BASIC_POOL } from '../basic-pool.ts'
import { basicSignIn, type SignIn } from '../simulators/exchange/auth/sign-in.ts'
import { type ExchangeSimulator, startExchangeSimulator } from '../simulators/exchange/simulator.ts'
import { silentLog } from './ews-script-server.ts'

const MINUTE_MS = 60_000
const PEOPLE = Array.from({ length: 60 }, (_, index) => `person${index}@example.org`)

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close()
})

function admin(name: string, password = `secret-${name}`): PoolAdmin {
  return { kind: 'on-premises', name, username: name, password }
}

type World = {
  server: ExchangeSimulator
  pool: ExchangePool
  clock: { nowMs(): number; sleep(ms: number): Promise<void>; forward(ms: number): void }
  /** Sign-ins that the server refused, by user name. */
  refused: string[]
  warnings: string[]
  call(email: string): Promise<void>
  use(...next: PoolAdmin[]): void
}

async function start(accounts: string[], options: Partial<ExchangePoolOptions> = {}): Promise<World> {
  const refused: string[] = []
  const basic = basicSignIn()
  const signIn: SignIn = async (request, known) => {
    const outcome = await basic(request, known)
    const shown = Buffer.from((request.headers.authorization ?? '').slice(6), 'base64').toString()
    if (outcome.kind === 'refused') refused.push(shown.split(':')[0] ?? '')
    return outcome
  }
  const server = await startExchangeSimulator({ signIn })
  for (const email of PEOPLE) server.addMailbox(email)
  for (const name of accounts) server.addServiceAccount(name, `secret-${name}`)
  let nowMs = 1_800_000_000_000
  const clock = {
    nowMs: () => nowMs,
    sleep: async (ms: number) => void (await Promise.resolve(clock.forward(ms))),
    forward: (ms: number) => {
      nowMs += ms
    },
  }
  const warnings: string[] = []
  const log: Log = { ...silentLog, error: (_, message) => void warnings.push(message) }
  let admins = accounts.map((name) => admin(name))
  const pool = createExchangePool({
    config: { ...BASIC_POOL, ewsUrl: server.url },
    admins: () => admins,
    clock,
    log,
    random: { uuid: () => '', fraction: () => 0 },
    ...options,
  })
  open.push(server, pool)
  const ids = [{ kind: 'distinguished', name: 'calendar' }] as const
  const call = async (email: string): Promise<void> => {
    const results = await pool.clientFor(email).call(getFolder, { shape: { base: 'IdOnly' }, ids }, { mailbox: email })
    expect(results.map(({ kind }) => kind)).toEqual(['ok'])
  }
  const use = (...next: PoolAdmin[]): void => {
    admins = next
  }
  return { server, pool, clock, refused, warnings, call, use }
}

/** Which account acted for each mailbox. */
function actors({ server }: World): Map<string, string> {
  return new Map(server.requests.list.map(({ mailbox, account }) => [mailbox, account]))
}

function healthOf({ pool }: World, name: string) {
  return pool.health().find(({ account }) => account === name)
}

describe('mailboxes', () => {
  it('are spread over the accounts, and stay with theirs', async () => {
    const world = await start(['a', 'b', 'c'])
    for (const email of PEOPLE) await world.call(email)
    const first = actors(world)
    for (const email of PEOPLE) await world.call(email)
    expect(actors(world)).toEqual(first)
    for (const name of ['a', 'b', 'c'])
      expect([...first.values()].filter((actor) => actor === name).length).toBeGreaterThan(8)
  })

  it('of a refused account alone move to their next best, within the same call, and return after its rest', async () => {
    const world = await start(['a', 'b', 'c'])
    for (const email of PEOPLE) await world.call(email)
    const before = actors(world)
    world.clock.forward(5 * MINUTE_MS)
    world.server.addServiceAccount('b', 'changed')
    for (const email of PEOPLE) await world.call(email)
    const during = actors(world)
    expect(PEOPLE.filter((email) => before.get(email) !== 'b' && before.get(email) !== during.get(email))).toEqual([])
    expect(new Set(during.values())).toEqual(new Set(['a', 'c']))
    expect(world.refused).toEqual(['b'])
    expect(healthOf(world, 'b')).toMatchObject({ state: 'resting', refusals: 1 })
    world.server.addServiceAccount('b', 'secret-b')
    world.clock.forward(2 * MINUTE_MS)
    for (const email of PEOPLE) await world.call(email)
    expect(actors(world)).toEqual(before)
    expect(healthOf(world, 'b')).toMatchObject({ state: 'ready', refusals: 0 })
  })
})

describe('a refusal', () => {
  it('names the account that was refused, and the mailbox that is unknown', async () => {
    const world = await start(['a'])
    const unknown = world.pool
      .clientFor('nobody@example.org')
      .call(
        getFolder,
        { shape: { base: 'IdOnly' }, ids: [{ kind: 'distinguished', name: 'calendar' }] },
        { mailbox: 'nobody@example.org' },
      )
    await expect(unknown).rejects.toMatchObject({
      code: 'exchange.unknown-mailbox',
      fields: { mailbox: 'nobody@example.org' },
    })
    world.server.addServiceAccount('a', 'changed')
    await expect(world.call('person1@example.org')).rejects.toMatchObject({
      code: 'exchange.sign-in',
      fields: { account: 'a' },
    })
  })
})

describe('an account with a wrong password', () => {
  it('costs one try, however many mailboxes ask at once', async () => {
    const world = await start(['a'])
    world.server.addServiceAccount('a', 'changed')
    const outcomes = await Promise.allSettled(PEOPLE.map((email) => world.call(email)))
    expect(world.refused).toEqual(['a'])
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    await expect(world.call('person1@example.org')).rejects.toMatchObject({
      code: 'exchange.account-resting',
      fields: { account: 'a', refusal: 'exchange.sign-in', minutes: 1, retryAfterMs: MINUTE_MS, sent: 'no' },
    })
    expect(world.warnings).toEqual(['service account rests'])
  })

  it('is tried at most three times in any half hour, ever less often', async () => {
    const world = await start(['a'])
    world.server.addServiceAccount('a', 'changed')
    const triesAtMs: number[] = []
    for (let minute = 0; minute < 24 * 60; minute++) {
      const before = world.refused.length
      await world.call('person1@example.org').catch(() => {})
      if (world.refused.length > before) triesAtMs.push(world.clock.nowMs())
      world.clock.forward(MINUTE_MS)
    }
    const most = Math.max(
      ...triesAtMs.map((at) => triesAtMs.filter((one) => one >= at && one < at + 30 * MINUTE_MS).length),
    )
    expect(most).toBeLessThanOrEqual(3)
    expect(triesAtMs.length).toBeGreaterThan(4)
    expect(triesAtMs.length).toBeLessThan(12)
  })

  it('is tried at once with the right one after a reload', async () => {
    const world = await start(['a'])
    world.server.addServiceAccount('a', 'changed')
    await expect(world.call('person1@example.org')).rejects.toMatchObject({ code: 'exchange.sign-in' })
    world.use(admin('a', 'changed'))
    world.pool.reload()
    await world.call('person1@example.org')
    expect(healthOf(world, 'a')).toMatchObject({ state: 'ready', refusals: 0, restUntilMs: null })
  })

  it('waits for the end of the half hour when three passwords in a row were wrong', async () => {
    const world = await start(['a'])
    world.server.addServiceAccount('a', 'right')
    for (const password of ['1', '2', '3', '4']) {
      world.use(admin('a', password))
      world.pool.reload()
      await world.call('person1@example.org').catch(() => {})
    }
    expect(world.refused).toHaveLength(3)
    world.use(admin('a', 'right'))
    world.pool.reload()
    await expect(world.call('person1@example.org')).rejects.toMatchObject({ code: 'exchange.account-resting' })
    world.clock.forward(30 * MINUTE_MS)
    await world.call('person1@example.org')
  })

  it('rests on every replica that shares the book', async () => {
    const book = memoryAccountBook()
    const one = await start(['a'], { book })
    one.server.addServiceAccount('a', 'changed')
    await one.call('person1@example.org').catch(() => {})
    const other = await start(['a'], { book })
    await expect(other.call('person1@example.org')).rejects.toMatchObject({ code: 'exchange.account-resting' })
    expect(other.refused).toEqual([])
  })
})

describe('replicas that share the book', () => {
  const shared = async (book = memoryAccountBook()) => {
    const one = await start(['a'], { book, random: { uuid: () => 'one', fraction: () => 0 } })
    // Its waiting takes real time, as the other's requests do.
    const clock = { nowMs: one.clock.nowMs, sleep: () => new Promise<void>((done) => setTimeout(done, 1)) }
    const other = createExchangePool({
      config: { ...BASIC_POOL, ewsUrl: one.server.url },
      admins: () => [admin('a')],
      clock,
      log: silentLog,
      random: { uuid: () => 'other', fraction: () => 0 },
      book,
    })
    open.push(other)
    const ids = [{ kind: 'distinguished', name: 'calendar' }] as const
    const callOther = (email: string) =>
      other.clientFor(email).call(getFolder, { shape: { base: 'IdOnly' }, ids }, { mailbox: email })
    return { one, callOther, book }
  }

  it('try an account one at a time: both begin at once, and a wrong password costs one try', async () => {
    const { one, callOther } = await shared()
    one.server.addServiceAccount('a', 'changed')
    one.server.faults.add({ effect: { kind: 'delay', ms: 20 } })
    const calls = PEOPLE.slice(0, 10).flatMap((email) => [one.call(email), callOther(email)])
    const outcomes = await Promise.allSettled(calls)
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    expect(one.refused).toEqual(['a'])
  })

  it('trust the proof of another one', async () => {
    const { one, callOther } = await shared()
    await one.call('person1@example.org')
    let most = 0
    let open = 0
    one.server.faults.hook = () => {
      most = Math.max(most, ++open)
      setTimeout(() => open--, 15)
      return { kind: 'delay', ms: 15 }
    }
    await Promise.all(PEOPLE.slice(0, 10).map(callOther))
    expect(most).toBeGreaterThan(3)
  })

  it('count a try whose process was killed, once the account is suspected', async () => {
    const { one, callOther, book } = await shared()
    const nowMs = one.clock.nowMs()
    const dead = { holder: 'dead', startedAtMs: nowMs, untilMs: nowMs + 1 }
    await book.update('a', (before) => ({
      after: { ...before, probe: dead, refusals: { count: 1, triesAtMs: [nowMs, nowMs], restUntilMs: 0 } },
      result: null,
    }))
    one.clock.forward(1000)
    await expect(callOther('person1@example.org')).rejects.toMatchObject({ code: 'exchange.account-resting' })
    one.clock.forward(30 * MINUTE_MS)
    await callOther('person1@example.org')
  })
})

describe('403', () => {
  it('to an account that never worked rests the account; to one that works it concerns the mailbox', async () => {
    const world = await start(['a', 'b'])
    const mailbox = 'person3@example.org'
    world.server.faults.add({ mailbox, effect: { kind: 'http', status: 403 } })
    await expect(world.call(mailbox)).rejects.toMatchObject({ code: 'exchange.access-denied' })
    expect(world.pool.health().map(({ state }) => state)).toEqual(['resting', 'resting'])
    world.clock.forward(10 * MINUTE_MS)
    for (const email of PEOPLE.filter((one) => one !== mailbox)) await world.call(email)
    await expect(world.call(mailbox)).rejects.toMatchObject({ code: 'exchange.access-denied' })
    expect(world.pool.health().map(({ state }) => state)).toEqual(['ready', 'ready'])
  })
})

describe('a reload', () => {
  it('lets calls under way end, also those of an account that is gone', async () => {
    const world = await start(['a', 'b'])
    for (const email of PEOPLE) await world.call(email)
    world.server.faults.add({ effect: { kind: 'delay', ms: 100 }, times: 10 })
    const running = Promise.all(PEOPLE.slice(0, 10).map((email) => world.call(email)))
    await new Promise((done) => setTimeout(done, 30))
    world.use(admin('b'))
    world.pool.reload()
    await running
    for (const email of PEOPLE) await world.call(email)
    expect(new Set(actors(world).values())).toEqual(new Set(['b']))
    expect(world.pool.health().map(({ account }) => account)).toEqual(['b'])
  })

  it('that fails leaves everything as it was', async () => {
    const world = await start(['a'])
    world.use()
    expect(() => world.pool.reload()).toThrow('config.invalid')
    await world.call('person1@example.org')
  })

  it('keeps an account that did not change, with its connections', async () => {
    const world = await start(['a'])
    await world.call('person1@example.org')
    world.pool.reload()
    expect(healthOf(world, 'a')).toMatchObject({ state: 'ready' })
  })
})

describe('a pool that cannot work', () => {
  const cloud: PoolAdmin = { kind: 'cloud', name: 'app', appId: 'app', clientSecret: 's', tenantId: null }
  it.each([
    ['accounts where applications are needed', { type: 'cloud' }, [admin('a')]],
    ['applications where accounts are needed', { type: 'ntlm', ewsUrl: 'https://x.example/EWS' }, [cloud]],
    ['an application without a tenant', { type: 'cloud' }, [cloud]],
    ['no address', { type: 'basic' }, [admin('a')]],
    ['no account', { type: 'basic', ewsUrl: 'https://x.example/EWS' }, []],
    ['no password', { type: 'ntlm', ewsUrl: 'https://x.example/EWS' }, [{ ...admin('a'), password: null }]],
    ['a certificate that is not there', { type: 'cloud', tenantId: 't' }, [{ ...cloud, certificateFile: '/nowhere' }]],
  ] as [string, Partial<PoolConfig>, PoolAdmin[]][])('is refused: %s', (_, config, admins) => {
    const random = { uuid: () => '', fraction: () => 0 }
    const clock = { nowMs: () => 0, sleep: async () => {} }
    const make = () =>
      createExchangePool({ config: { ...BASIC_POOL, ...config }, admins: () => admins, clock, log: silentLog, random })
    expect(make).toThrow(/^config\.(invalid|file)$/)
  })
})

describe('a rest', () => {
  it('grows, has an end, and counts calls that were refused together once', () => {
    let refusals: Refusals | null = null
    const restsMs: number[] = []
    let nowMs = 0
    for (let i = 0; i < 8; i++) {
      refusals = afterRefusal(refusals, nowMs, 0)
      restsMs.push(refusals.restUntilMs - nowMs)
      nowMs = refusals.restUntilMs
      expect(isResting(refusals, nowMs)).toBe(false)
    }
    expect(restsMs.map((ms) => ms / MINUTE_MS)).toEqual([1, 5, 25, 125, 360, 360, 360, 360])
    const [one, two] = [afterRefusal(null, 0, 0), afterRefusal(afterRefusal(null, 0, 0), 10, 0)]
    expect(two.count).toBe(one.count)
    const three = afterRefusal(two, 20, 0)
    expect([three.count, three.restUntilMs]).toEqual([1, 30 * MINUTE_MS])
    expect(afterNewSecret(three, 30).restUntilMs).toBe(30 * MINUTE_MS)
    expect(afterNewSecret(two, 20).restUntilMs).toBe(20)
    expect(afterRefusal(null, 0, 0.999).restUntilMs).toBeGreaterThan(one.restUntilMs)
  })
})
