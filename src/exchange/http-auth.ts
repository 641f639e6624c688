/** A transport that signs in: adds what the chosen scheme shows with every request, and lets a token be renewed once after a 401. */
import type { AuthRequest, EwsAuth } from './auth/port.ts'
import { createPinnedTransport } from './http-pinned.ts'
import type { HttpAnswer, HttpPost } from './http-post.ts'
import { createHttpTransport, type HttpOptions, type HttpTransport } from './http-transport.ts'

/** Errors: those of the transport. A 401 that remains is an answer like any other. */
export function createSignedInTransport(auth: EwsAuth, options: HttpOptions): HttpTransport {
  if (auth.kind === 'per-connection') return createPinnedTransport(auth, options)
  const transport = createHttpTransport(options)
  const postOnce = async (request: HttpPost, asked: AuthRequest): Promise<HttpAnswer> => {
    const shown = await auth.authorize(asked, request.signal)
    return transport.post({ ...request, headers: { ...request.headers, ...shown } })
  }
  return {
    async post(request) {
      const asked = { url: request.url }
      const answer = await postOnce(request, asked)
      if (answer.status !== 401) return answer
      return (await auth.refused(asked)) === 'retry' ? postOnce(request, asked) : answer
    },
    close: transport.close,
  }
}
