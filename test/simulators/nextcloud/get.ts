/** GET and HEAD of calendar objects, trashed objects, inbox items and cards. */
import type { Call, Reply } from './call.ts'
import { servedCard } from './cards/serve.ts'
import { DavError } from './errors.ts'
import { checkPreconditions } from './preconditions.ts'
import { httpDate } from './properties/property.ts'
import { resolve } from './resources.ts'

type Document = { text: string; etag: string; modifiedMs: number; type: string }

function documentOf(call: Call): Document {
  const resource = resolve(call, call.segments)
  switch (resource.kind) {
    case 'object':
    case 'trash-object': {
      const type = `text/calendar; charset=utf-8; component=${resource.object.component.toLowerCase()}`
      return { ...resource.object, type }
    }
    case 'inbox-item':
      return { ...resource.item, type: 'text/calendar; charset=utf-8' }
    case 'card': {
      const version = /version=4\.0/.test(call.headers.accept ?? '') ? '4.0' : '3.0'
      return { ...resource.object, text: servedCard(resource.object.text, version), type: 'text/vcard; charset=utf-8' }
    }
    default:
      throw new DavError('not-implemented', 'GET is currently not implemented for this resource')
  }
}

export function get(call: Call): Reply {
  const document = documentOf(call)
  const headers = {
    'Content-Type': document.type,
    ETag: document.etag,
    'Last-Modified': httpDate(document.modifiedMs),
  }
  if (call.headers['if-none-match'] === document.etag) return { status: 304, headers, body: '' }
  checkPreconditions({ 'if-match': call.headers['if-match'] ?? '*' }, document.etag)
  const length = String(Buffer.byteLength(document.text))
  return call.method === 'HEAD'
    ? { status: 200, headers: { ...headers, 'Content-Length': length }, body: '' }
    : { status: 200, headers, body: document.text }
}
