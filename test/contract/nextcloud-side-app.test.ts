/** The contract of a side through the Nextcloud app: the side is the same, its requests are signed and its writes travel in batches. */
import { calendarCodec } from '../../src/nextcloud/calendar-codec.ts'
import { nextcloudSide } from '../../src/nextcloud/side.ts'
import type { ItemId } from '../../src/ports/side.ts'
import { appFixture } from './nextcloud-app-fixture.ts'
import { titleOf } from './nextcloud-side-fixture.ts'
import { type SideFixture, sideContract } from './side-suite.ts'

const floatingZone = 'Europe/Berlin'

async function makeFixture(database: 'postgres' | 'sqlite'): Promise<SideFixture> {
  const { simulator, person: anna, clock, davOf, close } = await appFixture({ database })
  const person = anna.calendar('personal')
  const path = '/remote.php/dav/calendars/anna/personal/'
  const client = davOf('anna')
  const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
  const side = nextcloudSide({
    ...{ client, collectionUrl: simulator.url + path, kind: 'calendar', floatingZone, clock, log },
    writeConcurrency: 100,
  })
  const codec = calendarCodec({ floatingZone, clock })
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
    // It hits a single PUT and one within a batch alike.
    loseNextAnswer: (when) =>
      void simulator.fault({ method: 'PUT' }, { kind: 'cut', when: when === 'after' ? 'after-work' : 'before-work' }),
    close,
  }
}

for (const database of ['postgres', 'sqlite'] as const) {
  sideContract(`Nextcloud through the app (${database})`, () => makeFixture(database), { conditionalCreate: true })
}
