/** Requests as they stand: no client in between that tidies paths, headers or bodies. What attackers send is sent with it. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'

export type RawRequest = {
  method: string
  /** As sent in the request line. */
  path: string
  headers?: Readonly<Record<string, string>>
  body?: string
}

export type RawAnswer = { status: number; headers: IncomingHttpHeaders; text: string }

export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

export function rawRequest(baseUrl: string, { method, path, headers = {}, body = '' }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(baseUrl)
  return new Promise((resolve, reject) => {
    const length = body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
    const options = { hostname, port, method, path, agent: false, headers: { ...headers, ...length } }
    const request = httpRequest(options, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      answer.on('end', () => {
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text: Buffer.concat(chunks).toString('utf8'),
        })
      })
    })
    request.on('error', reject).end(body)
  })
}
