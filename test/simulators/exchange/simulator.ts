/** An Exchange 2019 server in one process: real HTTP, EWS SOAP, mailboxes in memory. For tests and for the demo. */
import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { CONNECTIONS_MAX, mailboxFor, type ServiceAccount, SYNCS_MAX } from './accounts.ts'
import { basicSignIn, type SignIn } from './auth/sign-in.ts'
import { Autodiscover } from './autodiscover.ts'
import type { Call, Settings } from './call.ts'
import { Directory, LOCKOUT_POLICY, type LockoutPolicy } from './directory.ts'
import { answer } from './dispatch.ts'
import { EwsError, SoapFault } from './errors.ts'
import { type Effect, Faults } from './faults.ts'
import { Incarnations } from './incarnations.ts'
import { MailboxHandle } from './mailbox-handle.ts'
import { Outbox } from './outbox.ts'
import { RequestLog } from './request-log.ts'
import { checkSchema, loadSchema } from './schema/check.ts'
import { type Backend, EWS_PATH, type Listening, listen, type Reply, type TlsFiles } from './server.ts'
import { faultXml, parseRequest, readEnvelope, responseXml, spoil } from './soap.ts'
import { Mailbox } from './store.ts'
import { STREAM_POLICY, type StreamPolicy, Streams, unknownXml } from './streams.ts'
import { readZone } from './time/zone-definition.ts'
import { ZoneTable } from './time/zones.ts'
import { first, firstText, type Node } from './xml.ts'

export type SimulatorOptions = {
  port?: number
  tls?: TlsFiles
  /** How callers prove who they are; Basic unless said otherwise. */
  signIn?: SignIn
  lockout?: LockoutPolicy
  streams?: Partial<StreamPolicy>
  /** Servers behind the address. Subscriptions live on one of them. */
  backEnds?: number
  /** Ids of different organisations differ. */
  organisation?: string
  clock?: { nowMs(): number }
  /** Keeps the bodies of requests and responses in the log. Off: only the counts and headers, for large runs. */
  recordBodies?: boolean
  defaultReminder?: boolean
  occurrenceChangesInFeed?: boolean
  findCountMax?: number
}

const FIND_COUNT_MAX = 1000
type Work = { body: string; account: ServiceAccount; headers: IncomingHttpHeaders; effects: Effect[] }

export class ExchangeSimulator {
  readonly outbox = new Outbox()
  readonly faults = new Faults()
  readonly requests: RequestLog
  readonly zones = new ZoneTable()
  readonly accounts = new Map<string, ServiceAccount>()
  /** Who was refused, and who is locked out. */
  readonly signIns: Directory
  /** Subscriptions, and who listens. */
  readonly streams: Streams
  readonly autodiscover = new Autodiscover((email) => this.#mailboxes.get(email.toLowerCase())?.displayName)
  readonly #backEnds: number
  /** Requests that were refused because too many were open. */
  loadRefusals = 0
  readonly #mailboxes = new Map<string, Mailbox>()
  readonly #incarnations: Incarnations
  readonly #schema = loadSchema()
  readonly #settings: Settings
  readonly #clock: { nowMs(): number }
  #listening: Listening | undefined

  constructor(options: SimulatorOptions = {}) {
    this.requests = new RequestLog(options.recordBodies ?? false)
    this.#clock = options.clock ?? { nowMs: () => Date.now() }
    this.streams = new Streams({ ...STREAM_POLICY, ...options.streams })
    this.#backEnds = options.backEnds ?? 1
    this.#incarnations = new Incarnations(options.organisation ?? '')
    this.signIns = new Directory(options.lockout ?? LOCKOUT_POLICY, () => this.#clock.nowMs())
    this.#settings = {
      defaultReminder: options.defaultReminder ?? true,
      occurrenceChangesInFeed: options.occurrenceChangesInFeed ?? true,
      findCountMax: options.findCountMax ?? FIND_COUNT_MAX,
    }
  }

  get url(): string {
    if (!this.#listening) throw new Error('the simulator does not listen')
    return `${this.#listening.origin}${EWS_PATH}`
  }

  async start(options: SimulatorOptions): Promise<void> {
    const prepare: Backend['prepare'] = (body, account, headers) => this.#prepare(body, account, headers)
    const { accounts, signIns: directory, autodiscover } = this
    const onLoadRefused = () => {
      this.loadRefusals += 1
    }
    const backend = {
      accounts,
      directory,
      autodiscover,
      signIn: options.signIn ?? basicSignIn(),
      prepare,
      onLoadRefused,
    }
    this.#listening = await listen(backend, { port: options.port ?? 0, tls: options.tls })
    autodiscover.urls = { external: this.url, internal: this.url }
  }

  async close(): Promise<void> {
    await this.#listening?.close()
    this.#listening = undefined
  }

  addMailbox(email: string, options: { displayName?: string } = {}): MailboxHandle {
    const mailbox = new Mailbox(email, options.displayName ?? email, this.#incarnations.next(email))
    mailbox.onChange = (event) => this.streams.tell(mailbox, event, this.#clock.nowMs())
    this.#mailboxes.set(mailbox.email, mailbox)
    return this.mailbox(email)
  }

  /** Later requests for it get ErrorNonExistentMailbox. */
  removeMailbox(email: string): void {
    this.#mailboxes.delete(email.toLowerCase())
  }

  mailbox(email: string): MailboxHandle {
    const mailbox = this.#mailboxes.get(email.toLowerCase())
    if (!mailbox) throw new Error(`no such mailbox: ${email}`)
    const { zones } = this
    return new MailboxHandle(mailbox, { zones, settings: this.#settings, nowMs: () => this.#clock.nowMs() })
  }

  addServiceAccount(
    username: string,
    password: string,
    options: { impersonation?: boolean; connectionsMax?: number; syncsMax?: number } = {},
  ): void {
    const before = this.accounts.get(username.toLowerCase())
    const previous = before === undefined || before.password === password ? [] : [before.password, ...before.previous]
    this.accounts.set(username.toLowerCase(), {
      username,
      password,
      disabled: false,
      previous: previous.slice(0, 2),
      impersonation: options.impersonation ?? true,
      connectionsMax: options.connectionsMax ?? CONNECTIONS_MAX,
      open: 0,
      syncsMax: options.syncsMax ?? SYNCS_MAX,
      syncs: 0,
    })
  }

  disableServiceAccount(username: string): void {
    Object.assign(this.accounts.get(username.toLowerCase()) ?? {}, { disabled: true })
  }

  #prepare(
    body: string,
    account: ServiceAccount,
    headers: IncomingHttpHeaders,
  ): { effects: Effect[]; run: () => Reply; note: (status: number) => void } {
    // Before anything is checked: a fault may strike a request that is wrong, too.
    const operation = /<(?:\w+:)?Body\b[^>]*>\s*<(?:\w+:)?(\w+)/.exec(body)?.[1] ?? ''
    const address = /<(?:\w+:)?(?:PrimarySmtpAddress|SmtpAddress|PrincipalName)>([^<]*)</.exec(body)?.[1]
    const mailbox = (address ?? account.username).trim().toLowerCase()
    const effects = this.faults.effectsFor({ operation, account: account.username, mailbox, body })
    const entry = this.requests.open({ operation, account: account.username, mailbox, body, atMs: this.#clock.nowMs() })
    return {
      effects,
      run: () => this.requests.answered(entry, this.#routed({ body, account, headers, effects })),
      note: (status) => this.requests.closed(entry, status),
    }
  }

  /** As the front end of Exchange does: the cookie names the server, else the anchor mailbox does. */
  #routed(work: Work): Reply {
    const { headers } = work
    const cookie = /X-BackEndOverrideCookie=be-(\d+)/.exec(headers.cookie ?? '')?.[1]
    const anchor = String(headers['x-anchormailbox'] ?? work.account.username)
    const backEnd = cookie === undefined ? this.backEndOf(anchor) : Number(cookie)
    const reply = this.#reply(work, backEnd)
    if (headers['x-preferserveraffinity'] !== 'true') return reply
    const affinity = { 'Set-Cookie': `X-BackEndOverrideCookie=be-${backEnd}; path=/; HttpOnly` }
    return { ...reply, headers: { ...reply.headers, ...affinity } }
  }

  /** Which of the servers holds a mailbox. */
  backEndOf(email: string): number {
    return createHash('sha256').update(email.toLowerCase()).digest().readUInt16BE() % this.#backEnds
  }

  #reply({ body, account, effects }: Work, backEnd: number): Reply {
    try {
      const root = parseRequest(body)
      const { headers, operation } = readEnvelope(root)
      checkSchema(root, this.#schema)
      const findMailbox = (email: string) => this.#mailboxes.get(email.toLowerCase())
      // Some operations need no mailbox: an account without one may ask for time zones and names.
      const impersonated = headers.impersonated && mailboxFor(account, headers.impersonated, findMailbox)
      const outZone = headers.timeZone && this.#zoneOf(headers.timeZone)
      const call: Call = {
        operation: operation.name,
        request: operation,
        account: account.username,
        get mailbox() {
          return impersonated ?? mailboxFor(account, undefined, findMailbox)
        },
        zone: outZone ?? this.zones.utc(),
        outZone,
        version: headers.version,
        zones: this.zones,
        outbox: this.outbox,
        settings: this.#settings,
        streams: this.streams,
        backEnd,
        effects,
        nowMs: () => this.#clock.nowMs(),
        findMailbox,
        allMailboxes: () => this.#mailboxes.values(),
      }
      if (operation.name === 'GetStreamingEvents') return this.#stream(operation, account, backEnd)
      const xml = responseXml(operation.name, answer(call))
      return { status: 200, body: effects.some((effect) => effect.kind === 'illegalCharacters') ? spoil(xml) : xml }
    } catch (error) {
      if (error instanceof SoapFault) return { status: 500, body: faultXml(error) }
      throw error
    }
  }

  #stream(request: Node, account: ServiceAccount, backEnd: number): Reply {
    this.streams.requirePlace(account)
    const ids = (first(request, 'SubscriptionIds')?.children ?? []).map(({ text }) => text.trim())
    const unknown = ids.filter((id) => this.streams.subscriptions.get(id)?.backEnd !== backEnd)
    if (unknown.length > 0) return { status: 200, body: unknownXml(unknown) }
    const minutes = Number(firstText(request, 'ConnectionTimeout'))
    if (minutes < 1 || minutes > 30) throw new SoapFault('ErrorSchemaValidation', 'ConnectionTimeout is from 1 to 30.')
    return { status: 200, body: '', hang: (hanging) => this.streams.listen(hanging, ids, { account, minutes }) }
  }

  #zoneOf(definition: Node) {
    try {
      return readZone(definition, this.zones)
    } catch (error) {
      if (error instanceof EwsError) throw new SoapFault('ErrorTimeZone', error.message)
      throw error
    }
  }
}

export async function startExchangeSimulator(options: SimulatorOptions = {}): Promise<ExchangeSimulator> {
  const simulator = new ExchangeSimulator(options)
  await simulator.start(options)
  return simulator
}
