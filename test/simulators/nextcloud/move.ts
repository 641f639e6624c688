/** MOVE of an object between own calendars or to another uri, and MOVE out of the trash, which restores (nextcloud-facts 3.2). */
import { type Call, emptyReply, type Reply, segmentsOf } from './call.ts'
import { DavError, uniqueViolation } from './errors.ts'
import { checkPreconditions } from './preconditions.ts'
import { actorOf, needWrite } from './put.ts'
import { type Resource, resolve, resolveOrNone } from './resources.ts'
import { deleteObject, restoreObject } from './writes.ts'

function destinationOf(call: Call): string[] {
  const header = call.headers.destination
  if (header === undefined) throw new DavError('bad-request', 'The destination header was not supplied')
  const path = header.startsWith('/') ? header : URL.canParse(header) ? new URL(header).pathname : header
  const segments = segmentsOf(path, call.world.options.webroot)
  if (!segments) throw new DavError('forbidden', `Destination ${header} is out of base uri`)
  return segments
}

function moveObject(call: Call, source: Extract<Resource, { kind: 'object' }>, segments: string[]): Reply {
  const parent = resolve(call, segments.slice(0, -1))
  if (parent.kind !== 'calendar') throw new DavError('forbidden', 'Permission denied to create a file here')
  needWrite(source.view, call, 'unbind')
  needWrite(parent.view, call, 'bind')
  const there = resolveOrNone(call, segments)
  if (there?.kind === 'object') {
    if (call.headers.overwrite?.toUpperCase() === 'F')
      throw new DavError(
        'precondition',
        'The destination node already exists, and the overwrite header is set to false',
      )
    deleteObject(call.world, parent.view.calendar, there.object, { ...actorOf(call), silent: true })
  }
  const target = parent.view.calendar.objects
  if (source.view.calendar !== parent.view.calendar && target.byUid(source.object.uid)) throw uniqueViolation()
  source.view.calendar.objects.remove(source.object)
  source.object.uri = segments.at(-1) ?? source.object.uri
  target.insert(source.object)
  return emptyReply(there ? 204 : 201)
}

export function move(call: Call): Reply {
  const source = resolve(call, call.segments)
  const segments = destinationOf(call)
  checkPreconditions(call.headers, 'object' in source ? source.object.etag : undefined)
  if (source.kind === 'trash-object') {
    const [, uid, trash, restore] = segments
    if (uid !== call.user.uid || trash !== 'trashbin' || restore !== 'restore')
      throw new DavError('forbidden', 'Trashed objects can only be restored')
    restoreObject(source.calendar, source.object)
    return emptyReply(201)
  }
  if (source.kind === 'object') return moveObject(call, source, segments)
  throw new DavError('forbidden', 'This resource cannot be moved')
}
