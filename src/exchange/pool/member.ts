/**
 * One service account at work: its client, and the gate before it. An account that has not proven itself lets one call through at a
 * time, so that a wrong password costs one try and not ten at once.
 */
import type { AccountClient } from '../ews/client.ts'
import type { ListenRequest } from '../ews/listen.ts'
import type { EwsResult } from '../ews/operation.ts'
import { CHEAP, getServerTimeZones } from '../ews/operations/get-server-time-zones.ts'
import type { Pressure } from '../throttle/throttle.ts'
import type { AccountHealth } from './health.ts'
import { AccountRecord, type Entry, type RecordTools } from './record.ts'
import { verdictOfError, verdictOfResults } from './verdict.ts'

export type MemberOptions = {
  name: string
  open: () => { client: AccountClient; close(): Promise<void> }
  secretExpiresAtMs: number | null
  /** Names the credentials without telling them. */
  mark: string
}

type Task<Value> = (client: AccountClient) => Promise<EwsResult<Value>[]>

/** What the other calls of this process wait for while one tries the account. */
class Gate {
  open: () => void = () => {}
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve
  })
}

export class Member {
  readonly name: string
  private readonly options: MemberOptions
  private readonly record: AccountRecord
  private opened: ReturnType<MemberOptions['open']> | null = null
  private probe: Promise<void> | null = null
  private underWay = 0
  private retired = false

  constructor(options: MemberOptions, tools: RecordTools) {
    this.name = options.name
    this.options = options
    this.record = new AccountRecord(options.name, options.mark, tools)
  }

  isResting(): boolean {
    return this.record.isResting()
  }

  /** Errors: those of the call; `exchange.account-resting` when the account must not be tried. */
  async call<Value>(task: Task<Value>, entry: Entry = {}): Promise<EwsResult<Value>[]> {
    this.underWay++
    try {
      return await this.throughGate(task, entry)
    } finally {
      this.underWay--
      if (this.retired) await this.closeWhenIdle()
    }
  }

  /** Hangs on subscriptions. Errors: those of the connection; a refused sign-in counts like any other. */
  async listen(request: ListenRequest): Promise<void> {
    // A try that hangs for half an hour would keep everybody else waiting: a short call proves the account first.
    if (!this.record.isProven()) await this.call((client) => client.call(getServerTimeZones, CHEAP, { mailbox: null }))
    this.opened ??= this.options.open()
    try {
      await this.opened.client.listen(request)
    } catch (error) {
      const verdict = verdictOfError(error, true)
      if (verdict.kind === 'refused') await this.record.note(verdict)
      throw error
    }
  }

  /** No new calls come; those under way end as they would. */
  async retire(): Promise<void> {
    this.retired = true
    await this.closeWhenIdle()
  }

  /** Ends the calls under way. */
  async close(): Promise<void> {
    const { opened } = this
    this.opened = null
    await opened?.close()
  }

  serverBuild(): string | null {
    return this.opened?.client.serverBuild() ?? null
  }

  /** How the server bears the account; null before the first call. */
  pressure(): Pressure | null {
    return this.opened?.client.pressure() ?? null
  }

  health(): AccountHealth {
    const { secretExpiresAtMs } = this.options
    return { ...this.record.health(), secretExpiresAtMs, callsUnderWay: this.underWay }
  }

  private async throughGate<Value>(task: Task<Value>, entry: Entry): Promise<EwsResult<Value>[]> {
    // Each turn of this loop is another call's proof or refusal; a refusal ends it in `enter`, too.
    while (this.probe !== null && !this.record.isProven()) await this.probe
    const entering = this.record.isProven() ? null : new Gate()
    this.probe ??= entering?.opened ?? null
    try {
      await this.record.enter(entry)
      return await this.watched(task)
    } finally {
      if (entering !== null && this.probe === entering.opened) this.probe = null
      entering?.open()
    }
  }

  private async watched<Value>(task: Task<Value>): Promise<EwsResult<Value>[]> {
    this.opened ??= this.options.open()
    try {
      const results = await task(this.opened.client)
      await this.record.note(verdictOfResults(results))
      return results
    } catch (error) {
      await this.record.note(verdictOfError(error, this.record.isProven()))
      throw error
    }
  }

  private async closeWhenIdle(): Promise<void> {
    if (this.underWay === 0) await this.close()
  }
}
