/** Back-off per endpoint: a server that is down is found out by a few mailboxes, not by all. */
import { describe, expect, it } from 'vitest'
import { Endpoints } from '../../src/engine/endpoints.ts'
import { ENDPOINT_BACKOFF_BASE_MS, ENDPOINT_BACKOFF_MAX_MS } from '../../src/limits.ts'
import { pair, user } from './cli-fake.ts'

const SERVERS = { exchange: 'exchange:mail', nextcloud: 'nextcloud:cloud' }
const failed = (code: 'exchange.unreachable' | 'exchange.sign-in' | 'nextcloud.throttled') =>
  user({ outcome: 'failed', pairs: [], error: { code, fields: {} } })

describe('the back-off of an endpoint', () => {
  it('begins after three failures in a row and lets one at a time look', () => {
    const endpoints = new Endpoints()
    for (const nowMs of [0, 1, 2]) {
      expect(endpoints.blockedUntil(SERVERS.exchange, nowMs)).toBeNull()
      endpoints.note(failed('exchange.unreachable'), SERVERS, nowMs)
    }
    const until = 2 + ENDPOINT_BACKOFF_BASE_MS
    expect(endpoints.blockedUntil(SERVERS.exchange, 3)).toBe(until)
    expect(endpoints.blockedUntil(SERVERS.nextcloud, 3)).toBeNull()
    // The first one at the time looks, the next ones wait for it.
    expect(endpoints.blockedUntil(SERVERS.exchange, until)).toBeNull()
    expect(endpoints.blockedUntil(SERVERS.exchange, until + 1)).toBeGreaterThan(until)
  })

  it('ends with the first answer, also with one that is an error of the mailbox', () => {
    const endpoints = new Endpoints()
    for (let at = 0; at < 5; at++) endpoints.note(failed('exchange.unreachable'), SERVERS, at)
    endpoints.note(failed('exchange.sign-in'), SERVERS, 9)
    expect(endpoints.blockedUntil(SERVERS.exchange, 10)).toBeNull()
  })

  it('grows up to a limit', () => {
    const endpoints = new Endpoints()
    for (let at = 0; at < 40; at++) endpoints.note(failed('nextcloud.throttled'), SERVERS, 0)
    expect(endpoints.blockedUntil(SERVERS.nextcloud, 1)).toBe(ENDPOINT_BACKOFF_MAX_MS)
  })

  it('says nothing about the other server of a failed pass: it was perhaps never asked', () => {
    const endpoints = new Endpoints()
    for (let at = 0; at < 3; at++) endpoints.note(failed('nextcloud.throttled'), SERVERS, at)
    endpoints.note(failed('exchange.unreachable'), SERVERS, 3)
    expect(endpoints.blockedUntil(SERVERS.nextcloud, 4)).not.toBeNull()
  })

  it('is counted by collections, too, and not by a pass that was stopped', () => {
    const endpoints = new Endpoints()
    const error = { code: 'nextcloud.timeout' as const, fields: {} }
    for (let at = 0; at < 3; at++)
      endpoints.note(user({ outcome: 'failed', pairs: [pair({ outcome: 'failed', error })] }), SERVERS, at)
    endpoints.note(user({ outcome: 'stopped', pairs: [], error: { code: 'stopped', fields: {} } }), SERVERS, 3)
    expect(endpoints.blockedUntil(SERVERS.nextcloud, 4)).not.toBeNull()
  })
})
