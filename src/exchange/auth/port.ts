/**
 * How a request proves who sends it. Basic and OAuth answer per request; NTLM and Negotiate shake hands per connection,
 * so the transport gives each of them one pinned connection and lets it see that connection's certificate (SRV-3).
 */

export type AuthRequest = { url: URL }

/** A pinned connection. `certificate`: the server's, DER, for channel binding (RFC 5929 tls-server-end-point); null without TLS. */
export type AuthConnection = { host: string; certificate: Uint8Array | null }

/** `complete`: the server needs nothing more, so the real request goes with this value; else an empty one does, and the answer's challenge comes back. */
export type HandshakeStep = { authorization: string; complete: boolean }

/**
 * One handshake on one connection. `next` gets the server's WWW-Authenticate values, at first the schemes that it offers; null gives up.
 * `finish` gets those of the answer that let the request in, where the server proves itself (mutual authentication); it throws when it does not.
 */
export type Handshake = {
  next(challenges: readonly string[]): Promise<HandshakeStep | null>
  finish?(challenges: readonly string[]): Promise<void>
}

export type EwsAuth =
  | {
      kind: 'per-request'
      scheme: string
      authorize(request: AuthRequest, signal?: AbortSignal): Promise<Readonly<Record<string, string>>>
      /** Called once after a 401, with the object that `authorize` got: `retry` when it now has something better to show (a fresh token). */
      refused(request: AuthRequest): Promise<'retry' | 'give-up'>
    }
  | { kind: 'per-connection'; scheme: string; begin(connection: AuthConnection): Handshake }
