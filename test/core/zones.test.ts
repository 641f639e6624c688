/** Names of zones (TIM-1, TIM-2): everything that programs write as a zone id, and wall clock times in all of them. */
import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import { WINDOWS_TO_IANA_MAP } from 'windows-iana'
import {
  canonicalZone,
  ianaToWindows,
  resolveZone,
  rulesOf,
  timeInZone,
  windowsToIana,
} from '../../src/mapping/zones.ts'
import { WINDOWS_DISPLAY_NAMES } from '../../src/mapping/zones-display.ts'
import { instantOf, localAt } from '../../src/model/zone-time.ts'
import { CUSTOM_ZONES } from './arbitrary-event.ts'

const runtimeZones = Intl.supportedValuesOf('timeZone')

describe('canonicalZone', () => {
  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/berlin', 'Europe/Berlin'],
    ['Europe/Kiev', 'Europe/Kyiv'],
    ['Europe/Kyiv', 'Europe/Kyiv'],
    ['Asia/Calcutta', 'Asia/Kolkata'],
    ['America/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['America/Ciudad_Juarez', 'America/Ciudad_Juarez'],
    ['Pacific/Kanton', 'Pacific/Kanton'],
    ['Pacific/Enderbury', 'Pacific/Kanton'],
    ['US/Eastern', 'America/New_York'],
    ['EST5EDT', 'America/New_York'],
    ['America/New York', 'America/New_York'],
    ['Etc/UTC', 'UTC'],
    ['GMT', 'UTC'],
    ['Etc/GMT-1', 'Etc/GMT-1'],
    ['/freeassociation.sourceforge.net/Europe/Berlin', 'Europe/Berlin'],
    ['/freeassociation.sourceforge.net/Tzfile/America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['/mozilla.org/20050126_1/America/New_York', 'America/New_York'],
    ['/Europe/Stockholm', 'Europe/Stockholm'],
    ['posix/Europe/Vaduz', 'Europe/Vaduz'],
    ['tzone://Microsoft/Utc', 'UTC'],
  ])('%s is %s', (id, zone) => expect(canonicalZone(id)).toBe(zone))

  it.each([
    '',
    'W. Europe Standard Time',
    'Western/Central Europe',
    'Factory',
    'IST',
    '+01:00',
    'constructor',
    '__proto__',
    'tzone://Microsoft/Custom',
  ])('%s is no zone of the database', (id) => expect(canonicalZone(id)).toBeNull())

  it('is canonical: its answers are their own answers, and the runtime knows them all', () => {
    for (const zone of runtimeZones.map((name) => canonicalZone(name) ?? '')) {
      expect(canonicalZone(zone)).toBe(zone)
      expect(() => localAt(zone, 0)).not.toThrow()
    }
  })
})

describe('Windows ids', () => {
  it('each have an IANA zone', () => {
    for (const { windowsName } of WINDOWS_TO_IANA_MAP) expect(windowsToIana(windowsName), windowsName).not.toBeNull()
    for (const [name, id] of WINDOWS_DISPLAY_NAMES) expect(windowsToIana(id), name).not.toBeNull()
    expect(windowsToIana('w. europe standard time 1')).toBe('Europe/Berlin')
    expect(windowsToIana('India Standard Time')).toBe('Asia/Kolkata')
    for (const id of ['No Such Standard Time', 'constructor', '__proto__']) expect(windowsToIana(id)).toBeNull()
  })

  it('are found for every IANA zone with the same rules from next year on, but for those that Windows lacks', () => {
    const from = Temporal.Now.zonedDateTimeISO('UTC').year + 1
    const rules = (zone: string) =>
      JSON.stringify([from, from + 1].map((year) => ({ ...rulesOf(zone, year), name: '' })))
    const without = runtimeZones.filter((name) => ianaToWindows(name) === null)
    expect(without).toEqual(['Antarctica/Troll'])
    const wrong = runtimeZones.filter((name) => {
      const windows = ianaToWindows(name)
      return windows !== null && rules(canonicalZone(name) ?? '') !== rules(windowsToIana(windows) ?? '')
    })
    expect(wrong).toEqual([])
  })

  it('go to IANA and back to the same id', () => {
    const lost = [...new Set(WINDOWS_TO_IANA_MAP.map((entry) => entry.windowsName))].filter(
      (name) => ianaToWindows(windowsToIana(name) ?? '') !== name,
    )
    expect(lost).toEqual([])
  })
})

describe('resolveZone', () => {
  it.each([
    ['(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna', 'Europe/Berlin'],
    ['(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien', 'Europe/Berlin'],
    ['(GMT-05:00) Eastern Time (US & Canada)', 'America/New_York'],
    ['(UTC) Coordinated Universal Time', 'UTC'],
    ['(UTC) Dublin, Edinburgh, Lisbon, London', 'Europe/London'],
    ['(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi', 'Asia/Kolkata'],
    ['UTC+11', 'Etc/GMT-11'],
  ])('TIM-2: knows the display name %s', (id, zone) =>
    expect(resolveZone({ id })).toEqual({ zone, how: 'display-name' }),
  )

  it.each([
    ['(UTC-05:00) Eastern Time (US and Canada)', 'America/New_York'],
    ['(GMT +01:00)', 'Etc/GMT-1'],
    ['Amsterdam, Belgrade, Berlin, Brussels, Budapest, Madrid', 'Europe/Berlin'],
    ['Berlin', null],
    ['Meeting, Berlin', null],
  ])('TIM-2: reads %s as other programs write it', (id, zone) => {
    const found = resolveZone({ id })
    expect(found.how === 'custom' ? null : found.zone).toBe(zone)
  })

  it('TIM-2: takes a display name beside an id that says nothing', () => {
    const displayName = '(UTC+01:00) Brussels, Copenhagen, Madrid, Paris'
    expect(resolveZone({ id: 'Customized Time Zone', displayName })).toEqual({
      zone: 'Europe/Paris',
      how: 'display-name',
    })
  })

  it.each([
    ['Europe/Berlin', 2024],
    ['America/New_York', 2005],
    ['America/New_York', 2024],
    ['Australia/Sydney', 2024],
    ['Asia/Kolkata', 2024],
  ])('TIM-2: finds %s by its rules of %i', (zone, atYear) => {
    const rules = rulesOf(zone, atYear)
    expect(rules).not.toBeNull()
    if (rules)
      expect(resolveZone({ id: 'tzone://Microsoft/Custom', rules, atYear })).toMatchObject({ zone, how: 'rules' })
  })

  it('TIM-2: makes a custom zone of rules that no zone has, and of nothing', () => {
    const [, rules] = CUSTOM_ZONES
    if (!rules) throw new Error('no custom zone')
    expect(resolveZone({ id: 'Plant', rules, atYear: 2024 })).toEqual({ zone: 'custom:Plant', rules, how: 'custom' })
    expect(resolveZone({ id: 'Nowhere' })).toEqual({ zone: 'custom:Nowhere', how: 'custom' })
  })

  it('does not take last year’s rules for this year’s', () => {
    const old = rulesOf('America/New_York', 2005)
    if (old) expect(resolveZone({ id: 'x', rules: old, atYear: 2024 }).how).toBe('custom')
  })

  it('gives UTC times the kind utc', () => {
    expect(timeInZone('2024-01-01T00:00:00', resolveZone({ id: 'Etc/UTC' }))).toEqual({
      kind: 'utc',
      local: '2024-01-01T00:00:00',
    })
  })
})

describe('wall clock times', () => {
  it('are the same by a zone’s name and by its rules, every hour of a year', () => {
    for (const zone of ['Europe/Berlin', 'Australia/Sydney', 'America/New_York']) {
      const rules = rulesOf(zone, 2024)
      if (!rules) throw new Error(zone)
      for (let hour = 0; hour < 366 * 24; hour += 1) {
        const atMs = Date.UTC(2024, 0, 1) + hour * 3_600_000
        expect(localAt('custom:x', atMs, rules)).toBe(localAt(zone, atMs))
        const local = localAt('UTC', atMs)
        expect(instantOf({ kind: 'zoned', zone: 'custom:x', local, rules }, 'UTC')).toBe(
          instantOf({ kind: 'zoned', zone, local }, 'UTC'),
        )
      }
    }
  })

  it('take the first of two and leap over the gap (RFC 5545 section 3.3.5)', () => {
    const at = (local: string) =>
      new Date(instantOf({ kind: 'zoned', zone: 'America/New_York', local }, 'UTC')).toISOString()
    expect(at('2007-11-04T01:30:00')).toBe('2007-11-04T05:30:00.000Z')
    expect(at('2007-03-11T02:30:00')).toBe('2007-03-11T07:30:00.000Z')
  })

  it('TIM-5: are the same before 1970 and in zones with odd offsets', () => {
    expect(instantOf({ kind: 'date', date: '1950-06-01' }, 'UTC')).toBe(Date.UTC(1950, 5, 1))
    expect(localAt('Asia/Kathmandu', Date.UTC(2024, 0, 1))).toBe('2024-01-01T05:45:00')
    expect(localAt('America/New_York', Date.UTC(1943, 6, 1, 12))).toBe('1943-07-01T08:00:00')
  })
})
