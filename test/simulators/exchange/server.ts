/** The HTTP side: authentication, faults on the wire, and one POST to /EWS/Exchange.asmx per operation. */
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceAccount } from './accounts.ts'
import type { SignIn, SignInOutcome } from './auth/sign-in.ts'
import { type Autodiscover, discoveryFormatOf } from './autodiscover.ts'
import type { Directory } from './directory.ts'
import { SoapFault } from './errors.ts'
import type { Effect } from './faults.ts'
import { counted, hang, isSync } from './load.ts'
import { readBody } from './read-body.ts'
import { faultXml } from './soap.ts'
import type { Hanging } from './streams.ts'

export const EWS_PATH = '/EWS/Exchange.asmx'

const LOGIN_PAGE =
  '<!DOCTYPE html>\n<html><head><title>Outlook</title></head><body><form action="/owa/auth.owa" method="POST"><input name="username"><input name="password" type="password"></form></body></html>'

/** `hang`: the answer goes on; gives what to do when the connection ends. */
export type Reply = {
  status: number
  body: string
  headers?: Record<string, string>
  hang?: (hanging: Hanging) => () => void
}

/** What the simulator does with a request that is signed in. Faults of the wire are asked for before and after. */
export type Backend = {
  accounts: ReadonlyMap<string, ServiceAccount>
  signIn: SignIn
  directory: Directory
  autodiscover: Autodiscover
  onLoadRefused(): void
  prepare(
    body: string,
    account: ServiceAccount,
    headers: IncomingHttpHeaders,
  ): { effects: Effect[]; run: () => Reply; note: (status: number) => void }
}

function send(response: ServerResponse, reply: Reply): void {
  const bytes = Buffer.from(reply.body, 'utf8')
  response.writeHead(reply.status, {
    'Content-Type': 'text/xml; charset=utf-8',
    'Content-Length': bytes.length,
    'X-FEServer': 'SIMULATOR',
    ...reply.headers,
  })
  response.end(bytes)
}

function has<K extends Effect['kind']>(effects: Effect[], kind: K): Extract<Effect, { kind: K }> | undefined {
  return effects.find((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind)
}

/** Answers that come instead of the work. */
function insteadOf(effects: Effect[]): Reply | undefined {
  for (const effect of effects) {
    switch (effect.kind) {
      case 'http':
        return {
          status: effect.status,
          body: effect.body ?? '',
          headers: { 'Content-Type': 'text/html', ...effect.headers },
        }
      case 'unavailable':
        return {
          status: 503,
          body: 'Service Unavailable',
          headers: { 'Retry-After': String(effect.retryAfterSeconds) },
        }
      case 'loginPage':
        return { status: 200, body: LOGIN_PAGE, headers: { 'Content-Type': 'text/html; charset=utf-8' } }
      case 'soapFault': {
        const details = effect.backOffMs === undefined ? {} : { BackOffMilliseconds: effect.backOffMs }
        return { status: 500, body: faultXml(new SoapFault(effect.code, effect.message ?? effect.code, details)) }
      }
      case 'busy': {
        if (effect.perItem) break
        const message = 'The server cannot service this request right now. Try again later.'
        const details = { BackOffMilliseconds: effect.backOffMs }
        return { status: 500, body: faultXml(new SoapFault('ErrorServerBusy', message, details)) }
      }
      default:
        break
    }
  }
  return undefined
}

function sendCut(response: ServerResponse, reply: Reply): void {
  const bytes = Buffer.from(reply.body, 'utf8')
  response.writeHead(reply.status, { 'Content-Type': 'text/xml; charset=utf-8', 'Content-Length': bytes.length })
  response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.socket?.destroy())
}

type Work = { body: string; account: ServiceAccount; headers: IncomingHttpHeaders }

async function work({ body, account, headers }: Work, backend: Backend, response: ServerResponse): Promise<void> {
  const { effects, run, note } = backend.prepare(body, account, headers)
  for (const effect of effects) if (effect.kind === 'delay') await sleep(effect.ms)
  const cuts = effects.flatMap((effect) => (effect.kind === 'cut' ? [effect.when] : []))
  if (cuts.includes('before')) {
    note(0)
    response.socket?.destroy()
    return
  }
  const reply = insteadOf(effects) ?? run()
  if (cuts.includes('after')) {
    note(0)
    response.socket?.destroy()
    return
  }
  note(reply.status)
  if (reply.hang !== undefined) return hang(response, reply, reply.hang)
  if (cuts.includes('middle')) {
    sendCut(response, reply)
    return
  }
  const truncated = has(effects, 'truncated') !== undefined
  send(response, truncated ? { ...reply, body: reply.body.slice(0, Math.floor(reply.body.length / 2)) } : reply)
}

async function signedIn(request: IncomingMessage, { signIn, accounts, directory }: Backend): Promise<SignInOutcome> {
  const outcome = await signIn(request, accounts)
  const { shown } = outcome
  if (shown === undefined) return outcome
  if (outcome.kind === 'account' && directory.mayEnter(shown)) directory.entered(shown)
  else directory.refuse(shown, outcome.kind === 'refused' && outcome.harmless === true)
  if (outcome.kind === 'refused' || directory.mayEnter(shown)) return outcome
  return { kind: 'refused', headers: {} }
}

async function handle(request: IncomingMessage, response: ServerResponse, backend: Backend): Promise<void> {
  const path = (request.url ?? '').split('?')[0] ?? ''
  const discovery = discoveryFormatOf(path)
  if (discovery === undefined && path.toLowerCase() !== EWS_PATH.toLowerCase()) {
    request.resume()
    send(response, { status: 404, body: '', headers: { 'Content-Type': 'text/html' } })
    return
  }
  const outcome = await signedIn(request, backend)
  for (const [name, value] of Object.entries(outcome.headers)) response.setHeader(name, value)
  if (outcome.kind === 'refused') {
    request.resume()
    send(response, { status: 401, body: '', headers: { 'Content-Type': 'text/html' } })
    return
  }
  const { account } = outcome
  if (request.method !== 'POST') {
    request.resume()
    send(response, { status: request.method === 'GET' ? 200 : 405, body: '', headers: { 'Content-Type': 'text/html' } })
    return
  }
  if (!/^text\/xml\b/i.test(request.headers['content-type'] ?? '')) {
    request.resume()
    send(response, { status: 415, body: '' })
    return
  }
  if (discovery !== undefined) {
    const from = { account: account.username, host: request.headers.host ?? '' }
    send(response, backend.autodiscover.answer(discovery, await readBody(request), from))
    return
  }
  account.open += 1
  try {
    const body = await readBody(request)
    if (account.open > account.connectionsMax) {
      backend.onLoadRefused()
      const message = 'You have exceeded the available concurrent connections for your account.'
      const fault = new SoapFault('ErrorExceededConnectionCount', message, { Policy: 'EWSMaxConcurrency' })
      send(response, { status: 500, body: faultXml(fault) })
      return
    }
    if (isSync(body) && account.syncs >= account.syncsMax) {
      backend.onLoadRefused()
      const message = 'The server cannot service this request right now. Try again later.'
      const details = { BackOffMilliseconds: 1000, Policy: 'ConcurrentSyncCalls' }
      send(response, { status: 500, body: faultXml(new SoapFault('ErrorServerBusy', message, details)) })
      return
    }
    await counted(account, body, () => work({ body, account, headers: request.headers }, backend, response))
  } catch (error) {
    if (response.headersSent) response.socket?.destroy()
    else {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
      send(response, { status: 500, body: faultXml(new SoapFault('ErrorInternalServerError', message)) })
    }
  } finally {
    account.open -= 1
  }
}

export type TlsFiles = { key: string; cert: string }

export type Listening = { origin: string; close(): Promise<void> }

/** Listens on 127.0.0.1 on a free port, or the one given. */
export async function listen(
  backend: Backend,
  options: { port: number; tls: TlsFiles | undefined },
): Promise<Listening> {
  const onRequest = (request: IncomingMessage, response: ServerResponse) => void handle(request, response, backend)
  const server: Server = options.tls ? createHttpsServer(options.tls, onRequest) : createHttpServer(onRequest)
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    origin: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
