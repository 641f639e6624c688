/** A generator of tasks, out of form too: what strangers and other programs may bring. */
import fc from 'fast-check'
import type { Importance, Sensitivity } from '../../src/model/event.ts'
import type { Regeneration, Task, TaskStatus } from '../../src/model/task.ts'
import { localOf } from '../../src/model/zone-time.ts'
import { event } from './arbitrary-event.ts'

const text = fc.oneof(fc.constantFrom('', 'Steuer', 'a,b;c\\d\n', ' x '), fc.string({ maxLength: 20 }))
const date = fc.oneof(
  fc.constant(null),
  fc
    .date({ min: new Date('1950-01-01'), max: new Date('2050-12-30'), noInvalidDate: true })
    .map((day) => day.toISOString().slice(0, 10)),
  fc.constantFrom('2026-03-28', '2026-03-29', '2026-10-25', '2024-02-29', '2026-01-31'),
)
const regeneration: fc.Arbitrary<Regeneration> = fc.record({
  kind: fc.constantFrom('daily', 'weekly', 'monthly', 'yearly'),
  interval: fc.integer({ min: 1, max: 99 }),
  end: fc.constantFrom(
    { kind: 'never' } as const,
    { kind: 'count', count: 3 } as const,
    { kind: 'until', date: '2030-01-02' } as const,
  ),
})

/** Recurrences come from events, whose generator knows every pattern, with the start that goes with them or another. */
export const sloppyTask: fc.Arbitrary<Task> = fc
  .record({
    series: event,
    ownStart: fc.boolean(),
    title: text,
    status: fc.constantFrom<TaskStatus>(
      'notStarted',
      'inProgress',
      'completed',
      'waitingOnOthers',
      'deferred',
      'cancelled',
    ),
    percentComplete: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.double({ min: -5, max: 200, noNaN: true })),
    completed: date,
    start: date,
    due: date,
    importance: fc.constantFrom<Importance>('low', 'normal', 'high'),
    sensitivity: fc.constantFrom<Sensitivity>('normal', 'personal', 'private', 'confidential'),
    reminder: fc.oneof(
      fc.constant(null),
      fc.constantFrom({ atUtc: '2026-03-29T01:30:00' }, { atUtc: '1999-12-31T23:59:59' }),
    ),
    regeneration: fc.oneof(fc.constant(null), regeneration),
  })
  .map(({ series, ownStart, ...task }) => ({
    kind: 'task',
    uid: series.uid,
    body: series.body,
    categories: series.categories,
    recurrence: series.recurrence,
    ...task,
    start: ownStart && series.recurrence ? localOf(series.start).slice(0, 10) : task.start,
  }))
