/** What an account went through: when it last signed in, and how often it was refused since. Decides whether it may be tried. */
import { ACCOUNT_PROOF_MS } from '../../limits.ts'
import type { Clock, Random } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import type { AccountHealth, RefusalBook } from './health.ts'
import { afterNewSecret, afterRefusal, isResting, type Refusals } from './rest.ts'
import type { Verdict } from './verdict.ts'

export type RecordTools = { clock: Clock; random: Random; log: Log; book: RefusalBook }

export class AccountRecord {
  private readonly account: string
  private readonly tools: RecordTools
  private refusals: Refusals | null = null
  private lastRefusal: AccountHealth['lastRefusal'] = null
  private lastSuccessAtMs: number | null = null
  private hasNewSecret: boolean

  /** `hasNewSecret`: the credentials are others than those that were refused. */
  constructor(account: string, hasNewSecret: boolean, tools: RecordTools) {
    this.account = account
    this.hasNewSecret = hasNewSecret
    this.tools = tools
  }

  /** As far as this replica knows. */
  isResting(): boolean {
    return !this.hasNewSecret && isResting(this.refusals, this.tools.clock.nowMs())
  }

  /** Signed in lately: then many calls may go out at once. */
  isProven(): boolean {
    return this.lastSuccessAtMs !== null && this.tools.clock.nowMs() - this.lastSuccessAtMs < ACCOUNT_PROOF_MS
  }

  /** Looks at what all replicas know. Errors: `exchange.sign-in` with the reason `resting` when the account must not be tried. */
  async requireAwake(): Promise<void> {
    const { book, clock } = this.tools
    this.refusals = await book.read(this.account)
    if (this.hasNewSecret && this.refusals !== null) {
      this.refusals = afterNewSecret(this.refusals, clock.nowMs())
      await book.write(this.account, this.refusals)
    }
    this.hasNewSecret = false
    if (!isResting(this.refusals, clock.nowMs())) return
    const retryAfterMs = (this.refusals?.restUntilMs ?? 0) - clock.nowMs()
    throw new ConnectorError('exchange.sign-in', { account: this.account, reason: 'resting', retryAfterMs, sent: 'no' })
  }

  async note(verdict: Verdict): Promise<void> {
    switch (verdict.kind) {
      case 'unknown':
        return
      case 'let-in':
        return this.letIn()
      case 'refused':
        return this.refused(verdict.error)
    }
  }

  health(): Omit<AccountHealth, 'secretExpiresAtMs' | 'callsUnderWay'> {
    const resting = this.isResting()
    return {
      account: this.account,
      state: resting ? 'resting' : this.isProven() ? 'ready' : 'unproven',
      refusals: this.refusals?.count ?? 0,
      restUntilMs: resting ? (this.refusals?.restUntilMs ?? null) : null,
      lastRefusal: this.lastRefusal,
      lastSuccessAtMs: this.lastSuccessAtMs,
    }
  }

  private async letIn(): Promise<void> {
    const { book, clock, log } = this.tools
    // A call that began before the account was refused says nothing about its password now.
    if (isResting(this.refusals, clock.nowMs())) return
    this.lastSuccessAtMs = clock.nowMs()
    if (this.refusals === null) return
    this.refusals = null
    await book.write(this.account, null)
    log.info({ account: this.account }, 'service account signs in again')
  }

  private async refused({ code, fields }: ConnectorError): Promise<void> {
    const { account } = this
    const { book, clock, random, log } = this.tools
    const nowMs = clock.nowMs()
    const reason = typeof fields.reason === 'string' ? fields.reason : null
    this.lastSuccessAtMs = null
    this.lastRefusal = { code, reason, atMs: nowMs }
    this.refusals = afterRefusal(await book.read(account), nowMs, random.fraction())
    await book.write(account, this.refusals)
    const restMs = this.refusals.restUntilMs - nowMs
    // An error even where another account takes over: somebody must correct the password.
    log.error({ account, code, reason, refusals: this.refusals.count, restMs }, 'service account rests')
  }
}
