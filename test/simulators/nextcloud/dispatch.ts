/** From a request to the method that answers it, and from a refusal to Sabre's error answer. Synchronous: one request is one transaction. */
import { type Call, emptyReply, type Reply } from './call.ts'
import { deleteResource } from './delete.ts'
import { DavError, errorBody, statusOf } from './errors.ts'
import { get } from './get.ts'
import { makeCollection } from './make-collection.ts'
import { move } from './move.ts'
import { propfind } from './propfind.ts'
import { proppatch } from './proppatch.ts'
import { put } from './put.ts'
import { report } from './report/report.ts'
import { resolveOrNone } from './resources.ts'

const FEATURES =
  '1, 3, extended-mkcol, access-control, calendarserver-principal-property-search, nextcloud-checksum-update, nc-calendar-search, nc-enable-birthday-calendar, addressbook, calendar-access, calendar-proxy, calendar-auto-schedule, calendar-availability, nc-calendar-trashbin'

const METHODS = 'OPTIONS, GET, HEAD, DELETE, PROPFIND, PUT, PROPPATCH, COPY, MOVE, REPORT'

function options(call: Call): Reply {
  const allow = resolveOrNone(call, call.segments) ? METHODS : `${METHODS}, MKCALENDAR, MKCOL`
  return emptyReply(200, { DAV: FEATURES, Allow: allow, 'MS-Author-Via': 'DAV', 'Accept-Ranges': 'bytes' })
}

function answer(call: Call): Reply {
  switch (call.method) {
    case 'OPTIONS':
      return options(call)
    case 'GET':
    case 'HEAD':
      return get(call)
    case 'PROPFIND':
      return propfind(call)
    case 'PROPPATCH':
      return proppatch(call)
    case 'MKCALENDAR':
    case 'MKCOL':
      return makeCollection(call)
    case 'REPORT':
      return report(call)
    case 'PUT':
      return put(call)
    case 'DELETE':
      return deleteResource(call)
    case 'MOVE':
      return move(call)
    default:
      throw new DavError(
        'not-implemented',
        `There was no plugin in the system that was willing to handle this ${call.method} method.`,
      )
  }
}

export function errorReply(error: DavError): Reply {
  return {
    status: statusOf(error.kind),
    headers: { 'Content-Type': 'application/xml; charset=utf-8', ...error.headers },
    body: errorBody(error.kind, error.message, error.condition),
  }
}

/** Errors of the simulator itself become a 500 that says so: a test shall not take them for a behaviour of Nextcloud. */
export function dispatch(call: Call): Reply {
  try {
    return answer(call)
  } catch (error) {
    if (error instanceof DavError) return errorReply(error)
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    call.world.bugs.push(message)
    return { status: 500, headers: { 'Content-Type': 'text/plain', 'X-Simulator-Bug': '1' }, body: message }
  }
}
