/** A user on the simulated Nextcloud with the side on `personal`, for tests that look at CalDAV and not at iCalendar: only titles are mapped. */
import { eventOf } from '../../src/model/kinds.ts'
import type { Codec } from '../../src/nextcloud/codec.ts'
import { createDavClient, type DavClient } from '../../src/nextcloud/dav/client.ts'
import { nextcloudSide } from '../../src/nextcloud/side.ts'
import type { Cursor, Hint, Side, Token } from '../../src/ports/side.ts'
import { fixedRandom, memoryLog, quickClock } from '../core/dav-server.ts'
import type { NextcloudSimulatorOptions } from '../simulators/nextcloud/options.ts'
import type { Person } from '../simulators/nextcloud/person.ts'
import type { PersonCalendar } from '../simulators/nextcloud/person-calendar.ts'
import { type NextcloudSimulator, startNextcloudSimulator } from '../simulators/nextcloud/simulator.ts'
import { type EventItem, eventItem, sampleEvent } from './side-samples.ts'

export function eventText(uid: string, title: string): string {
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//EN', 'BEGIN:VEVENT', `UID:${uid}`]
  const times = ['DTSTAMP:20260101T000000Z', 'DTSTART:20260310T090000Z', 'DTEND:20260310T100000Z']
  return `${[...lines, ...times, `SUMMARY:${title}`, 'END:VEVENT', 'END:VCALENDAR'].join('\r\n')}\r\n`
}

export const titleOf = (text: string): string => /^SUMMARY:(.*?)\r?$/m.exec(text)?.[1] ?? ''

/** Title and UID only. */
export const titleCodec: Codec = {
  decode(text) {
    const uid = /^UID:(.*?)\r?$/m.exec(text)?.[1]
    if (text.includes('BEGIN:VTODO')) return { kind: 'other' }
    if (!uid || text.includes('SUMMARY:broken')) return { kind: 'unreadable', detail: 'broken' }
    return { kind: 'item', uid, model: sampleEvent(uid, { title: titleOf(text) }) }
  },
  encode(native, desired) {
    const { uid, title } = eventOf(desired)
    return native === null
      ? eventText(uid, title)
      : native.replace(/^SUMMARY:.*$/m, `SUMMARY:${title}\r`).replace('\r\r', '\r')
  },
  fit: (item) => ({ kind: 'fits', item, losses: [] }),
}

export type NextcloudFixture = {
  simulator: NextcloudSimulator
  person: Person
  personal: PersonCalendar
  side: Side
  client: DavClient
  clock: ReturnType<typeof quickClock>
  lines: string[]
  close(): Promise<void>
}

export async function nextcloudFixture(
  options: NextcloudSimulatorOptions & { timeoutMs?: number } = {},
): Promise<NextcloudFixture> {
  const simulator = await startNextcloudSimulator(options)
  const person = simulator.addUser('anna', 'app-password', { email: 'anna@example.test' })
  const clock = quickClock()
  const lines: string[] = []
  const log = memoryLog(lines)
  const client = createDavClient({
    baseUrl: simulator.url,
    username: 'anna',
    password: 'app-password',
    clock,
    random: fixedRandom,
    log,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  })
  const collectionUrl = `${simulator.davUrl}calendars/anna/personal/`
  const floatingZone = 'Europe/Berlin'
  const side = nextcloudSide({ client, collectionUrl, kind: 'calendar', floatingZone, clock, log, codec: titleCodec })
  const close = async () => {
    await client.close()
    await simulator.close()
  }
  return { simulator, person, personal: person.calendar('personal'), side, client, clock, lines, close }
}

let counter = 0
export const nextToken = (): Token => `10000000-0000-4000-8000-${String(++counter).padStart(12, '0')}` as Token

export async function create(side: Side, uid: string, title = uid): Promise<EventItem> {
  const [outcome] = await side.create([{ token: nextToken(), desired: sampleEvent(uid, { title }) }])
  if (outcome?.kind !== 'created') throw new Error(`not created: ${JSON.stringify(outcome)}`)
  return eventItem(outcome.item)
}

export async function feed(side: Side, from: Cursor | null): Promise<{ hints: Hint[]; cursor: Cursor }> {
  const hints: Hint[] = []
  let cursor = from
  for (;;) {
    const page = await side.changes(cursor)
    if (page.kind === 'cursor-invalid') throw new Error(page.reason)
    hints.push(...page.hints)
    cursor = page.cursor
    if (!page.more) return { hints, cursor }
  }
}
