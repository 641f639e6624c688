/** DELETE of objects (to the trash), of trashed objects (purge), of calendars, address books, cards and inbox items. */
import { type Call, effectOf, emptyReply, nowMs, type Reply } from './call.ts'
import { DavError } from './errors.ts'
import { checkPreconditions } from './preconditions.ts'
import { actorOf, needWrite } from './put.ts'
import { type Resource, resolve } from './resources.ts'
import type { CalendarView } from './store.ts'
import { deleteObject, purgeObject } from './writes.ts'

/** `X-NC-CalDAV-No-Trashbin: 1` skips the trash for calendars, not for objects. Deleting a shared calendar leaves the share. */
function deleteCalendar(call: Call, view: CalendarView): void {
  const { calendar } = view
  if (view.access !== 'owner') {
    calendar.shares.delete(call.user.uid)
    return
  }
  calendar.objects.onChange?.('', 3)
  const permanent = call.headers['x-nc-caldav-no-trashbin'] === '1' || !call.world.options.trashbin
  if (permanent || calendar.deletedAtMs !== null) call.user.calendars.delete(calendar.uri)
  else calendar.deletedAtMs = nowMs(call)
}

function remove(call: Call, resource: Resource): void {
  switch (resource.kind) {
    case 'object':
      needWrite(resource.view, call, 'unbind')
      if (effectOf(call, 'lose-change')) resource.view.calendar.objects.loseNextChanges(1)
      deleteObject(call.world, resource.view.calendar, resource.object, actorOf(call))
      return
    case 'trash-object':
      purgeObject(call.world, resource.calendar, resource.object, actorOf(call))
      return
    case 'calendar':
      deleteCalendar(call, resource.view)
      return
    case 'inbox-item':
      resource.user.inbox.delete(resource.item.uri)
      return
    case 'card':
      resource.book.objects.remove(resource.object)
      return
    case 'book':
      resource.book.objects.onChange?.('', 3)
      call.user.addressBooks.delete(resource.book.uri)
      return
    default:
      throw new DavError('forbidden', 'Permission denied to delete node')
  }
}

export function deleteResource(call: Call): Reply {
  const resource = resolve(call, call.segments)
  checkPreconditions(call.headers, 'object' in resource ? resource.object.etag : undefined)
  remove(call, resource)
  return emptyReply(204)
}
