/** The body of a request, unpacked, and refused when it is larger than Exchange takes. */
import type { IncomingMessage } from 'node:http'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import { SoapFault } from './errors.ts'

/** Exchange's maxRequestLength is 64 MB. */
const REQUEST_BYTES_MAX = 64 * 1024 * 1024

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > REQUEST_BYTES_MAX) throw new SoapFault('ErrorInvalidRequest', 'The request is too large.')
    chunks.push(chunk as Buffer)
  }
  const bytes = Buffer.concat(chunks)
  switch (request.headers['content-encoding']) {
    case 'gzip':
      return gunzipSync(bytes).toString('utf8')
    case 'deflate':
      return inflateSync(bytes).toString('utf8')
    case 'br':
      return brotliDecompressSync(bytes).toString('utf8')
    default:
      return bytes.toString('utf8')
  }
}
