/** Basic authentication (RFC 7617): user name and password with every request. For Exchange on premises behind TLS. */
import { ConnectorError } from '../../ports/errors.ts'
import type { EwsAuth } from './port.ts'

/** The user name may be `DOMAIN\user` or an address; both parts are sent as UTF-8. */
export function basicAuth(credentials: { username: string; password: string }): EwsAuth {
  // RFC 7617 section 2: the first colon ends the user name.
  if (credentials.username.includes(':')) throw new ConnectorError('config.invalid', { reason: 'colon-in-user-name' })
  const token = Buffer.from(`${credentials.username}:${credentials.password}`, 'utf8').toString('base64')
  return {
    kind: 'per-request',
    scheme: 'Basic',
    authorize: async () => ({ authorization: `Basic ${token}` }),
    refused: async () => 'give-up',
  }
}
