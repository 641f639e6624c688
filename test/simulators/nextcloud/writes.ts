/** Changes of calendar objects, shared by the DAV methods and by the person in the web UI: validation, scheduling, duplicates, trash. */
import type { World } from './call.ts'
import { DavError, uniqueViolation } from './errors.ts'
import { parseComponent, serialise } from './ical.ts'
import { md5Etag, type StoredObject } from './objects.ts'
import { schedule } from './scheduling/deliver.ts'
import type { Cause } from './scheduling/mail.ts'
import type { Calendar, User } from './store.ts'
import { validateCalendar } from './validate.ts'

/** Who writes, and whether the request asked for silence. */
export type Actor = { cause: Cause; silent: boolean }

export type Written = { created: boolean; object: StoredObject; etag: string | null }

const ownerOf = (world: World, calendar: Calendar): User => {
  const owner = world.store.users.get(calendar.owner)
  if (!owner) throw new DavError('not-found', `Principal with name ${calendar.owner} not found`)
  return owner
}

/** CalDavBackend::createCalendarObject: a UID that is live is a 400, one in the trash breaks the unique index on 32 and 34 (3.2). */
function checkDuplicate(world: World, calendar: Calendar, uid: string): void {
  if (calendar.objects.byUid(uid))
    throw new DavError('bad-request', 'Calendar object with uid already exists in this calendar collection.')
  const trashed = calendar.objects.trashedByUid(uid)
  if (!trashed) return
  if (world.options.version >= 32) throw uniqueViolation()
  calendar.objects.addChange(trashed.uri, 3)
}

export function writeObject(
  world: World,
  target: { calendar: Calendar; uri: string },
  text: string,
  actor: Actor,
): Written {
  const { calendar, uri } = target
  const nowMs = world.options.clock.nowMs()
  const existing = calendar.objects.live.get(uri)
  const valid = validateCalendar(text, { components: calendar.components, nowMs })
  // Sabre schedules while it validates: mails leave even when the write itself then fails.
  const before = existing && !actor.silent ? parseComponent(existing.text) : undefined
  const rewritten =
    !actor.silent && schedule(world, ownerOf(world, calendar), { before, after: valid.calendar }, actor.cause)
  const stored = valid.repaired || rewritten ? serialise(valid.calendar) : text
  const etag = stored === text ? md5Etag(stored) : null
  const content = { uid: valid.uid, component: valid.component, text: stored, modifiedMs: nowMs }
  if (existing) {
    const other = calendar.objects.byUid(valid.uid)
    if (other && other !== existing && world.options.version >= 32) throw uniqueViolation()
    calendar.objects.replace(existing, content)
    return { created: false, object: existing, etag }
  }
  checkDuplicate(world, calendar, valid.uid)
  const object = { ...content, id: world.store.nextId(), uri, etag: md5Etag(stored), deletedAtMs: null }
  calendar.objects.insert(object)
  return { created: true, object, etag }
}

/** `x.ics` becomes `x-deleted.ics`, so that the old uri is free again. */
const trashUri = (uri: string): string => {
  const dot = uri.lastIndexOf('.')
  return dot <= 0 ? `${uri}-deleted` : `${uri.slice(0, dot)}-deleted${uri.slice(dot)}`
}

export function deleteObject(world: World, calendar: Calendar, object: StoredObject, actor: Actor): void {
  if (!actor.silent) {
    const before = parseComponent(object.text)
    schedule(world, ownerOf(world, calendar), { before, after: undefined }, actor.cause)
  }
  if (!world.options.trashbin) {
    calendar.objects.remove(object)
    return
  }
  const uri = trashUri(object.uri)
  if ([...calendar.objects.trash.values()].some((trashed) => trashed.uri === uri))
    throw new DavError(
      'forbidden',
      `A calendar object with URI ${uri} already exists in calendar ${calendar.id}, therefore this object can't be moved into the trashbin`,
    )
  calendar.objects.remove(object)
  object.uri = uri
  object.deletedAtMs = world.options.clock.nowMs()
  calendar.objects.trash.set(object.id, object)
}

/** Purging sends the cancellations once more unless the request is silent (3.2). */
export function purgeObject(world: World, calendar: Calendar, object: StoredObject, actor: Actor): void {
  if (!actor.silent) {
    const before = parseComponent(object.text)
    schedule(world, ownerOf(world, calendar), { before, after: undefined }, actor.cause)
  }
  calendar.objects.trash.delete(object.id)
  if (world.options.version < 30) calendar.objects.addChange(object.uri, 3)
}

export function restoreObject(calendar: Calendar, object: StoredObject): void {
  const uri = object.uri.replace(/-deleted(\.[^.]*)?$/, '$1')
  if (calendar.objects.live.has(uri))
    throw new DavError(
      'forbidden',
      `Can not restore calendar ${object.id} because a calendar object with the URI ${uri} already exists`,
    )
  if (calendar.objects.byUid(object.uid)) throw uniqueViolation()
  calendar.objects.trash.delete(object.id)
  object.uri = uri
  object.deletedAtMs = null
  calendar.objects.insert(object)
}
