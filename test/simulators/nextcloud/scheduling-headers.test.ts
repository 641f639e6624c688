/** Which headers keep the server silent, per version: the measured table, and the purge from the trash (nextcloud-facts 3.2, 4). */
import { afterEach, describe, expect, it } from 'vitest'
import type { NextcloudVersion } from './options.ts'
import { meetingText, type RawClient, rawClient } from './raw-client.ts'
import { type NextcloudSimulator, startNextcloudSimulator } from './simulator.ts'

let sim: NextcloudSimulator
let dav: RawClient
const path = 'calendars/alice/personal/m.ics'
const guests = ['bob@corp.test', 'ext@other.test']
const meeting = meetingText('m', guests, ['ORGANIZER:mailto:alice@corp.test'])

async function start(version: NextcloudVersion = 34) {
  sim = await startNextcloudSimulator({ version, clock: { nowMs: () => Date.UTC(2026, 5, 1) } })
  sim.addUser('alice', 'secret', { email: 'alice@corp.test' })
  sim.addUser('bob', 'b', { email: 'bob@corp.test' })
  dav = rawClient(sim, 'alice', 'secret')
}
afterEach(() => sim.close())

const mails = () => sim.outbox.map((mail) => `${mail.method} ${mail.to}`)
const put = (body: string, headers: Record<string, string> = {}) => dav('PUT', path, { body, headers })

describe('headers that ask for silence', () => {
  const rows: Array<[NextcloudVersion, string, string, number, number]> = [
    [34, 'Schedule-Reply', 'F', 0, 0],
    [32, 'Schedule-Reply', 'F', 0, 0],
    [29, 'Schedule-Reply', 'F', 0, 0],
    [34, 'X-NC-Scheduling', 'false', 0, 0],
    [32, 'X-NC-Scheduling', 'false', 0, 2],
    [29, 'X-NC-Scheduling', 'false', 2, 4],
  ]
  it.each(rows)(
    'on %i %s: %s leaves %i mails after PUT and %i after DELETE',
    async (version, name, value, afterPut, afterDelete) => {
      await start(version)
      const reply = await put(meeting, { [name]: value })
      expect([mails().length, reply.headers.get('etag') === null]).toEqual([afterPut, afterPut > 0])
      await dav('DELETE', path, { headers: { [name]: value } })
      expect(mails()).toHaveLength(afterDelete)
    },
  )

  it('are needed for a purge from the trash too', async () => {
    for (const [headers, expected] of [
      [{ 'Schedule-Reply': 'F' }, 0],
      [{}, 2],
    ] as const) {
      await start()
      await put(meeting, { 'Schedule-Reply': 'F' })
      await dav('DELETE', path, { headers: { 'Schedule-Reply': 'F' } })
      const id = sim.user('alice').calendar('personal').trash()[0]?.id
      await dav('DELETE', `calendars/alice/trashbin/objects/${id}.ics`, { headers: { ...headers } })
      expect(mails()).toHaveLength(expected)
      await sim.close()
    }
    await start()
  })
})
