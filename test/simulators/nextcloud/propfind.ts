/** PROPFIND with depth 0 and 1. Depth infinity is answered as 1, as Sabre does when it is not enabled. */
import type { Call, Reply } from './call.ts'
import { childrenOfResource } from './children.ts'
import { DavError } from './errors.ts'
import { multistatus, responseFor, type Wanted, wantedOf } from './multistatus.ts'
import { dav } from './names.ts'
import { resolve } from './resources.ts'
import { parseXml } from './xml.ts'

function wantedBy(call: Call): Wanted {
  if (call.body.trim() === '') return { kind: 'all' }
  const root = parseXml(call.body)
  if (root.name !== dav('propfind'))
    throw new DavError('bad-request', `Expected {DAV:}propfind but received ${root.name}`)
  return wantedOf(root)
}

export function propfind(call: Call): Reply {
  const wanted = wantedBy(call)
  const resource = resolve(call, call.segments)
  const depth = (call.headers.depth ?? 'infinity') === '0' ? 0 : 1
  const children = depth === 0 ? [] : childrenOfResource(call, resource)
  return multistatus([resource, ...children].map((entry) => responseFor(call, entry, wanted)))
}
