/** The list of the app's users: thousands of them in pages, later only what changed, and never half a list. */
import { afterEach, describe, expect, it } from 'vitest'
import { createAppUsers } from '../../src/nextcloud/app/users.ts'
import type { ConnectorError } from '../../src/ports/errors.ts'
import { type AppFixture, appFixture } from '../contract/nextcloud-app-fixture.ts'

let fixture: AppFixture
afterEach(() => fixture.close())

async function start(count: number) {
  fixture = await appFixture()
  const { app, simulator, client, clock } = fixture
  for (let number = 1; number < count; number++) {
    const uid = `user${String(number).padStart(6, '0')}`
    simulator.addUser(uid, 'own', { loggedIn: false })
    app.enrol(uid, { email: `${uid}@corp.test` })
  }
  const users = createAppUsers(client, clock)
  const asked = () => fixture.asked().filter((line) => line.startsWith('GET')).length
  return { ...fixture, users, asked }
}

describe('the users of the app', () => {
  it('come in pages, 12,000 of them with 24 requests, and later only those who changed', async () => {
    const { users, asked, app, clock, client } = await start(12_000)
    expect(await users.everyone()).toHaveLength(12_000)
    expect(asked()).toBe(24)
    await users.entryOf('user000007@corp.test')
    await users.everyone()
    expect(asked()).toBe(24)
    clock.now += 3_600_000
    app.change('user000007', { state: 'paused' })
    const { usersUpdatedAt } = await client.work()
    expect(await users.follow(usersUpdatedAt)).toEqual([])
    const seventh = (await users.everyone()).find(({ nextcloudUser }) => nextcloudUser === 'user000007')
    expect(seventh).toMatchObject({ enabled: false, state: 'paused' })
    // All came in the same second, and the second of the last change is asked for again; from then on only what is new.
    const before = asked()
    clock.now += 3_600_000
    app.change('user000008', { timeZone: 'Europe/Paris' })
    expect(await users.follow((await client.work()).usersUpdatedAt)).toEqual(['user000008@corp.test'])
    expect(asked() - before).toBe(2)
  })

  it('who come or go on are told by their mailbox; a second change in the same second is not missed', async () => {
    const { users, app, clock, client } = await start(3)
    await users.everyone()
    clock.now += 120_000
    app.change('user000001', { timeZone: 'Europe/Paris' })
    const follow = async () => users.follow((await client.work()).usersUpdatedAt)
    expect(await follow()).toEqual(['user000001@corp.test'])
    app.change('user000002', { timeZone: 'Europe/Paris' })
    expect(await follow()).toEqual(['user000002@corp.test'])
    expect(await follow()).toEqual([])
  })

  it('who changed are told by the next poll, though somebody read the list in between', async () => {
    const { users, app, clock, client } = await start(2)
    await users.everyone()
    clock.now += 120_000
    app.change('user000001', { timeZone: 'Europe/Paris' })
    await users.everyone()
    expect(await users.follow((await client.work()).usersUpdatedAt)).toEqual(['user000001@corp.test'])
  })

  it('stay as they were when a page cannot be read', async () => {
    const { users, simulator, clock } = await start(1_200)
    expect(await users.everyone()).toHaveLength(1_200)
    clock.now += 7 * 3_600_000
    simulator.fault({ path: '/users', nth: 2, times: 9 }, { kind: 'status', status: 500 })
    const code = await users.everyone().then(
      () => 'no error',
      (error: ConnectorError) => error.code,
    )
    expect(code).toBe('nextcloud.server-error')
    simulator.clearFaults()
    expect(await users.everyone()).toHaveLength(1_200)
  })

  it('keep their address in lower case, and find their choices and their agreement in it', async () => {
    const { users, app } = await start(1)
    app.change('anna', {
      email: 'Anna@Example.test',
      timeZone: 'Europe/Vienna',
      choices: [
        { kind: 'calendar', exchange: { kind: 'folder', name: 'Team' }, nextcloud: 'team', direction: 'to-nextcloud' },
        { kind: 'contacts', exchange: { kind: 'default' }, nextcloud: null, direction: 'both' },
      ],
    })
    const entry = await users.entryOf('anna@example.test')
    expect(entry?.choices).toEqual({
      calendar: [
        {
          exchange: { kind: 'folder', name: 'Team' },
          nextcloud: { kind: 'named', name: 'team' },
          direction: 'to-nextcloud',
        },
      ],
      tasks: [],
      contacts: [{ exchange: { kind: 'default' }, nextcloud: { kind: 'auto' }, direction: 'both' }],
    })
    expect(entry).toMatchObject({ username: 'anna', timeZone: 'Europe/Vienna', access: { kind: 'app' } })
    expect(entry?.davUrl).toMatch(/\/remote\.php\/dav\/principals\/users\/anna\/$/)
  })
})
