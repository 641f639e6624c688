/** Listens to what a server receives, byte by byte: a plain TCP relay before it that keeps everything that clients send. */
import { type AddressInfo, connect, createServer } from 'node:net'

export type Tap = { url: string; received(): string; close(): Promise<void> }

export async function tap(url: string): Promise<Tap> {
  const target = new URL(url)
  const chunks: Buffer[] = []
  const open = new Set<{ destroy(): void }>()
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        open.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (chunk: Buffer) => chunks.push(chunk))
    client.pipe(upstream)
    upstream.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const tapped = new URL(url)
  tapped.hostname = '127.0.0.1'
  tapped.port = String((server.address() as AddressInfo).port)
  return {
    url: tapped.href,
    received: () => Buffer.concat(chunks).toString('latin1'),
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
