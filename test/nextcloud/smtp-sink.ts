/** A mail server on loopback that keeps what it is given: who was written to. */
import { createServer, type Socket } from 'node:net'

export type SmtpSink = { port: number; recipients: string[]; close(): Promise<void> }

export async function startSmtpSink(): Promise<SmtpSink> {
  const recipients: string[] = []
  const server = createServer((socket) => talk(socket, recipients))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  return { port: address.port, recipients, close }
}

/** RFC 5321, as far as a client that wants nothing special needs it. */
function talk(socket: Socket, recipients: string[]): void {
  let isData = false
  let rest = ''
  socket.setEncoding('utf8').on('error', () => socket.destroy())
  socket.write('220 sink\r\n')
  socket.on('data', (part: string) => {
    const lines = (rest + part).split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (isData) {
        if (line !== '.') continue
        isData = false
        socket.write('250 kept\r\n')
        continue
      }
      const [, recipient] = /^RCPT TO:<([^>]*)>/i.exec(line) ?? []
      if (recipient !== undefined) recipients.push(recipient)
      isData = /^DATA$/i.test(line)
      if (/^QUIT/i.test(line)) socket.end('221 bye\r\n')
      else socket.write(isData ? '354 go on\r\n' : '250 ok\r\n')
    }
  })
}
