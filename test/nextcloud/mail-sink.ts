/** A mail server that takes everything and delivers nothing, so that tests can count what a real Nextcloud would have sent. */
import { createServer, type Socket } from 'node:net'

export type SentMail = { to: string[]; text: string }

export type MailSink = { port: number; mails: SentMail[]; close(): Promise<void> }

/** RFC 5321 as far as one client that trusts us needs it. */
export async function startMailSink(): Promise<MailSink> {
  const mails: SentMail[] = []
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy())
    converse(socket, (mail) => mails.push(mail))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    mails,
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function converse(socket: Socket, done: (mail: SentMail) => void): void {
  let buffered = ''
  let to: string[] = []
  let body: string[] | null = null
  const answer = (line: string) => socket.write(`${line}\r\n`)
  const command = (line: string) => {
    const verb = line.slice(0, 4).toUpperCase()
    if (verb === 'EHLO') answer('250 sink')
    else if (verb === 'RCPT') {
      to.push(/<(.+?)>/.exec(line)?.[1] ?? line)
      answer('250 ok')
    } else if (verb === 'DATA') {
      body = []
      answer('354 go on')
    } else if (verb === 'QUIT') socket.end('221 bye\r\n')
    else answer('250 ok')
  }
  const bodyLine = (line: string, lines: string[]) => {
    if (line !== '.') return void lines.push(line.replace(/^\.\./, '.'))
    done({ to, text: lines.join('\n') })
    to = []
    body = null
    answer('250 taken')
  }
  socket.setEncoding('utf8').on('data', (text) => {
    buffered += text
    const lines = buffered.split('\r\n')
    buffered = lines.pop() ?? ''
    for (const line of lines) body === null ? command(line) : bodyLine(line, body)
  })
  answer('220 sink')
}
