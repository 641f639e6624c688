/** The subscriptions of one group: made where they are missing, forgotten where they are lost; who may have missed something is marked once subscribed again. */
import { STREAM_REFUSED_MS, STREAM_SUBSCRIBE_CONCURRENCY_MAX } from '../../limits.ts'
import type { Clock } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import type { EwsFolderId } from '../ews/ids.ts'
import { onlyValue } from '../ews/operation.ts'
import { subscribe, unsubscribe } from '../ews/operations/subscribe.ts'
import { concernsWholeCall } from '../ews/response-codes.ts'
import type { Affinity } from '../ews/send.ts'
import type { Member } from '../pool/member.ts'

export type SubscriptionOptions = { clock: Clock; log: Log; onChanged: (email: string) => void }

const named = (name: 'calendar' | 'contacts' | 'tasks'): EwsFolderId => ({ kind: 'distinguished', name })
const ALL_FOLDERS = [named('calendar'), named('contacts'), named('tasks')]

export class Subscriptions {
  readonly #options: SubscriptionOptions
  readonly #ids = new Map<string, string>()
  readonly #emails = new Map<string, string>()
  /** Nobody listened for a while. */
  readonly #missed = new Set<string>()
  readonly #refusedUntilMs = new Map<string, number>()
  #affinity: Affinity | null = null

  constructor(options: SubscriptionOptions) {
    this.#options = options
  }

  ids(): string[] {
    return [...this.#ids.values()]
  }

  emailsOf(ids: readonly string[]): string[] {
    return ids.flatMap((id) => this.#emails.get(id) ?? [])
  }

  miss(emails: Iterable<string>): void {
    for (const email of emails) this.#missed.add(email)
  }

  lose(ids: readonly string[]): void {
    for (const id of ids) {
      const email = this.#emails.get(id)
      if (email === undefined) continue
      this.#forget(email)
      this.#missed.add(email)
    }
  }

  /** Gives how many there were. The next ones may be made on another server. */
  loseAll(): number {
    const count = this.#ids.size
    this.lose(this.ids())
    this.#affinity = null
    return count
  }

  /** Null when there is nothing to listen to. Errors: what concerns the account or the server; one mailbox's refusal is kept and tried again much later. */
  async make(member: Member, emails: ReadonlySet<string>, signal: AbortSignal): Promise<Affinity | null> {
    const { clock, onChanged } = this.#options
    for (const email of [...this.#ids.keys()]) if (!emails.has(email)) await this.#end(member, email)
    const nowMs = clock.nowMs()
    const queue = [...emails].filter(
      (email) => !this.#ids.has(email) && (this.#refusedUntilMs.get(email) ?? 0) <= nowMs,
    )
    // The first one decides which server holds them all.
    while (this.#ids.size === 0 && queue.length > 0) await this.#subscribe(member, queue.shift() ?? '', signal)
    const worker = async () => {
      for (let email = queue.shift(); email !== undefined; email = queue.shift()) {
        await this.#subscribe(member, email, signal)
      }
    }
    await Promise.all(Array.from({ length: STREAM_SUBSCRIBE_CONCURRENCY_MAX }, worker))
    for (const email of [...this.#missed]) {
      this.#missed.delete(email)
      if (emails.has(email)) onChanged(email)
    }
    return this.#ids.size === 0 ? null : this.#affinity
  }

  async #subscribe(member: Member, email: string, signal: AbortSignal): Promise<void> {
    const affinity = this.#ids.size === 0 ? { anchor: email, cookie: null } : this.#affinity
    if (affinity === null) return
    try {
      const id = await ask(member, email, { affinity, signal })
      this.#affinity = affinity
      this.#ids.set(email, id)
      this.#emails.set(id, email)
      this.#refusedUntilMs.delete(email)
    } catch (error) {
      if (!(error instanceof ConnectorError) || isEverybodys(error)) throw error
      this.#refusedUntilMs.set(email, this.#options.clock.nowMs() + STREAM_REFUSED_MS)
      this.#options.log.info({ code: error.code }, 'Exchange refuses notifications of a mailbox; it is polled')
    }
  }

  async #end(member: Member, email: string): Promise<void> {
    const subscriptionId = this.#ids.get(email)
    this.#forget(email)
    if (subscriptionId === undefined || this.#affinity === null) return
    const call = { mailbox: email, affinity: this.#affinity }
    try {
      await member.call((client) => client.call(unsubscribe, { subscriptionId }, call))
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error
    }
  }

  #forget(email: string): void {
    const id = this.#ids.get(email)
    if (id !== undefined) this.#emails.delete(id)
    this.#ids.delete(email)
  }
}

type Asking = { affinity: Affinity; signal: AbortSignal }

/** A mailbox without tasks or contacts still has a calendar. */
async function ask(member: Member, email: string, { affinity, signal }: Asking): Promise<string> {
  const call = { mailbox: email, affinity, signal }
  const once = async (folders: readonly EwsFolderId[]) =>
    onlyValue(await member.call((client) => client.call(subscribe, { folders }, call), { signal })).subscriptionId
  try {
    return await once(ALL_FOLDERS)
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'exchange.folder-not-found') throw error
    return once([named('calendar')])
  }
}

function isEverybodys(error: ConnectorError): boolean {
  if (error.code === 'stopped' || error.code.startsWith('state.')) return true
  const isMailboxs = [
    'exchange.impersonation-denied',
    'exchange.unknown-mailbox',
    'exchange.account-disabled',
    'exchange.mailbox-moving',
    'exchange.folder-not-found',
  ].includes(error.code)
  return !isMailboxs && (concernsWholeCall(error) || error.fields.responseCode === undefined)
}
