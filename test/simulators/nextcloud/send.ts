/** Writes a reply to the socket, whole or cut in the middle. */
import type { ServerResponse } from 'node:http'
import type { Reply } from './call.ts'

/** Nextcloud sets cookies on every request that brings none (nextcloud-facts 1a). */
const COOKIES = [
  'oc_sessionPassphrase=x; path=/; HttpOnly',
  '__Host-nc_sameSiteCookielax=true; path=/',
  'ocsim=1; path=/',
]

/** Gives the number of body bytes that were sent. */
export function send(response: ServerResponse, reply: Reply, options: { cookies: boolean; midReply: boolean }): number {
  const body = Buffer.from(reply.body)
  for (const [name, value] of Object.entries(reply.headers)) response.setHeader(name, value)
  if (options.cookies) response.setHeader('Set-Cookie', COOKIES)
  if (body.length > 0) response.setHeader('Content-Length', body.length)
  response.writeHead(reply.status)
  if (options.midReply) {
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy())
    return Math.floor(body.length / 2)
  }
  response.end(body)
  return body.length
}
