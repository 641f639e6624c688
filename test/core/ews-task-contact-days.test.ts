/** Dates of tasks and contacts are the same day in every zone (TIM-5), and items keep their identity whatever a server calls them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anniversaryText, completionText, dayText, isHeldDay, readDay } from '../../src/mapping/ews/day.ts'
import { extendedElement, extendedText } from '../../src/mapping/ews/extended.ts'
import { derivedUid, SEARCH_KEY_FIELD, UID_FIELD, uidOf } from '../../src/mapping/ews/identity.ts'
import { DEAD_FIELD } from '../../src/mapping/ews/task.ts'
import type { XmlElement } from '../../src/mapping/ews/xml.ts'
import { dateTextOf, localTextOf } from '../../src/model/civil.ts'
import { instantOf } from '../../src/model/zone-time.ts'
import { element } from './ews-renderer.ts'
import { asElement } from './ews-task-contact-server.ts'

const ZONES = [
  'UTC',
  'Europe/London',
  'Europe/Berlin',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Tokyo',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
  'Pacific/Apia',
  'Pacific/Kiritimati',
  'Atlantic/Azores',
  'America/Sao_Paulo',
  'America/New_York',
  'America/Los_Angeles',
  'Pacific/Honolulu',
  'Pacific/Pago_Pago',
]
const zone = fc.constantFrom(...ZONES)
// From 1971 on: before, zones had offsets of seconds, and no program wrote their midnights.
/** Samoa crossed the date line and had no such day. */
const exists = (zoneId: string, date: string) => zoneId !== 'Pacific/Apia' || date !== '2011-12-30'
const recentDay = fc.integer({ min: 400, max: 40_000 }).map(dateTextOf)
const anyDay = fc.integer({ min: -130_000, max: 60_000 }).map(dateTextOf)
const context = (floatingZone: string) => ({ mailbox: 'anna@example.test', floatingZone })

describe('a date on Exchange', () => {
  it('is the same day in every zone, as EWS, Outlook on the web and phones write it', () => {
    fc.assert(
      fc.property(zone, anyDay, (floatingZone, date) => {
        expect(readDay(dayText(date), context(floatingZone))).toBe(date)
        expect(readDay(anniversaryText(date), context(floatingZone))).toBe(date)
      }),
      { numRuns: 2000 },
    )
  })

  it('is the same day as Outlook writes it: midnight in its own zone', () => {
    fc.assert(
      fc.property(zone, recentDay, (floatingZone, date) => {
        fc.pre(exists(floatingZone, date))
        const midnight = `${localTextOf(instantOf({ kind: 'date', date }, floatingZone))}Z`
        expect(readDay(midnight, context(floatingZone))).toBe(date)
      }),
      { numRuns: 2000 },
    )
  })

  it('of a completion is the same day, whether EWS cuts the time of day or not', () => {
    fc.assert(
      fc.property(zone, recentDay, (floatingZone, date) => {
        fc.pre(exists(floatingZone, date))
        const text = completionText(date, context(floatingZone))
        expect(readDay(text, context(floatingZone))).toBe(date)
        expect(readDay(`${text.slice(0, 10)}T00:00:00Z`, context(floatingZone))).toBe(date)
      }),
      { numRuns: 2000 },
    )
  })

  it('is held from 1601 to 4500, and only when the day exists', () => {
    expect(['1601-01-01', '4500-12-31', '2000-02-29'].map(isHeldDay)).toEqual([true, true, true])
    expect(['1600-12-31', '4501-01-01', '1900-02-29', '2026-13-01'].map(isHeldDay)).toEqual([
      false,
      false,
      false,
      false,
    ])
  })

  it('that is no date makes the item unreadable, and an empty one is none (I10)', () => {
    expect(() => readDay('tomorrow', context('UTC'))).toThrow('item.unreadable')
    expect([readDay(undefined, context('UTC')), readDay(' ', context('UTC'))]).toEqual([null, null])
  })
})

describe('a MAPI property', () => {
  const item = (...properties: XmlElement[]) => element('Task', properties)

  it('is found however the server writes its tag or number', () => {
    const tagged = (tag: string) =>
      item(
        element('ExtendedProperty', [
          element('ExtendedFieldURI', '', { PropertyTag: tag, PropertyType: 'Binary' }),
          element('Value', 'a2V5'),
        ]),
      )
    for (const tag of ['0x300B', '0x300b', '12299']) expect(extendedText(tagged(tag), SEARCH_KEY_FIELD)).toBe('a2V5')
    expect(extendedText(tagged('0x3001'), SEARCH_KEY_FIELD)).toBeNull()
    for (const id of ['33033', '0x8109']) {
      const attributes = { DistinguishedPropertySetId: 'Task', PropertyId: id, PropertyType: 'Boolean' }
      const dead = item(
        element('ExtendedProperty', [element('ExtendedFieldURI', '', attributes), element('Value', 'true')]),
      )
      expect(extendedText(dead, DEAD_FIELD)).toBe('true')
      expect(extendedText(dead, UID_FIELD)).toBeNull()
    }
  })

  it('gives the UID, and without ours one that a moved mailbox keeps and a copy does not share', () => {
    const parts = (id: string, key: string, createdAt: string) => [
      element('ItemId', '', { Id: id, ChangeKey: 'x' }),
      element('DateTimeCreated', createdAt),
      asElement(extendedElement(SEARCH_KEY_FIELD, key)),
    ]
    const first = item(...parts('one', 'a2V5', '2026-01-01T00:00:00Z'))
    const afterMove = item(...parts('another id', 'a2V5', '2026-01-01T00:00:00Z'))
    const copy = item(...parts('copy', 'a2V5', '2026-02-02T00:00:00Z'))
    expect(uidOf(afterMove)).toBe(uidOf(first))
    expect(uidOf(copy)).not.toBe(uidOf(first))
    const ours = item(...first.children, asElement(extendedElement(UID_FIELD, ' ours ')))
    expect(uidOf(ours)).toBe('ours')
    expect(derivedUid(ours)).toBe(uidOf(first))
    const bare = (id: string) => item(element('ItemId', '', { Id: id, ChangeKey: 'x' }))
    expect(uidOf(bare('a'))).not.toBe(uidOf(bare('b')))
  })
})
