/** Delivers iTIP messages: into the calendar of a local user and into the outbox of mails, and writes SCHEDULE-STATUS into the object. */
import { randomUUID } from 'node:crypto'
import type { World } from '../call.ts'
import { allNamed, type Component, parseComponent, serialise, setParam, setValue, textOf } from '../ical.ts'
import { md5Etag, type StoredObject } from '../objects.ts'
import { lastOccurrenceMs } from '../occurrences.ts'
import type { Calendar, User } from '../store.ts'
import { addressOf, type Change, eventsOf, type ItipMessage, messagesFor } from './broker.ts'
import type { Cause } from './mail.ts'

const copyOf = (calendar: Component): Component => structuredClone(calendar)

function objectByUid(user: User, uid: string): { calendar: Calendar; object: StoredObject } | undefined {
  for (const calendar of user.calendars.values()) {
    const object = calendar.objects.byUid(uid)
    if (object) return { calendar, object }
  }
  return undefined
}

function rewritten(message: ItipMessage, existing: Component | undefined): Component | undefined {
  const copy = existing && copyOf(existing)
  switch (message.method) {
    case 'REQUEST':
      return copyOf(message.calendar)
    case 'CANCEL':
      for (const event of eventsOf(copy)) {
        setValue(event, 'STATUS', 'CANCELLED')
        setValue(event, 'SEQUENCE', String(message.sequence))
      }
      return copy
    case 'REPLY':
      for (const attendee of eventsOf(copy).flatMap((event) => allNamed(event, 'ATTENDEE'))) {
        if (addressOf(attendee) !== message.sender) continue
        setParam(attendee, 'PARTSTAT', message.partstat)
        setParam(attendee, 'SCHEDULE-STATUS', '2.0')
      }
      return copy
  }
}

/** Sabre\CalDAV\Schedule\Plugin::scheduleLocalDelivery: an inbox item, and the event itself in the default calendar. */
function deliverLocally(world: World, user: User, message: ItipMessage): boolean {
  const target = user.calendars.get('personal')
  if (!target) return false
  const modifiedMs = world.options.clock.nowMs()
  const uri = `sabredav-${randomUUID()}.ics`
  const inboxCopy = copyOf(message.calendar)
  inboxCopy.properties.push({ name: 'METHOD', group: '', params: [], value: message.method })
  const inboxText = serialise(inboxCopy)
  user.inbox.set(uri, { uri, text: inboxText, etag: md5Etag(inboxText), modifiedMs })
  const found = objectByUid(user, message.uid)
  const next = rewritten(message, found && parseComponent(found.object.text))
  if (!next) return true
  const text = serialise(next)
  if (found) found.calendar.objects.replace(found.object, { uid: message.uid, component: 'VEVENT', text, modifiedMs })
  else if (message.method === 'REQUEST') {
    const object = { id: world.store.nextId(), uri, uid: message.uid, component: 'VEVENT', text, modifiedMs }
    target.objects.insert({ ...object, etag: md5Etag(text), deletedAtMs: null })
  }
  return true
}

/** EventComparisonService: an update is mailed only when one of these changed. */
function announced(change: Change): boolean {
  if (!change.before || !change.after) return true
  const mark = (calendar: Component): string =>
    eventsOf(calendar)
      .map((event) =>
        ['RECURRENCE-ID', 'RRULE', 'SEQUENCE', 'LAST-MODIFIED'].map((name) => textOf(event, name)).join('|'),
      )
      .sort()
      .join('\n')
  return mark(change.before) !== mark(change.after)
}

function deliver(world: World, message: ItipMessage, change: Change, cause: Cause): string {
  const user = world.store.userByEmail(message.recipient)
  const local = user !== undefined && deliverLocally(world, user, message)
  if (!message.significant) return '1.0'
  if (lastOccurrenceMs(message.calendar) < world.options.clock.nowMs()) return local ? '1.2' : '5.2'
  if (message.method === 'REQUEST' && !announced(change)) return local ? '1.2' : '1.0'
  world.outbox.push({
    method: message.method,
    from: message.sender.replace('mailto:', ''),
    to: message.recipient.replace('mailto:', ''),
    uid: message.uid,
    summary: textOf(eventsOf(message.calendar)[0], 'SUMMARY') ?? '',
    local,
    cause,
  })
  return '1.1'
}

/** True when `change.after` was changed (a SCHEDULE-STATUS was written), so that no ETag may be answered. */
export function schedule(world: World, owner: User, change: Omit<Change, 'addresses'>, cause: Cause): boolean {
  const addresses = owner.email === '' ? [] : [`mailto:${owner.email.toLowerCase()}`]
  const full: Change = { ...change, addresses }
  const messages = messagesFor(full, world.options.version)
  for (const message of messages) {
    const status = deliver(world, message, full, cause)
    for (const event of eventsOf(change.after)) {
      for (const property of [...allNamed(event, 'ATTENDEE'), ...allNamed(event, 'ORGANIZER')])
        if (addressOf(property) === message.recipient) setParam(property, 'SCHEDULE-STATUS', status)
    }
  }
  return messages.length > 0
}
