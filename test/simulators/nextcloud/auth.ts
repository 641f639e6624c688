/** Sign-in with Basic (uid or address, app password), and the answers to those who may not. */

import { gatewayUser } from './app/door.ts'
import type { World } from './call.ts'
import { DavError } from './errors.ts'
import { firstLogin } from './first-login.ts'
import type { GatewayRequest } from './options.ts'
import type { User } from './store.ts'

const refused = (): DavError =>
  new DavError(
    'not-authenticated',
    "No public access to this resource., No 'Authorization: Bearer' header found. Either the client didn't send one, or the server is mis-configured, Username or password was incorrect",
    { headers: { 'WWW-Authenticate': 'Basic realm="Nextcloud", charset="UTF-8"' } },
  )

function enabled(user: User): User {
  if (user.disabled) throw new DavError('unavailable', 'User disabled')
  return user
}

export function signIn(world: World, request: GatewayRequest): User {
  const uid = world.options.authenticate?.(request) ?? gatewayUser(world, request)
  if (uid !== null) {
    const user = world.store.users.get(uid)
    if (!user) throw new DavError('forbidden', 'The user does not exist')
    return enabled(user)
  }
  const match = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(request.headers.authorization ?? '')
  const [login = '', ...rest] = Buffer.from(match?.[1] ?? '', 'base64')
    .toString('utf8')
    .split(':')
  const user = world.store.users.get(login) ?? world.store.userByEmail(login)
  if (!match || !user || rest.join(':') !== user.appPassword) throw refused()
  // A first Basic request makes the default collections on 32 and 34; one through a gateway never does (nextcloud-facts 3.3).
  if (user.awaitsFirstLogin && world.options.version >= 32) firstLogin(world.store, user)
  return enabled(user)
}
