/** What an account went through: when it last signed in, and how often it was refused since. Decides whether it may be tried. */
import { ACCOUNT_LOOK_MS, ACCOUNT_PROBE_POLL_MS, ACCOUNT_PROOF_MS } from '../../limits.ts'
import { type AccountBook, type AccountState, UNTRIED } from '../../ports/account-book.ts'
import type { Clock, Random } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import { type Admission, admit, type Caller, isProven, noteLetIn, noteLost, noteRefused } from './admission.ts'
import type { AccountHealth } from './health.ts'
import { isResting } from './rest.ts'
import type { Verdict } from './verdict.ts'

/** `holder` names this pool among all that share the book. */
export type RecordTools = { clock: Clock; random: Random; log: Log; book: AccountBook; holder: string }

/** `insists`: a person wants to know now, so a rest is cut short; the number of tries in half an hour stays. */
export type Entry = { signal?: AbortSignal | undefined; insists?: boolean }

export class AccountRecord {
  private readonly account: string
  private readonly mark: string
  private readonly tools: RecordTools
  /** As last seen in the book. */
  private state: AccountState = UNTRIED
  private lookedAtMs = Number.NEGATIVE_INFINITY
  /** Own refusals count though another replica, with another password, signs in. */
  private ownRestUntilMs = 0
  private lastSuccessAtMs: number | null = null

  /** `mark` names the credentials without telling them. */
  constructor(account: string, mark: string, tools: RecordTools) {
    this.account = account
    this.mark = mark
    this.tools = tools
  }

  /** As far as this replica knows. */
  isResting(): boolean {
    return this.restUntilMs() > this.tools.clock.nowMs()
  }

  /** Signed in lately: then many calls may go out at once. */
  isProven(): boolean {
    const { nowMs } = this.caller()
    const own = this.lastSuccessAtMs !== null && nowMs - this.lastSuccessAtMs < ACCOUNT_PROOF_MS
    return own || isProven(this.state, this.caller())
  }

  /** Waits for its turn. Errors: `exchange.account-resting` when the account must not be tried; `stopped`. */
  async enter({ signal, insists = false }: Entry): Promise<'proven' | 'probe'> {
    for (;;) {
      const admission = await this.admission(insists)
      switch (admission.kind) {
        case 'proven':
        case 'probe':
          return admission.kind
        case 'resting':
          throw this.resting(admission.untilMs)
        case 'busy':
          await this.tools.clock.sleep(ACCOUNT_PROBE_POLL_MS, signal)
          if (signal?.aborted) throw new ConnectorError('stopped', { sent: 'no' })
      }
    }
  }

  async note(verdict: Verdict): Promise<void> {
    switch (verdict.kind) {
      case 'unknown':
        return this.lost(verdict.sent)
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
      refusals: this.state.refusals?.count ?? 0,
      restUntilMs: resting ? this.restUntilMs() : null,
      lastRefusal: this.state.lastRefusal,
      lastSuccessAtMs: this.lastSuccessAtMs ?? this.state.provenAtMs,
    }
  }

  private caller(): Caller {
    return { holder: this.tools.holder, mark: this.mark, nowMs: this.tools.clock.nowMs() }
  }

  private restUntilMs(): number {
    // A rest in the book may be that of another password.
    const shared = this.state.secretMark === this.mark ? (this.state.refusals?.restUntilMs ?? 0) : 0
    return Math.max(shared, this.ownRestUntilMs)
  }

  private resting(untilMs: number): ConnectorError {
    const retryAfterMs = untilMs - this.tools.clock.nowMs()
    const { lastRefusal } = this.state
    const refusal = lastRefusal === null ? {} : { refusal: lastRefusal.reason ?? lastRefusal.code }
    const minutes = Math.ceil(retryAfterMs / 60_000)
    const fields = { account: this.account, ...refusal, minutes, retryAfterMs, sent: 'no' }
    return new ConnectorError('exchange.account-resting', fields)
  }

  private async admission(insists: boolean): Promise<Admission> {
    const { nowMs } = this.caller()
    if (!insists && nowMs < this.ownRestUntilMs) return { kind: 'resting', untilMs: this.ownRestUntilMs }
    // What worked a moment ago is not asked about at every call.
    if (nowMs - this.lookedAtMs < ACCOUNT_LOOK_MS && this.isProven()) return { kind: 'proven' }
    this.state = await this.tools.book.read(this.account)
    this.lookedAtMs = nowMs
    const settled = this.isProven() && !isResting(this.state.refusals, nowMs) && this.state.secretMark === this.mark
    return settled ? { kind: 'proven' } : this.change((before) => admit(before, this.caller(), insists))
  }

  private change<T>(change: (before: AccountState) => { after: AccountState; result: T }): Promise<T> {
    return this.tools.book.update(this.account, (before) => {
      const changed = change(before)
      this.state = changed.after
      return changed
    })
  }

  private async letIn(): Promise<void> {
    const caller = this.caller()
    if (this.isResting() && this.state.probe?.holder !== this.tools.holder) return
    this.lastSuccessAtMs = caller.nowMs
    this.ownRestUntilMs = 0
    const { refusals, provenAtMs, probe } = this.state
    const isKnown = provenAtMs !== null && caller.nowMs - provenAtMs < ACCOUNT_PROOF_MS / 2
    if (refusals === null && probe === null && isKnown) return
    const again = await this.change((before) => noteLetIn(before, caller))
    if (again) this.tools.log.info({ account: this.account }, 'service account signs in again')
  }

  private async lost(sent: boolean): Promise<void> {
    if (this.state.probe?.holder !== this.tools.holder) return
    await this.change((before) => noteLost(before, this.caller(), sent))
  }

  private async refused({ code, fields }: ConnectorError): Promise<void> {
    const { account } = this
    const { random, log } = this.tools
    const caller = this.caller()
    const reason = typeof fields.reason === 'string' ? fields.reason : null
    const fraction = random.fraction()
    const refusals = await this.change((before) => noteRefused(before, caller, { code, reason, fraction }))
    this.lastSuccessAtMs = null
    this.ownRestUntilMs = refusals.restUntilMs
    const restMs = refusals.restUntilMs - caller.nowMs
    // An error even where another account takes over: somebody must correct the password.
    log.error({ account, code, reason, refusals: refusals.count, restMs }, 'service account rests')
  }
}
