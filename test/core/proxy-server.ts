/** An HTTP proxy on the loopback interface that tunnels with CONNECT, asks for a password, and can stand for the names of a network. */
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

export type ProxyServer = { port: number; tunnels: string[]; close(): Promise<void> }

/** `routes`: the local port of each `host:port`; what is not in it does not exist. Without it the port is taken as it is. */
export async function connectProxy(
  credentials?: { username: string; password: string },
  routes?: ReadonlyMap<string, number>,
): Promise<ProxyServer> {
  const tunnels: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((_, response) => response.writeHead(405).end())
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.on('connect', ({ url = '', headers }, client: Socket, head: Buffer) => {
    const { username, password } = credentials ?? { username: '', password: '' }
    const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    if (credentials && headers['proxy-authorization'] !== expected) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n')
      return
    }
    tunnels.push(url)
    const port = routes ? routes.get(url) : Number(url.split(':').at(-1))
    if (port === undefined) {
      client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
      return
    }
    const target = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      target.write(head)
      client.pipe(target).pipe(client)
    })
    sockets.add(target)
    target.on('error', () => client.destroy())
    client.on('error', () => target.destroy())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    port: (server.address() as AddressInfo).port,
    tunnels,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
