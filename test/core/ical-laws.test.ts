/** The laws of the iCalendar lens (I19) on generated events: what is written reads back as fitted, and nothing else moves. */
import fc from 'fast-check'
import ICAL from 'ical.js'
import { describe, expect, it } from 'vitest'
import { fitEvent } from '../../src/mapping/ical/fit-event.ts'
import { readEvent } from '../../src/mapping/ical/read-event.ts'
import { writeEvent } from '../../src/mapping/ical/write-event.ts'
import { event, FILE_CONTENTS, FLOATING_ZONE, sloppyEvent } from './arbitrary-event.ts'

const context = { floatingZone: FLOATING_ZONE, nowMs: Date.UTC(2026, 0, 2, 3, 4, 5), files: FILE_CONTENTS }
const later = { ...context, nowMs: context.nowMs + 3_600_000 }
const runs = { numRuns: Number(process.env.LENS_RUNS ?? 1000) }

describe('I19: the iCalendar lens', () => {
  it('reads what it wrote as the fitted event', () => {
    fc.assert(
      fc.property(event, (model) => {
        const { text, losses } = writeEvent(null, model, context)
        expect(readEvent(text, context).event).toEqual(fitEvent(model, context).item)
        expect(losses.filter((loss) => loss.detail === 'reads back differently')).toEqual([])
      }),
      runs,
    )
  })

  it('reads the fitted event after patching any other event into it', () => {
    fc.assert(
      fc.property(event, event, (first, second) => {
        const native = writeEvent(null, first, context).text
        const { text } = writeEvent(native, second, later)
        const held = readEvent(native, context).event
        expect(readEvent(text, context).event).toEqual(fitEvent(second, context, held).item)
      }),
      runs,
    )
  })

  it('brings events that are out of form into form, once', () => {
    fc.assert(
      fc.property(sloppyEvent, (model) => {
        const { item } = fitEvent(model, context)
        expect(fitEvent(item, context)).toEqual({ kind: 'fits', item, losses: [] })
        expect(readEvent(writeEvent(null, model, context).text, context).event).toEqual(item)
      }),
      runs,
    )
  })

  it('gives the native text back when nothing changed', () => {
    fc.assert(
      fc.property(event, (model) => {
        const native = writeEvent(null, model, context).text
        expect(writeEvent(native, readEvent(native, context).event, later).text).toBe(native)
        expect(writeEvent(native, model, later).text).toBe(native)
      }),
      runs,
    )
  })

  it('fits once: the fitted event fits as it is', () => {
    fc.assert(
      fc.property(event, (model) => {
        const once = fitEvent(model, context).item
        expect(fitEvent(once, context)).toEqual({ kind: 'fits', item: once, losses: [] })
      }),
      runs,
    )
  })

  it('writes lines of at most 75 octets that an independent parser understands', () => {
    fc.assert(
      fc.property(event, (model) => {
        const { text } = writeEvent(null, model, context)
        expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true)
        for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
        const calendar = new ICAL.Component(ICAL.parse(text))
        const [master] = calendar.getAllSubcomponents('vevent')
        expect(master?.getFirstPropertyValue('summary') ?? '').toBe(model.title)
      }),
      runs,
    )
  })
})
