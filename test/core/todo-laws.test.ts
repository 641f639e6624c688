/** The laws of the task lens (I19) on generated tasks: what is written reads back as fitted, and nothing else moves. */
import fc from 'fast-check'
import ICAL from 'ical.js'
import { describe, expect, it } from 'vitest'
import { fitTodo } from '../../src/mapping/ical/todo-fit.ts'
import { readTodo } from '../../src/mapping/ical/todo-read.ts'
import { writeTodo } from '../../src/mapping/ical/todo-write.ts'
import { flatten, unflatten } from '../../src/model/flat.ts'
import { spanOf } from '../../src/model/span.ts'
import { sloppyTask } from './arbitrary-task.ts'

const context = { floatingZone: 'Europe/Berlin', nowMs: Date.UTC(2026, 0, 2, 3, 4, 5) }
const later = { ...context, nowMs: context.nowMs + 3_600_000 }
const runs = { numRuns: Number(process.env.LENS_RUNS ?? 1000) }

/** What tasks of other programs look like: every kind of time, with and without their zone. */
const natives = [
  ['DTSTART;VALUE=DATE:20260310', 'DUE;VALUE=DATE:20260312'],
  ['DTSTART:20260310T090000', 'DUE:20260312T170000'],
  ['DTSTART;TZID=America/New_York:20260310T233000', 'DUE;TZID=America/New_York:20260312T003000'],
  ['DTSTART:20260310T233000Z', 'DUE:20260311T003000Z', 'RRULE:FREQ=WEEKLY;BYDAY=TU'],
  ['DTSTART:20260310T090000Z', 'DURATION:P2DT3H'],
  ['DTSTART;TZID=Europe/Berlin:20260310T090000', 'RRULE:FREQ=WEEKLY', 'DURATION:PT1H'],
  ['DUE:20260310T225959Z'],
  ['RRULE:FREQ=DAILY', 'EXDATE:20260311'],
  ['DTSTART;VALUE=DATE:20260310', 'DUE;VALUE=DATE:20260301'],
  ['STATUS:COMPLETED', 'COMPLETED:20260310T230000Z', 'PERCENT-COMPLETE:40'],
  ['PERCENT-COMPLETE:30', 'X-APPLE-SORT-ORDER:5'],
  ['DUE;TZID=Europe/Berlin:20260310T090000', 'BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:-PT15M', 'END:VALARM'],
].map((lines) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VTODO', 'UID:native', ...lines, 'END:VTODO', 'END:VCALENDAR', ''].join(
    '\r\n',
  ),
)

describe('I19: the task lens', () => {
  it('reads what it wrote as the fitted task', () => {
    fc.assert(
      fc.property(sloppyTask, (model) => {
        const { text, losses } = writeTodo(null, model, context)
        expect(readTodo(text, context).task).toEqual(fitTodo(model).item)
        expect(losses.filter((loss) => loss.detail === 'reads back differently')).toEqual([])
      }),
      runs,
    )
  })

  it('reads the fitted task after patching it into any other one', () => {
    fc.assert(
      fc.property(fc.oneof(sloppyTask, fc.constantFrom(...natives)), sloppyTask, (first, second) => {
        const native = typeof first === 'string' ? first : writeTodo(null, first, context).text
        const { text } = writeTodo(native, second, later)
        expect(readTodo(text, context).task).toEqual(fitTodo(second).item)
      }),
      runs,
    )
  })

  it('gives the native text back when nothing changed', () => {
    fc.assert(
      fc.property(sloppyTask, (model) => {
        const native = writeTodo(null, model, context).text
        expect(writeTodo(native, readTodo(native, context).task, later).text).toBe(native)
        expect(writeTodo(native, model, later).text).toBe(native)
      }),
      runs,
    )
    for (const native of natives) expect(writeTodo(native, readTodo(native, context).task, later).text).toBe(native)
  })

  it('fits once, and what is read fits as it is', () => {
    fc.assert(
      fc.property(sloppyTask, (model) => {
        const once = fitTodo(model).item
        expect(fitTodo(once)).toEqual({ kind: 'fits', item: once, losses: [] })
      }),
      runs,
    )
    for (const native of natives) {
      const { task } = readTodo(native, context)
      expect(fitTodo(task).item).toEqual(task)
    }
  })

  it('writes lines of at most 75 octets that an independent parser understands', () => {
    fc.assert(
      fc.property(sloppyTask, (model) => {
        const { text } = writeTodo(null, model, context)
        for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
        const [todo] = new ICAL.Component(ICAL.parse(text)).getAllSubcomponents('vtodo')
        expect(todo?.getFirstPropertyValue('summary') ?? '').toBe(fitTodo(model).item.title)
      }),
      runs,
    )
  })

  it('has a flat form that gives the task back, and no place in time', () => {
    fc.assert(
      fc.property(sloppyTask, (model) => {
        const { item } = fitTodo(model)
        expect(unflatten(flatten(item), item.uid)).toEqual(item)
        expect(spanOf(item, 'Europe/Berlin')).toEqual({ startMs: null, endMs: null })
      }),
      runs,
    )
  })
})
