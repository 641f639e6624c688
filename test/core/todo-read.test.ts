/** What other programs write into tasks, and what stays when one thing of it changes. */
import { describe, expect, it } from 'vitest'
import { readTodo } from '../../src/mapping/ical/todo-read.ts'
import { writeTodo } from '../../src/mapping/ical/todo-write.ts'
import type { Task } from '../../src/model/task.ts'

const context = { floatingZone: 'Europe/Berlin', nowMs: Date.UTC(2026, 0, 2, 3, 4, 5) }
const todo = (...lines: string[]) =>
  `${['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VTODO', 'UID:task-1', ...lines, 'END:VTODO', 'END:VCALENDAR'].join('\r\n')}\r\n`
const read = (text: string) => readTodo(text, context).task
const change = (text: string, changes: Partial<Task>) => writeTodo(text, { ...read(text), ...changes }, context).text
const has = (text: string, line: string) => expect(text.split('\r\n')).toContain(line)

describe('how far a task is', () => {
  it.each([
    [[], 'notStarted', 0, null],
    [['STATUS:NEEDS-ACTION'], 'notStarted', 0, null],
    [['PERCENT-COMPLETE:30'], 'inProgress', 30, null],
    [['STATUS:IN-PROCESS', 'PERCENT-COMPLETE:30'], 'inProgress', 30, null],
    [['PERCENT-COMPLETE:100'], 'completed', 100, null],
    [['COMPLETED:20260310T090000Z'], 'completed', 100, '2026-03-10'],
    [['STATUS:COMPLETED', 'COMPLETED:20260310T233000Z'], 'completed', 100, '2026-03-11'],
    [['STATUS:COMPLETED'], 'completed', 100, null],
    [['STATUS:CANCELLED', 'PERCENT-COMPLETE:20'], 'cancelled', 20, null],
    [['STATUS:NEEDS-ACTION', 'COMPLETED:20260310T090000Z'], 'notStarted', 0, null],
    [['STATUS:IN-PROCESS', 'X-EXC-TASK-STATUS:WAITING'], 'waitingOnOthers', 0, null],
    [['STATUS:COMPLETED', 'X-EXC-TASK-STATUS:WAITING'], 'completed', 100, null],
  ] as const)('%j', (lines, status, percentComplete, completed) => {
    const text = todo(...lines)
    expect(read(text)).toMatchObject({ status, percentComplete, completed })
    const titled = change(text, { title: 'T' })
    for (const line of lines) has(titled, line)
  })

  it('completing writes all three, taking it back removes the day', () => {
    const done = change(todo('STATUS:IN-PROCESS', 'PERCENT-COMPLETE:30'), {
      status: 'completed',
      percentComplete: 100,
      completed: '2026-03-10',
    })
    for (const line of ['STATUS:COMPLETED', 'PERCENT-COMPLETE:100', 'COMPLETED:20260310T110000Z']) has(done, line)
    const undone = change(done, { status: 'inProgress', percentComplete: 50, completed: null })
    has(undone, 'STATUS:IN-PROCESS')
    has(undone, 'PERCENT-COMPLETE:50')
    expect(undone).not.toContain('COMPLETED:2')
  })

  it('the exact time of completion stays while the day is the same', () => {
    const text = todo('STATUS:COMPLETED', 'COMPLETED:20260310T094512Z')
    has(change(text, { title: 'T' }), 'COMPLETED:20260310T094512Z')
  })

  it('what STATUS has no word for comes back, until somebody sets another', () => {
    const waiting = change(todo(), { status: 'waitingOnOthers' })
    expect(read(waiting).status).toBe('waitingOnOthers')
    expect(read(waiting.replace('STATUS:IN-PROCESS', 'STATUS:NEEDS-ACTION')).status).toBe('notStarted')
    expect(change(waiting, { status: 'inProgress' })).not.toContain('X-EXC-TASK-STATUS')
  })
})

describe('start and due', () => {
  it.each([
    ['DUE;VALUE=DATE:20260312', '2026-03-12', 'DUE;VALUE=DATE:20260320'],
    ['DUE:20260312T170000', '2026-03-12', 'DUE:20260320T170000'],
    ['DUE:20260312T233000Z', '2026-03-13', 'DUE:20260319T233000Z'],
    ['DUE;TZID=America/New_York:20260312T233000', '2026-03-12', 'DUE;TZID=America/New_York:20260320T233000'],
  ])('%s is on %s; another day keeps the time and the zone', (line, due, moved) => {
    const text = todo(line)
    expect(read(text).due).toBe(due)
    has(change(text, { title: 'T' }), line)
    has(change(text, { due: '2026-03-20' }), moved)
  })

  it('reads DURATION, and writes DUE only when the due day changes', () => {
    const text = todo('DTSTART:20260310T090000', 'DURATION:P2D')
    expect(read(text)).toMatchObject({ start: '2026-03-10', due: '2026-03-12' })
    has(change(text, { start: '2026-03-11', due: '2026-03-13' }), 'DURATION:P2D')
    const later = change(text, { due: '2026-03-15' })
    has(later, 'DUE:20260315T090000')
    expect(later).not.toContain('DURATION')
    has(change(text, { start: null }), 'DUE:20260312T090000')
  })

  it('TIM-6: due before the start is clamped and reported; the document stays', () => {
    const text = todo('DTSTART;VALUE=DATE:20260310', 'DUE;VALUE=DATE:20260301')
    const { task, problems } = readTodo(text, context)
    expect(task).toMatchObject({ start: '2026-03-10', due: '2026-03-10' })
    expect(problems).toEqual([{ path: 'DUE', reason: 'clamped', detail: 'due before the start' }])
    has(change(text, { title: 'T' }), 'DUE;VALUE=DATE:20260301')
    const { losses } = writeTodo(null, { ...task, due: '2026-03-01' }, context)
    expect(losses).toEqual([{ path: 'schedule', reason: 'clamped', detail: 'due before the start' }])
  })

  it('never writes a due time before the start of the same day', () => {
    const text = todo('DTSTART:20260310T150000', 'DUE:20260312T090000')
    has(change(text, { due: '2026-03-10' }), 'DUE:20260310T235959')
  })
})

describe('repeating tasks', () => {
  it('count from the start, else from due; without either the rule stays word for word', () => {
    const weekly = { pattern: { kind: 'weekly', days: ['TU'] } }
    expect(read(todo('DTSTART;VALUE=DATE:20260310', 'RRULE:FREQ=WEEKLY')).recurrence).toMatchObject(weekly)
    expect(read(todo('DUE:20260310T100000', 'RRULE:FREQ=WEEKLY')).recurrence).toMatchObject(weekly)
    const none = todo('RRULE:FREQ=WEEKLY')
    expect(readTodo(none, context).problems).toEqual([
      { path: 'RRULE', reason: 'recurrence-not-representable', detail: 'FREQ=WEEKLY' },
    ])
    has(change(none, { title: 'T' }), 'RRULE:FREQ=WEEKLY')
  })

  it('REC-8: what Exchange cannot hold stays, with its exceptions', () => {
    const lines = [
      'DTSTART:20260310T090000',
      'RRULE:FREQ=DAILY;BYHOUR=9,17',
      'RDATE:20260401T090000',
      'EXDATE:20260311T090000',
    ]
    const text = todo(...lines)
    expect(read(text).recurrence?.pattern.kind).toBe('rrule')
    for (const line of lines) has(change(text, { title: 'T', status: 'completed', percentComplete: 100 }), line)
  })

  it('TIM-4: an instant near midnight gets its zone before a rule counts its days', () => {
    const text = todo('DTSTART:20260310T233000Z')
    const weekly = { kind: 'weekly' as const, interval: 1, days: ['WE' as const], firstDay: 'MO' as const }
    const written = change(text, { recurrence: { pattern: weekly, end: { kind: 'never' } } })
    has(written, 'DTSTART;TZID=Europe/Berlin:20260311T003000')
    has(written, 'BEGIN:VTIMEZONE')
    expect(read(written)).toMatchObject({ start: '2026-03-11', recurrence: { pattern: weekly } })
  })

  it('regeneration comes back, until somebody sets a rule', () => {
    const regeneration = { kind: 'weekly' as const, interval: 2, end: { kind: 'count' as const, count: 3 } }
    const text = change(todo('DTSTART;VALUE=DATE:20260310'), { regeneration })
    expect(read(text).regeneration).toEqual(regeneration)
    expect(read(text.replace('END:VTODO', 'RRULE:FREQ=DAILY\r\nEND:VTODO')).regeneration).toBeNull()
  })

  it('keeps single occurrences, and names them', () => {
    const text = todo(
      'DTSTART:20260310T090000',
      'RRULE:FREQ=DAILY',
      'END:VTODO',
      'BEGIN:VTODO',
      'UID:task-1',
      'RECURRENCE-ID:20260311T090000',
      'DTSTART:20260311T100000',
    )
    expect(readTodo(text, context).problems).toEqual([
      { path: 'RECURRENCE-ID', reason: 'value-not-held', detail: '1 single occurrences' },
    ])
    has(change(text, { title: 'T' }), 'RECURRENCE-ID:20260311T090000')
  })
})

describe('reminders', () => {
  const alarm = (trigger: string) => ['BEGIN:VALARM', 'ACTION:DISPLAY', `TRIGGER${trigger}`, 'END:VALARM']
  it.each([
    [['DUE:20260310T100000', ...alarm(':-PT15M')], '2026-03-10T08:45:00'],
    [['DTSTART:20260310T090000', 'DUE:20260310T100000', ...alarm(':-PT15M')], '2026-03-10T07:45:00'],
    [['DTSTART:20260310T090000', 'DUE:20260310T100000', ...alarm(';RELATED=END:-PT15M')], '2026-03-10T08:45:00'],
    [['DUE;VALUE=DATE:20260310', ...alarm(':PT9H')], '2026-03-10T08:00:00'],
    [alarm(';VALUE=DATE-TIME:20260310T080000Z'), '2026-03-10T08:00:00'],
  ])('%j', (lines, atUtc) => {
    const text = todo(...lines)
    expect(read(text).reminder).toEqual({ atUtc })
    for (const line of lines) has(change(text, { title: 'T' }), line)
  })

  it('moves as an instant, leaves other alarms alone, and stays away when it is taken away', () => {
    const text = todo('DUE:20260310T100000', ...alarm(':-PT15M'), ...alarm(':-P1D'))
    const moved = change(text, { reminder: { atUtc: '2026-03-10T06:00:00' } })
    has(moved, 'TRIGGER;VALUE=DATE-TIME:20260310T060000Z')
    has(moved, 'TRIGGER:-P1D')
    const without = change(text, { reminder: null })
    expect(read(without).reminder).toBeNull()
    has(without, 'TRIGGER:-P1D')
  })

  it('stays the same instant when Exchange moves the due day alone', () => {
    const text = todo('DUE:20260310T100000', ...alarm(':-PT15M'))
    const moved = change(text, { due: '2026-03-20' })
    expect(read(moved).reminder).toEqual({ atUtc: '2026-03-10T08:45:00' })
  })
})

describe('what the model does not know', () => {
  it('SRV-5: survives an edit in its place, and the stamps move only with one', () => {
    const strange = [
      'X-APPLE-SORT-ORDER:5',
      'RELATED-TO;RELTYPE=PARENT:other',
      'PRIORITY:3',
      'LOCATION:Home',
      'ATTACH:https://x/y',
      'ORGANIZER:mailto:a@x',
      'SEQUENCE:4',
      'LAST-MODIFIED:20250101T000000Z',
    ]
    const text = todo(...strange)
    expect(writeTodo(text, read(text), context).text).toBe(text)
    const titled = change(text, { title: 'T' })
    for (const line of strange.slice(0, -1)) has(titled, line)
    has(titled, 'LAST-MODIFIED:20260102T030405Z')
    has(change(text, { due: '2026-03-10' }), 'SEQUENCE:5')
  })

  it.each([
    [todo().replaceAll('VTODO', 'VEVENT'), 'no-task'],
    [todo().replace('UID:task-1', 'X:1'), 'no-uid'],
    [todo('END:VTODO', 'BEGIN:VTODO', 'UID:other'), 'several-uids'],
    [todo('END:VTODO', 'BEGIN:VTODO', 'UID:task-1'), 'several-masters'],
  ])('a document that is no task is named (%#)', (text, reason) => {
    expect(() => readTodo(text, context)).toThrow(
      expect.objectContaining({ code: 'item.unreadable', fields: { reason } }),
    )
  })
})
