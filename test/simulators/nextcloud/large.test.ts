/** 20,000 objects in one calendar: the feed, a change and a multiget stay quick, and each text is held once. */
import { afterEach, expect, it } from 'vitest'
import { eventText, listed, multigetBody, rawClient, syncBody, tokenOf } from './raw-client.ts'
import { type NextcloudSimulator, startNextcloudSimulator } from './simulator.ts'

const COUNT = 20_000
let sim: NextcloudSimulator
afterEach(() => sim.close())

function* texts(): Generator<{ uri: string; text: string }> {
  for (let index = 0; index < COUNT; index += 1)
    yield {
      uri: `${index}.ics`,
      text: eventText(`uid-${index}`, ['DTSTART:20300101T000000Z', `DESCRIPTION:${'x'.repeat(500)}`]),
    }
}

it('holds 20,000 objects and answers its feed', async () => {
  sim = await startNextcloudSimulator()
  const calendar = sim.addUser('alice', 'secret').calendar('personal')
  const dav = rawClient(sim, 'alice', 'secret')
  expect(calendar.seed(texts())).toBe(COUNT)
  const path = 'calendars/alice/personal/'
  const first = await dav('REPORT', path, { body: syncBody('') })
  expect(listed(first.text)).toHaveLength(COUNT)
  expect((await dav('PUT', `${path}new.ics`, { body: eventText('new') })).status).toBe(201)
  const second = await dav('REPORT', path, { body: syncBody(tokenOf(first.text)) })
  expect(listed(second.text).map((entry) => entry.href)).toEqual([`/remote.php/dav/${path}new.ics`])
  const hrefs = Array.from({ length: 100 }, (_, index) => `/remote.php/dav/${path}${index * 7}.ics`)
  const some = await dav('REPORT', path, { body: multigetBody(hrefs) })
  expect(listed(some.text)).toHaveLength(100)
})
