/** Tests one service account step by step: sign-in, version, sample mailboxes, and how many requests at once the server bears. Only reads. */
import { EWS_CONCURRENCY_START, POOL_TEST_TIMEOUT_MS } from '../../../limits.ts'
import type { Clock } from '../../../ports/clock.ts'
import { ConnectorError } from '../../../ports/errors.ts'
import type { AccountCheck, MailboxCheck, PoolProgress, PoolStep, PoolStepName } from '../../../ports/pool-report.ts'
import type { ErrorReport } from '../../../ports/report.ts'
import { responseCodeOf } from '../../ews/operation.ts'
import { CHEAP, getServerTimeZones } from '../../ews/operations/get-server-time-zones.ts'
import type { Member } from '../member.ts'
import { checkMailbox } from './mailbox.ts'

export type AccountTestOptions = {
  mailboxes: readonly string[]
  clock: Clock
  signal: AbortSignal
  onProgress: (progress: PoolProgress) => void
}

/** What the account itself found; `signIn` is what kept it out. */
export type AccountFindings = Omit<AccountCheck, 'causes' | 'host'> & { signIn: ErrorReport | null }

export class AccountTest {
  readonly #member: Member
  readonly #options: AccountTestOptions
  readonly #steps: PoolStep[] = []

  constructor(member: Member, options: AccountTestOptions) {
    this.#member = member
    this.#options = options
  }

  /** `skip`: why nothing may be tried, because the server cannot be reached or does not offer the scheme. */
  async run(before: readonly PoolStep[], skip: boolean): Promise<AccountFindings> {
    this.#steps.push(...before)
    const signIn = skip ? (before.find(({ name }) => name === 'sign-in')?.error ?? null) : await this.#signIn()
    const isIn = !skip && signIn === null
    if (isIn) this.#add('version', 'ok', this.#member.serverBuild() ?? 'unknown')
    const mailboxes = isIn ? await this.#mailboxes() : []
    const throttling = isIn ? await this.#throttling() : null
    for (const name of ['sign-in', 'version', 'mailboxes', 'throttling'] as const)
      if (!this.#steps.some((step) => step.name === name)) this.#add(name, 'skipped', '')
    const times = mailboxes.flatMap(({ latencyMs }) => latencyMs ?? []).sort((one, other) => one - other)
    const latencyMs =
      times.length === 0 ? null : { median: times[Math.floor(times.length / 2)] ?? 0, max: times.at(-1) ?? 0 }
    return { account: this.#member.name, steps: this.#steps, signIn, mailboxes, latencyMs, throttling }
  }

  async #signIn(): Promise<ErrorReport | null> {
    this.#running('sign-in')
    const error = await this.#cheapCall(this.#options.signal)
    this.#add('sign-in', error === null ? 'ok' : 'failed', '', error)
    return error
  }

  /** Null when the account was let in, whatever else Exchange said. */
  async #cheapCall(signal: AbortSignal): Promise<ErrorReport | null> {
    try {
      await this.#member.call((client) => client.call(getServerTimeZones, CHEAP, { mailbox: null, signal }), {
        signal,
        insists: true,
      })
      return null
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error
      const isAnswer = responseCodeOf(error) !== undefined && error.code === 'exchange.unknown-mailbox'
      return isAnswer ? null : { code: error.code, fields: error.fields }
    }
  }

  async #mailboxes(): Promise<MailboxCheck[]> {
    const { mailboxes, clock, signal } = this.#options
    this.#running('mailboxes')
    const client = {
      call: ((operation, request, call) =>
        this.#member.call((own) => own.call(operation, request, call), {
          signal,
        })) as Parameters<typeof checkMailbox>[0]['call'],
    }
    const checks = await Promise.all(mailboxes.map((mailbox) => checkMailbox(client, { mailbox, signal }, clock)))
    const failed = checks.filter(({ error }) => error !== null)
    const readOnly = checks.filter(({ mayWrite }) => mayWrite === false)
    const note = `${checks.length - failed.length} of ${checks.length}`
    const outcome = failed.length > 0 ? 'failed' : readOnly.length > 0 || checks.length === 0 ? 'warning' : 'ok'
    this.#add('mailboxes', outcome, note, failed[0]?.error ?? null)
    return checks
  }

  /** As many at once as a sync begins with. A server that refuses some of them is no failure: the connector adapts. */
  async #throttling(): Promise<AccountCheck['throttling']> {
    this.#running('throttling')
    const tried = EWS_CONCURRENCY_START
    const before = this.#member.pressure()?.refusals ?? 0
    const signal = AbortSignal.any([this.#options.signal, AbortSignal.timeout(POOL_TEST_TIMEOUT_MS)])
    let pauseMs = 0
    const errors = await Promise.all(
      Array.from({ length: tried }, async () => {
        const error = await this.#cheapCall(signal)
        pauseMs = Math.max(pauseMs, this.#member.pressure()?.pausedMs ?? 0, Number(error?.fields.retryAfterMs ?? 0))
        return error
      }),
    )
    const refusals = (this.#member.pressure()?.refusals ?? 0) - before
    const failed = errors.filter((error) => error !== null)
    const answered = Math.max(0, tried - Math.max(refusals, failed.length))
    this.#add('throttling', answered === tried ? 'ok' : 'warning', `${answered} of ${tried} at once`, failed[0] ?? null)
    return { answered, tried, pauseMs }
  }

  #running(step: PoolStepName): void {
    this.#options.onProgress({ account: this.#member.name, step, outcome: 'running' })
  }

  #add(name: PoolStepName, outcome: PoolStep['outcome'], note: string, error: ErrorReport | null = null): void {
    this.#steps.push({ name, outcome, note, error })
    this.#options.onProgress({ account: this.#member.name, step: name, outcome })
  }
}
