/** Who is let in: app passwords, login names, disabled users and gateways. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RawClient, rawClient } from './raw-client.ts'
import { type NextcloudSimulator, startNextcloudSimulator } from './simulator.ts'

let sim: NextcloudSimulator
let dav: RawClient

beforeEach(async () => {
  sim = await startNextcloudSimulator()
  sim.addUser('alice', 'secret', { email: 'alice@corp.test' })
  dav = rawClient(sim, 'alice', 'secret')
})
afterEach(() => sim.close())

describe('sign-in', () => {
  it('refuses a wrong password, an unknown user and no credentials with 401', async () => {
    expect((await rawClient(sim, 'alice', 'wrong')('PROPFIND', '')).status).toBe(401)
    expect((await rawClient(sim, 'nobody', 'secret')('PROPFIND', '')).status).toBe(401)
    const bare = await fetch(sim.davUrl, { method: 'PROPFIND' })
    expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([
      401,
      'Basic realm="Nextcloud", charset="UTF-8"',
    ])
  })

  it('takes the address as login name, follows a changed password, and answers 503 to a disabled user', async () => {
    expect((await rawClient(sim, 'alice@corp.test', 'secret')('PROPFIND', '')).status).toBe(207)
    sim.user('alice').changeAppPassword('new')
    expect((await dav('PROPFIND', '')).status).toBe(401)
    sim.user('alice').setDisabled(true)
    expect((await rawClient(sim, 'alice', 'new')('PROPFIND', '')).status).toBe(503)
  })

  it('lets a gateway act for a user', async () => {
    const gated = await startNextcloudSimulator({ authenticate: (request) => request.headers['x-act-for'] ?? null })
    gated.addUser('bob', 'unknown')
    const reply = await fetch(`${gated.davUrl}calendars/bob/`, { method: 'PROPFIND', headers: { 'X-Act-For': 'bob' } })
    expect(reply.status).toBe(207)
    await gated.close()
  })
})
