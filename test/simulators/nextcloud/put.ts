/** PUT of calendar objects and cards: preconditions, rights, size, then the write itself (nextcloud-facts 3.3, 3.4). */
import { type Call, effectOf, emptyReply, type Reply } from './call.ts'
import { writeCard } from './cards/write.ts'
import { DavError } from './errors.ts'
import { checkPreconditions } from './preconditions.ts'
import { resolve, resolveOrNone } from './resources.ts'
import { suppressesScheduling } from './scheduling/headers.ts'
import type { CalendarView } from './store.ts'
import { type Actor, writeObject } from './writes.ts'

export function actorOf(call: Call): Actor {
  const { version } = call.world.options
  return {
    cause: {
      by: 'dav',
      user: call.user.uid,
      request: `${call.method} ${call.path}`,
      requestNumber: call.requestNumber,
    },
    silent: suppressesScheduling(call.headers, { version, method: call.method }),
  }
}

export function needWrite(view: CalendarView, call: Call, privilege: string): void {
  if (view.access !== 'read') return
  throw new DavError(
    'need-privileges',
    `User did not have the required privileges ({DAV:}${privilege}) for path "${call.segments.join('/')}"`,
    { condition: '<d:need-privileges/>' },
  )
}

function checkSize(call: Call, limitBytes: number, what: string): void {
  if (Buffer.byteLength(call.body) > limitBytes) throw new DavError('forbidden', `${what} exceeds ${limitBytes} bytes`)
}

const etagHeader = (call: Call, etag: string | null): Record<string, string> =>
  etag === null || effectOf(call, 'no-etag') ? {} : { ETag: etag }

export function put(call: Call): Reply {
  const existing = resolveOrNone(call, call.segments)
  const etag =
    existing && 'object' in existing
      ? existing.object.etag
      : existing && 'item' in existing
        ? existing.item.etag
        : undefined
  checkPreconditions(call.headers, etag)
  const uri = call.segments.at(-1) ?? ''
  const parent = resolve(call, call.segments.slice(0, -1))
  if (existing && etag === undefined) throw new DavError('conflict', 'PUT is not allowed on non-files.')
  if (parent.kind === 'book') {
    checkSize(call, call.world.options.cardSizeLimitBytes, 'VCARD')
    const written = writeCard(call.world, parent.book, uri, call.body)
    return emptyReply(written.created ? 201 : 204, etagHeader(call, written.etag))
  }
  if (parent.kind !== 'calendar' || parent.view.calendar.deletedAtMs !== null)
    throw new DavError('forbidden', 'Permission denied to create a file here')
  needWrite(parent.view, call, existing ? 'write-content' : 'bind')
  checkSize(call, call.world.options.eventSizeLimitBytes, 'VEVENT or VTODO object')
  if (effectOf(call, 'lose-change')) parent.view.calendar.objects.loseNextChanges(1)
  const target = { calendar: parent.view.calendar, uri }
  const written = writeObject(call.world, target, call.body, actorOf(call))
  return emptyReply(written.created ? 201 : 204, etagHeader(call, written.etag))
}
