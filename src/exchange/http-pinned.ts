/**
 * HTTP for schemes that sign in a connection and not a request (NTLM, Negotiate; RFC 4559 section 6): each connection is pinned,
 * shakes hands before it carries a request, and loses its standing when the socket is replaced (SRV-3).
 */
import { TLSSocket } from 'node:tls'
import { Client } from 'undici'
import { HANDSHAKE_LEGS_MAX } from '../limits.ts'
import type { EwsAuth } from './auth/port.ts'
import type { HttpAnswer, HttpPost } from './http-post.ts'
import { dispatcherOptions, type HttpOptions, type HttpTransport, postFollowing } from './http-transport.ts'

type ConnectionAuth = Extract<EwsAuth, { kind: 'per-connection' }>
/** `socket` counts the sockets that this connection has had: another one must shake hands again. */
type Connection = {
  client: Client
  socket: number
  certificate: Uint8Array | null
  signedInSocket: number | null
  persists: boolean
}

/** Errors: those of the transport. When the server refuses to sign in, its 401 is the answer. */
export function createPinnedTransport(auth: ConnectionAuth, options: HttpOptions): HttpTransport {
  const all = new Set<Connection>()
  const idle: Connection[] = []
  const take = (url: URL): Connection => {
    const connection = idle.pop() ?? open(url, options)
    all.add(connection)
    return connection
  }
  return {
    async post(request) {
      const connection = take(request.url)
      try {
        return await postSignedIn(connection, auth, request, options)
      } finally {
        idle.push(connection)
      }
    },
    async close() {
      await Promise.all([...all].map(({ client }) => client.destroy()))
    },
  }
}

function open(url: URL, options: HttpOptions): Connection {
  const shared = dispatcherOptions(options)
  const client = new Client(url.origin, {
    ...shared,
    connect: (target, callback) =>
      shared.connect(target, (...outcome) => {
        const [error, socket] = outcome
        if (error === null) {
          connection.socket++
          connection.certificate = socket instanceof TLSSocket ? new Uint8Array(socket.getPeerCertificate().raw) : null
        }
        callback(...outcome)
      }),
  })
  const connection: Connection = { client, socket: 0, certificate: null, signedInSocket: null, persists: true }
  client.on('disconnect', () => {
    connection.signedInSocket = null
  })
  return connection
}

async function postSignedIn(
  connection: Connection,
  auth: ConnectionAuth,
  request: HttpPost,
  options: HttpOptions,
): Promise<HttpAnswer> {
  const isSignedIn = connection.signedInSocket !== null && connection.signedInSocket === connection.socket
  if (isSignedIn && connection.persists) {
    const answer = await postFollowing(connection.client, request, options)
    if (answer.status !== 401) return answer
    // On the same socket: this server wants every request signed in (IIS with Kerberos, authPersistNonNTLM off).
    connection.persists = connection.signedInSocket !== connection.socket
  }
  connection.signedInSocket = null
  return shakeHands(connection, auth, request, options)
}

/** An empty request shows the certificate and what the server offers; only the leg that completes the handshake carries the request. */
async function shakeHands(
  connection: Connection,
  auth: ConnectionAuth,
  request: HttpPost,
  options: HttpOptions,
): Promise<HttpAnswer> {
  let answer = await postFollowing(connection.client, { ...request, body: '' }, options)
  const handshake = auth.begin({ host: request.url.host, certificate: connection.certificate })
  for (let leg = 0; leg < HANDSHAKE_LEGS_MAX && answer.status === 401; leg++) {
    const step = await handshake.next(challenges(answer))
    if (step === null) return answer
    const headers = { ...request.headers, authorization: step.authorization }
    const body = step.complete ? request.body : ''
    answer = await postFollowing(connection.client, { ...request, headers, body }, options)
    if (!step.complete || answer.status === 401) continue
    await handshake.finish?.(challenges(answer))
    connection.signedInSocket = connection.socket
    return answer
  }
  // A server that answers an empty request without asking who it is needs no handshake.
  return answer.status === 401 ? answer : postFollowing(connection.client, request, options)
}

function challenges(answer: HttpAnswer): string[] {
  return [answer.headers['www-authenticate'] ?? []].flat()
}
