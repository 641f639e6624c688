/** The contract of a side, run on the Nextcloud side against the simulated Nextcloud, with the real iCalendar lens. */
import { expect, it } from 'vitest'
import { calendarCodec } from '../../src/nextcloud/calendar-codec.ts'
import { createDavClient } from '../../src/nextcloud/dav/client.ts'
import { nextcloudSide } from '../../src/nextcloud/side.ts'
import type { ItemId } from '../../src/ports/side.ts'
import { fixedRandom, memoryLog, quickClock } from '../core/dav-server.ts'
import type { NextcloudVersion } from '../simulators/nextcloud/options.ts'
import { startNextcloudSimulator } from '../simulators/nextcloud/simulator.ts'
import { titleOf } from './nextcloud-side-fixture.ts'
import { sampleSeries } from './side-samples.ts'
import { type SideFixture, sideContract } from './side-suite.ts'

const floatingZone = 'Europe/Berlin'

async function makeFixture(version: NextcloudVersion): Promise<SideFixture> {
  const simulator = await startNextcloudSimulator({ version })
  const person = simulator.addUser('anna', 'app-password').calendar('personal')
  const parts = { clock: quickClock(), random: fixedRandom, log: memoryLog() }
  const client = createDavClient({ baseUrl: simulator.url, username: 'anna', password: 'app-password', ...parts })
  const path = '/remote.php/dav/calendars/anna/personal/'
  const side = nextcloudSide({ client, collectionUrl: simulator.url + path, kind: 'calendar', floatingZone, ...parts })
  const codec = calendarCodec({ floatingZone, clock: parts.clock })
  const nameOf = (id: ItemId) => decodeURIComponent(id.slice(path.length))
  return {
    side,
    person: {
      create: async (event) => {
        const { uri } = person.put(`${event.uid}.ics`, codec.encode(null, event))
        return (path + encodeURIComponent(uri)) as ItemId
      },
      rename: async (id, title) => {
        const text = person.get(nameOf(id))?.text ?? ''
        person.put(nameOf(id), text.replace(/^SUMMARY:.*$/m, `SUMMARY:${title}\r`).replaceAll('\r\r', '\r'))
      },
      remove: async (id) => person.remove(nameOf(id)),
      titles: async () =>
        person
          .list()
          .map(({ text }) => titleOf(text))
          .toSorted(),
    },
    mails: () => simulator.outbox.length,
    loseNextAnswer: (when) =>
      void simulator.fault({ method: 'PUT' }, { kind: 'cut', when: when === 'after' ? 'after-work' : 'before-work' }),
    close: async () => {
      await client.close()
      await simulator.close()
    },
  }
}

for (const version of [29, 32, 34] as const) {
  sideContract(`Nextcloud ${version}`, () => makeFixture(version), { conditionalCreate: true })
}

it('creates and reads 250 events with one request each and one per hundred', async () => {
  const { side, close } = await makeFixture(34)
  const requests = Array.from({ length: 250 }, (_, n) => ({
    token: `20000000-0000-4000-8000-${String(n).padStart(12, '0')}` as never,
    desired: sampleSeries(`${n}@example.test`, { title: `${n}` }),
  }))
  const outcomes = await side.create(requests)
  const items = outcomes.flatMap((outcome) => (outcome.kind === 'created' ? [outcome.item] : []))
  expect(items).toHaveLength(250)
  const read = await side.read(items.map(({ id }) => id))
  expect(read).toEqual(items.map((item) => ({ kind: 'present', item })))
  await close()
})
