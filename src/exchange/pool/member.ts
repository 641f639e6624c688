/**
 * One service account at work: its client, and the gate before it. An account that has not proven itself lets one call through at a
 * time, so that a wrong password costs one try and not ten at once.
 */
import type { EwsClient } from '../ews/client.ts'
import type { EwsResult } from '../ews/operation.ts'
import type { AccountHealth } from './health.ts'
import { AccountRecord, type RecordTools } from './record.ts'
import { verdictOfError, verdictOfResults } from './verdict.ts'

export type MemberOptions = {
  name: string
  open: () => { client: EwsClient; close(): Promise<void> }
  secretExpiresAtMs: number | null
  /** The credentials are others than those that were refused. */
  hasNewSecret: boolean
}

type Task<Value> = (client: EwsClient) => Promise<EwsResult<Value>[]>

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
    this.record = new AccountRecord(options.name, options.hasNewSecret, tools)
  }

  isResting(): boolean {
    return this.record.isResting()
  }

  /** Errors: those of the call; `exchange.sign-in` with the reason `resting` when the account must not be tried. */
  async call<Value>(task: Task<Value>): Promise<EwsResult<Value>[]> {
    this.underWay++
    try {
      return await this.throughGate(task)
    } finally {
      this.underWay--
      if (this.retired) await this.closeWhenIdle()
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

  health(): AccountHealth {
    const { secretExpiresAtMs } = this.options
    return { ...this.record.health(), secretExpiresAtMs, callsUnderWay: this.underWay }
  }

  private async throughGate<Value>(task: Task<Value>): Promise<EwsResult<Value>[]> {
    await this.record.requireAwake()
    // Each turn of this loop is another call's proof or refusal; a refusal ends it here, too.
    while (!this.record.isProven() && this.probe !== null) {
      await this.probe
      await this.record.requireAwake()
    }
    if (this.record.isProven()) return this.watched(task)
    const proving = this.watched(task)
    const settled = proving.then(
      () => {},
      () => {},
    )
    this.probe = settled
    try {
      return await proving
    } finally {
      this.probe = null
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
