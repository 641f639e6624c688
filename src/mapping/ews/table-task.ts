/** The properties of a task on Exchange: which field each is part of, and which stay there alone. See ../ical/table.ts. */
import type { NativeProperty } from '../ical/table.ts'

const element = (name: string, text: string) => `<t:${name}>${text}</t:${name}>`
const mapped = (
  property: string,
  path: string | null,
  values: readonly [string, string],
  note?: string,
): NativeProperty => {
  const name = property.slice(property.indexOf(':') + 1)
  const [from, to] = values.map((text) => [element(name, text)])
  return { property, path, ...(note === undefined ? {} : { note }), probe: { from: from ?? [], to: to ?? [] } }
}
const DONE = [element('Status', 'Completed'), element('PercentComplete', '100')]
const START = element('StartDate', '2026-03-02T00:00:00Z')
const range = element('NoEndRecurrence', element('StartDate', '2026-03-02'))
const daily = (name: string, interval: number) =>
  element('Recurrence', element(name, element('Interval', String(interval))) + range)

export const EWS_TASK_PROPERTIES: readonly NativeProperty[] = [
  mapped('item:Subject', 'title', ['One', 'Two']),
  {
    property: 'item:Body',
    path: 'body',
    note: 'text or HTML; an unchanged body is never written',
    probe: {
      from: ['<t:Body BodyType="HTML">&lt;p>One&lt;/p></t:Body>'],
      to: ['<t:Body BodyType="HTML">&lt;p>Two&lt;/p></t:Body>'],
    },
  },
  mapped('task:Status', 'progress', ['NotStarted', 'WaitingOnOthers'], 'status and percentage drive each other there'),
  {
    property: 'task:PercentComplete',
    path: 'progress',
    probe: {
      from: [element('Status', 'InProgress'), element('PercentComplete', '10')],
      to: [element('Status', 'InProgress'), element('PercentComplete', '20')],
    },
  },
  {
    property: 'task:CompleteDate',
    path: 'progress',
    note: 'a day; a completed occurrence of a series is a task of its own, and Exchange makes the next one',
    probe: {
      from: [...DONE, element('CompleteDate', '2026-03-01T00:00:00Z')],
      to: [...DONE, element('CompleteDate', '2026-03-02T00:00:00Z')],
    },
  },
  mapped('item:Importance', 'importance', ['Normal', 'High']),
  mapped('item:Sensitivity', 'sensitivity', ['Normal', 'Personal']),
  mapped('item:Categories', 'category:', [element('String', 'One'), element('String', 'Two')]),
  {
    property: 'item:ReminderDueBy',
    path: 'reminder',
    probe: {
      from: [element('ReminderIsSet', 'true'), element('ReminderDueBy', '2026-03-02T08:00:00Z')],
      to: [element('ReminderIsSet', 'true'), element('ReminderDueBy', '2026-03-02T09:00:00Z')],
    },
  },
  {
    property: 'item:ReminderIsSet',
    path: 'reminder',
    probe: {
      from: [element('ReminderIsSet', 'false'), element('ReminderDueBy', '2026-03-02T08:00:00Z')],
      to: [element('ReminderIsSet', 'true'), element('ReminderDueBy', '2026-03-02T08:00:00Z')],
    },
  },
  mapped('task:StartDate', 'schedule', ['2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z'], 'a day'),
  mapped('task:DueDate', 'schedule', ['2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z'], 'a day'),
  {
    property: 'task:Recurrence',
    path: 'schedule',
    note: 'patterns, and regeneration',
    probe: { from: [START, daily('DailyRecurrence', 1)], to: [START, daily('WeeklyRegeneration', 2)] },
  },
  mapped('task:ActualWork', null, ['1', '2']),
  mapped('task:TotalWork', null, ['1', '2']),
  mapped('task:BillingInformation', null, ['a', 'b']),
  mapped('task:Mileage', null, ['a', 'b']),
  mapped('task:Companies', null, [element('String', 'a'), element('String', 'b')]),
  mapped('task:Contacts', null, [element('String', 'a'), element('String', 'b')]),
  mapped('task:Owner', null, ['a', 'b'], 'assigned tasks'),
  mapped('task:Delegator', null, ['a', 'b'], 'assigned tasks'),
  mapped('item:Attachments', null, [
    element('FileAttachment', element('Name', 'a')),
    element('FileAttachment', element('Name', 'b')),
  ]),
]
