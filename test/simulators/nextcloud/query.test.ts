/** calendar-query and multiget: filters, time ranges with recurrence, and which hrefs come back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventText, listed, multigetBody, queryBody, type RawClient, rawClient } from './raw-client.ts'
import { type NextcloudSimulator, startNextcloudSimulator } from './simulator.ts'

let sim: NextcloudSimulator
let dav: RawClient

beforeEach(async () => {
  sim = await startNextcloudSimulator()
  sim.addUser('alice', 'secret')
  dav = rawClient(sim, 'alice', 'secret')
})
afterEach(() => sim.close())

const put = (uid: string, lines: string[]) =>
  sim.user('alice').calendar('personal').put(`${uid}.ics`, eventText(uid, lines))
const query = async (filter: string) => {
  const reply = await dav('REPORT', 'calendars/alice/personal/', { body: queryBody(filter), headers: { Depth: '1' } })
  expect(reply.status).toBe(207)
  return listed(reply.text).map((entry) => entry.href.split('/').at(-1))
}
const range = (start: string, end: string) =>
  query(`<c:comp-filter name="VEVENT"><c:time-range start="${start}" end="${end}"/></c:comp-filter>`)

describe('calendar-query', () => {
  it('finds an object by its UID, as a part of the text and without regard to case', async () => {
    put('Abc-1', ['DTSTART:20300101T000000Z'])
    put('other', ['DTSTART:20300101T000000Z'])
    const filter = (text: string, more = '') =>
      `<c:comp-filter name="VEVENT"><c:prop-filter name="UID"><c:text-match ${more}>${text}</c:text-match></c:prop-filter></c:comp-filter>`
    expect(await query(filter('abc'))).toEqual(['Abc-1.ics'])
    expect(await query(filter('abc', 'collation="i;octet"'))).toEqual([])
    expect(await query(filter('abc', 'negate-condition="yes"'))).toEqual(['other.ics'])
    expect(await query('<c:comp-filter name="VTODO"/>')).toEqual([])
  })

  it('finds single events that overlap the range, with an open end outside', async () => {
    put('in', ['DTSTART:20300110T090000Z', 'DTEND:20300110T100000Z'])
    put('touches', ['DTSTART:20300111T000000Z', 'DTEND:20300111T010000Z'])
    put('allday', ['DTSTART;VALUE=DATE:20300110'])
    put('zone', ['DTSTART;TZID=America/New_York:20300110T200000', 'DURATION:PT1H'])
    expect(await range('20300110T000000Z', '20300111T000000Z')).toEqual(['in.ics', 'allday.ics'])
    expect(await range('20300111T000000Z', '20300112T000000Z')).toEqual(['touches.ics', 'zone.ics'])
  })

  it('finds occurrences of series, not their exceptions of old', async () => {
    put('weekly', [
      'DTSTART;TZID=Europe/Berlin:20300107T090000',
      'DURATION:PT1H',
      'RRULE:FREQ=WEEKLY',
      'EXDATE;TZID=Europe/Berlin:20300114T090000',
    ])
    put('ended', ['DTSTART:20300107T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;UNTIL=20300110T000000Z'])
    expect(await range('20300121T000000Z', '20300122T000000Z')).toEqual(['weekly.ics'])
    expect(await range('20300114T000000Z', '20300115T000000Z')).toEqual([])
    expect(await range('20300721T070000Z', '20300722T073000Z')).toEqual(['weekly.ics'])
  })

  it('ends a series at its UNTIL, an instant for a zoned series and a whole day for a date', async () => {
    put('tokyo', [
      'DTSTART;TZID=Asia/Tokyo:20300107T060000',
      'DURATION:PT1H',
      'RRULE:FREQ=WEEKLY;UNTIL=20300113T210000Z',
    ])
    put('dates', ['DTSTART;VALUE=DATE:20300106', 'RRULE:FREQ=WEEKLY;UNTIL=20300113'])
    expect(await range('20300113T210000Z', '20300113T220000Z')).toEqual(['tokyo.ics', 'dates.ics'])
    expect(await range('20300120T000000Z', '20300122T000000Z')).toEqual([])
  })

  it('answers 400 with depth 0 and to a range that ends before it starts', async () => {
    expect((await dav('REPORT', 'calendars/alice/personal/', { body: queryBody('') })).status).toBe(400)
    const filter =
      '<c:comp-filter name="VEVENT"><c:time-range start="20300102T000000Z" end="20300101T000000Z"/></c:comp-filter>'
    put('1', ['DTSTART:20300101T000000Z'])
    const reply = await dav('REPORT', 'calendars/alice/personal/', { body: queryBody(filter), headers: { Depth: '1' } })
    expect(reply.status).toBe(400)
  })
})

describe('calendar-multiget', () => {
  const base = '/remote.php/dav/calendars/alice/personal'

  it('takes hrefs in any encoding, answers each once and in its own order, and leaves out what is gone', async () => {
    for (const uid of ['1', 'a@b é']) put(uid, ['DTSTART:20300101T000000Z'])
    const hrefs = [`${base}/a%40b%20%C3%A9.ics`, `${base}/gone.ics`, `${sim.url}${base}/1.ics`, `${base}/%31.ics`]
    const reply = await dav('REPORT', 'calendars/alice/personal/', { body: multigetBody(hrefs) })
    expect(listed(reply.text).map((entry) => entry.href)).toEqual([`${base}/1.ics`, `${base}/a%40b%20%c3%a9.ics`])
    expect(reply.text).not.toContain('&#13;')
  })

  it('reports what is gone as 404 when the server is new enough', async () => {
    const newer = await startNextcloudSimulator({ multigetMissing: 'not-found' })
    newer.addUser('alice', 'secret')
    const client = rawClient(newer, 'alice', 'secret')
    const reply = await client('REPORT', 'calendars/alice/personal/', { body: multigetBody([`${base}/gone.ics`]) })
    expect(listed(reply.text)).toEqual([{ href: `${base}/gone.ics`, status: '404 Not Found', etag: null }])
    await newer.close()
  })

  it('refuses an href outside of the DAV root', async () => {
    const reply = await dav('REPORT', 'calendars/alice/personal/', { body: multigetBody(['/etc/passwd']) })
    expect(reply.status).toBe(403)
  })
})
