/** The VTIMEZONEs that are written (TIM-1): the same offsets as the zone itself, for ical.js and for our own reader. */
import ICAL from 'ical.js'
import { describe, expect, it } from 'vitest'
import { printDocument } from '../../src/mapping/ical/document.ts'
import { observancesOf, offsetAtWall } from '../../src/mapping/ical/vtimezone-read.ts'
import { vtimezoneOf, vtimezoneOfRules } from '../../src/mapping/ical/vtimezone-write.ts'
import { localTextOf, wallMsOf } from '../../src/model/civil.ts'
import { instantOf, localAt } from '../../src/model/zone-time.ts'
import { CUSTOM_ZONES, ZONES } from './arbitrary-event.ts'

const HARD = [
  'Africa/Casablanca',
  'America/Vancouver',
  'Asia/Jerusalem',
  'Europe/Moscow',
  'Europe/Istanbul',
  'Pacific/Apia',
  'America/Caracas',
  'Asia/Tehran',
  'Europe/Lisbon',
  'Australia/Lord_Howe',
  'Antarctica/Troll',
  'America/Santiago',
]

/** Every ninth day at changing hours; wall clocks that do not exist or come twice are left out. */
function* wallClocks(from: number, to: number, zone: string): Generator<string> {
  for (
    let day = Date.UTC(from, 0, 1) / 86_400_000, hour = 0;
    day < Date.UTC(to, 0, 1) / 86_400_000;
    day += 9, hour = (hour + 7) % 24
  ) {
    const local = localTextOf(day * 86_400_000 + hour * 3_600_000)
    const instantMs = instantOf({ kind: 'zoned', zone, local }, 'UTC')
    const twice = localAt(zone, instantMs + 3_600_000) === local
    if (!twice && localAt(zone, instantMs) === local) yield local
  }
}

describe('a written VTIMEZONE', () => {
  it.each([...ZONES, ...HARD])('has the offsets of %s', (zone) => {
    for (const fromYear of [1965, 2005, 2024]) {
      const observances = observancesOf(vtimezoneOf(zone, fromYear))
      for (const local of wallClocks(fromYear, fromYear + 16, zone)) {
        const expected = (wallMsOf(local) - instantOf({ kind: 'zoned', zone, local }, 'UTC')) / 60_000
        if (offsetAtWall(observances, wallMsOf(local)) !== expected)
          expect([local, offsetAtWall(observances, wallMsOf(local))]).toEqual([local, expected])
      }
    }
  })

  it.each(['Europe/Berlin', 'America/New_York', 'Australia/Sydney', 'Asia/Kolkata'])(
    'means the same to ical.js: %s',
    (zone) => {
      const component = new ICAL.Component(ICAL.parse(printDocument(vtimezoneOf(zone, 2005))))
      const parsed = new ICAL.Timezone(component)
      for (const local of wallClocks(2005, 2030, zone)) {
        const offset = parsed.utcOffset(ICAL.Time.fromDateTimeString(local)) / 60
        expect([local, offset]).toEqual([
          local,
          (wallMsOf(local) - instantOf({ kind: 'zoned', zone, local }, 'UTC')) / 60_000,
        ])
      }
    },
  )

  it('describes custom zones by their rules', () => {
    for (const rules of CUSTOM_ZONES) {
      const observances = observancesOf(vtimezoneOfRules(rules.name, rules, 2024))
      for (const local of [
        '1960-06-01T12:00:00',
        '2024-01-15T12:00:00',
        '2024-07-15T12:00:00',
        '2030-10-30T12:00:00',
      ]) {
        if (local < '1969') continue
        const instantMs = instantOf({ kind: 'zoned', zone: 'custom:x', local, rules }, 'UTC')
        expect(offsetAtWall(observances, wallMsOf(local))).toBe((wallMsOf(local) - instantMs) / 60_000)
      }
    }
  })

  it('is the same text for every event under the same rules', () => {
    expect(printDocument(vtimezoneOf('Europe/Berlin', 2010))).toBe(printDocument(vtimezoneOf('Europe/Berlin', 2026)))
  })
})
