/** An item in full for a person: one line per field, long texts indented. Made harmless: it comes from strangers' invitations. */
import type { Event } from '../../model/event.ts'
import type { Item } from '../../model/item.ts'
import { nameOf } from '../../model/item-name.ts'
import type { CalTime } from '../../model/time.ts'
import { unreachable } from '../../ports/errors.ts'
import { contactFields, groupFields } from './contact.ts'
import { repeatText } from './repeat.ts'
import { taskFields } from './task.ts'
import { safe, wrap } from './text.ts'
import type { View } from './view.ts'

const INDENT = '  '
const LABEL_WIDTH = 12

/** Empty fields are left out. */
export function itemLines(item: Item, view: View): string[] {
  return fieldsOf(item)
    .filter(([, value]) => value !== '')
    .flatMap(([label, value]) => fieldLines(label, value, view))
}

/** Title and times only, or times only. */
export function itemHead(item: Item, hideTitle: boolean, view: View): string[] {
  const { title, when } = nameOf(item)
  const times = item.kind === 'event' ? timesOf(item.start, item.end) : when
  const lines = fieldLines('title', hideTitle ? '(hidden)' : title || '(no title)', view)
  return times === '' ? lines : [...lines, ...fieldLines('when', times, view)]
}

function fieldLines(label: string, value: string, view: View): string[] {
  const head = `${INDENT}${label.padEnd(LABEL_WIDTH)}`
  const indent = ' '.repeat(head.length)
  const lines = value.split(/\r\n|[\r\n]/).map((line) => wrap(safe(line), view.width, indent))
  return [head + (lines[0] ?? '').slice(indent.length), ...lines.slice(1)]
}

function fieldsOf(item: Item): [string, string][] {
  switch (item.kind) {
    case 'event':
      return eventFields(item)
    case 'task':
      return taskFields(item)
    case 'contact':
      return contactFields(item)
    case 'group':
      return groupFields(item)
    default:
      return unreachable(item)
  }
}

function eventFields(item: Event): [string, string][] {
  const people = item.attendees.map(({ email, name, role, partStat }) => `${name} <${email}> ${role}, ${partStat}`)
  return [
    ['title', item.title],
    ['when', timesOf(item.start, item.end)],
    ['repeats', item.recurrence ? repeatText(item.recurrence) : ''],
    ['also on', item.extraStarts.map(timeWords).join(', ')],
    ['exceptions', exceptionsText(item)],
    ['location', item.location],
    ['show as', item.showAs],
    ['sensitivity', item.sensitivity === 'normal' ? '' : item.sensitivity],
    ['importance', item.importance === 'normal' ? '' : item.importance],
    ['status', item.status === 'none' ? '' : item.status],
    ['categories', item.categories.join(', ')],
    ['reminder', item.reminder ? `${item.reminder.minutesBefore} min before` : ''],
    ['organizer', item.organizer ? `${item.organizer.name} <${item.organizer.email}>` : ''],
    ['attendees', people.join('\n')],
    ['text', item.body?.text ?? ''],
    ['UID', item.uid],
  ]
}

function timeWords(time: CalTime): string {
  switch (time.kind) {
    case 'date':
      return time.date
    case 'floating':
      return time.local.replace('T', ' ')
    case 'utc':
      return `${time.local.replace('T', ' ')} UTC`
    case 'zoned':
      return `${time.local.replace('T', ' ')} ${time.zone}`
  }
}

function timesOf(start: CalTime, end: CalTime): string {
  if (start.kind === 'date') return `${start.date}, all day, until before ${timeWords(end)}`
  return `${timeWords(start)} to ${timeWords(end)}`
}

function exceptionsText(item: Event): string {
  return Object.entries(item.occurrences)
    .map(([key, occurrence]) =>
      occurrence.kind === 'deleted'
        ? `${key}: deleted`
        : `${key}: ${timesOf(occurrence.start, occurrence.end)}, ${occurrence.fields.title}`,
    )
    .join('\n')
}
