/** Streaming notifications against the simulated Exchange: what is told, how it is grouped, and what becomes of broken connections. */
import { afterEach, describe, expect, it } from 'vitest'
import { Roster } from '../../src/exchange/push/roster.ts'
import { STREAM_CONNECTIONS_MAX, STREAM_MAILBOXES_MAX } from '../../src/limits.ts'
import { change, closeListeners, isListening, listen, said } from './push-listener.ts'

afterEach(closeListeners)

describe('a change on Exchange', () => {
  it('marks that mailbox due, and no other', async () => {
    const world = await listen(5)
    await isListening(world, 5)
    change(world, 'person3@example.org')
    await said(world).toEqual(['person3@example.org'])
    expect(world.server.requests.count('SyncFolderItems')).toBe(0)
  })

  it('is told within a second with 1,000 idle mailboxes, on one connection per 200, over several servers', async () => {
    const world = await listen(1000, { backEnds: 4 })
    await isListening(world, 1000, 1000 / STREAM_MAILBOXES_MAX)
    // Wherever a mailbox lives, the cookie keeps the subscriptions of a connection on one server.
    const backEnds = [...world.server.streams.subscriptions.values()].map(({ backEnd }) => backEnd)
    expect(new Set(backEnds).size).toBeLessThanOrEqual(5)
    for (const email of ['person7@example.org', 'person999@example.org']) {
      const startedAtMs = performance.now()
      change(world, email)
      await expect.poll(() => world.changed.includes(email), { timeout: 3000, interval: 2 }).toBe(true)
      expect(performance.now() - startedAtMs).toBeLessThan(1000)
    }
  }, 30_000)
})

describe('a connection', () => {
  it('that ends as agreed is opened again with the same subscriptions, and nothing is missed', async () => {
    const world = await listen(3, { streams: { minuteMs: 40 } })
    await isListening(world, 3)
    const before = [...world.server.streams.subscriptions.keys()]
    for (let time = 0; time < 5; time++) {
      change(world, 'person1@example.org')
      await new Promise((done) => setTimeout(done, 400))
    }
    expect(world.server.requests.count('GetStreamingEvents')).toBeGreaterThan(1)
    expect([...world.server.streams.subscriptions.keys()]).toEqual(before)
    expect(world.changed).toEqual(Array.from({ length: 5 }, () => 'person1@example.org'))
  })

  it('that breaks is made anew, and every mailbox of it is checked', async () => {
    const world = await listen(4)
    await isListening(world, 4)
    world.server.streams.cutAll()
    await said(world).toEqual([...world.people].sort())
    world.changed.length = 0
    change(world, 'person2@example.org')
    await said(world).toEqual(['person2@example.org'])
  })

  it('to a server that lost the subscriptions is made anew, and every mailbox of it is checked', async () => {
    const world = await listen(4)
    await isListening(world, 4)
    world.server.streams.forgetAll()
    await said(world).toEqual([...world.people].sort())
    await isListening(world, 4)
  })

  it('that is refused as one too many keeps its subscriptions for the next try, and nobody is checked for it', async () => {
    const world = await listen(4)
    await isListening(world, 4)
    const before = [...world.server.streams.subscriptions.keys()]
    const fault = { kind: 'soapFault', code: 'ErrorExceededConnectionCount' } as const
    world.server.faults.add({ operation: 'GetStreamingEvents', effect: fault, times: 2 })
    world.people.pop()
    world.refresh()
    await expect.poll(() => world.server.requests.count('GetStreamingEvents'), { timeout: 5000 }).toBe(4)
    await isListening(world, 3)
    expect([...world.server.streams.subscriptions.keys()]).toEqual(before.slice(0, 3))
    change(world, 'person2@example.org')
    await said(world).toEqual(['person2@example.org'])
  })

  it('survives answers that make no sense', async () => {
    const world = await listen(2)
    await isListening(world, 2)
    world.server.faults.add({ operation: 'GetStreamingEvents', effect: { kind: 'loginPage' }, times: 2 })
    world.server.faults.add({ operation: 'Subscribe', effect: { kind: 'busy', backOffMs: 100 }, times: 1 })
    world.server.streams.cutAll()
    const heard = () => [world.server.requests.count('GetStreamingEvents'), world.server.streams.open]
    await expect.poll(heard, { timeout: 5000 }).toEqual([4, 1])
    await said(world).toContain('person1@example.org')
    await new Promise((done) => setTimeout(done, 50))
    world.changed.length = 0
    change(world, 'person0@example.org')
    await said(world).toEqual(['person0@example.org'])
  })
})

describe('mailboxes', () => {
  it('join and leave while the others are listened to', async () => {
    const world = await listen(3)
    await isListening(world, 3)
    world.server.addMailbox('new@example.org')
    world.people.splice(0, 1, 'new@example.org')
    world.refresh()
    await expect
      .poll(() => [...world.server.streams.subscriptions.values()].map(({ mailbox }) => mailbox.email).sort())
      .toEqual(['new@example.org', 'person1@example.org', 'person2@example.org'])
    await expect.poll(() => world.server.streams.open).toBe(1)
    change(world, 'new@example.org')
    await said(world).toEqual(['new@example.org'])
  })

  it('whose subscription is refused are left to polling; the others are listened to', async () => {
    const world = await listen(3)
    world.server.faults.add({
      operation: 'Subscribe',
      mailbox: 'person0@example.org',
      effect: { kind: 'soapFault', code: 'ErrorImpersonateUserDenied' },
    })
    world.refresh()
    await expect.poll(() => world.server.streams.subscriptions.size).toBeGreaterThanOrEqual(2)
    change(world, 'person1@example.org')
    await said(world).toContain('person1@example.org')
  })

  it('that no server notifies about are polled: the source stays quiet and ends when it is told to', async () => {
    const world = await listen(2)
    world.server.faults.add({ operation: 'Subscribe', effect: { kind: 'soapFault', code: 'ErrorAccessDenied' } })
    await new Promise((done) => setTimeout(done, 200))
    await world.stop()
    expect(world.server.requests.count('Subscribe')).toBeLessThan(20)
  })
})

it('a source that was stopped leaves no connection behind', async () => {
  const world = await listen(3)
  await isListening(world, 3)
  await world.stop()
  await expect.poll(() => world.server.streams.open).toBe(0)
})

describe('the roster', () => {
  const seats = (count: number, account = 'svc') =>
    Array.from({ length: count }, (_, at) => ({ email: `m${at}`, account }))

  it('fills groups, keeps everybody in place, and lets new ones take free seats', () => {
    const roster = new Roster()
    const { groups } = roster.update(seats(450))
    expect(groups.map(({ emails }) => emails.size)).toEqual([200, 200, 50])
    const left = seats(450).filter(({ email }) => email !== 'm5')
    const next = roster.update([...left, { email: 'late', account: 'svc' }])
    expect(next.groups.map(({ emails }) => emails.size)).toEqual([200, 200, 50])
    expect(next.groups[0]?.emails.has('late')).toBe(true)
  })

  it('says how many are left to polling when the connections of an account are used up', () => {
    const places = STREAM_CONNECTIONS_MAX * STREAM_MAILBOXES_MAX
    expect(new Roster().update(seats(places + 7)).left).toBe(7)
  })

  it('moves a mailbox whose account changed', () => {
    const roster = new Roster()
    roster.update(seats(2))
    const { groups } = roster.update([
      { email: 'm0', account: 'other' },
      { email: 'm1', account: 'svc' },
    ])
    expect(groups.map(({ account, emails }) => [account, ...emails])).toEqual([
      ['svc', 'm1'],
      ['other', 'm0'],
    ])
  })
})
