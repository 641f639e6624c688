/** The app's door for plain DAV: a request with its headers acts as the user whom it names, or is refused by name; it never falls through to Basic. */
import { segmentsOf, type World } from '../call.ts'
import { DavError, type DavErrorKind } from '../errors.ts'
import type { GatewayRequest } from '../options.ts'
import { isAllowed } from './allow-list.ts'
import { AppRefusal, consenting, signedUser, verify } from './verify.ts'

/** The uid to act as; null when the request is none of the app's. */
export function gatewayUser(world: World, request: GatewayRequest): string | null {
  const { app } = world
  const names = Object.keys(request.headers)
  if (!app || !names.some((name) => name.startsWith('x-exc-'))) return null
  try {
    verify(world, app, request)
    const uid = signedUser(request.headers)
    if (uid === null) throw new AppRefusal('bad-request', 'plain DAV needs a user')
    const user = consenting(world, app, uid)
    const segments = segmentsOf(request.url.split('?')[0] ?? '/', world.options.webroot)
    const asked = { ...request, segments, body: Buffer.from(request.body).toString('utf8') }
    if (!isAllowed(asked, uid, world.options.webroot)) throw new AppRefusal('not-allowed')
    return user.uid
  } catch (error) {
    if (!(error instanceof AppRefusal)) throw error
    throw new DavError(kindOf(error.status), error.message, { headers: { 'X-EXC-Error': error.code } })
  }
}

function kindOf(status: number): DavErrorKind {
  if (status === 401) return 'not-authenticated'
  if (status === 404) return 'not-found'
  if (status === 503) return 'unavailable'
  return status === 403 ? 'forbidden' : 'bad-request'
}
