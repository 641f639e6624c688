/** `pool test`: looks at the server once, then tests all accounts at the same time, a bounded number of them. */
import { POOL_TEST_ACCOUNTS_MAX } from '../../../limits.ts'
import type { Clock } from '../../../ports/clock.ts'
import { ConnectorError } from '../../../ports/errors.ts'
import type { AccountCheck, PoolReport, PoolStep, PoolTestOptions } from '../../../ports/pool-report.ts'
import type { ErrorReport } from '../../../ports/report.ts'
import type { Member } from '../member.ts'
import type { PoolConfig } from '../settings.ts'
import { type AccountFindings, AccountTest } from './account.ts'
import { causesOf, isSchemeMissing, isSkewed } from './causes.ts'
import { lookAtServer, type ReachTools, type ServerLook } from './reach.ts'

export type PoolCheck = Omit<PoolTestOptions, 'limit'> & { type: PoolConfig['type']; url: string; tools: ReachTools }

type Looked = { look: ServerLook | null; error: ErrorReport | null }

/** Never throws for what servers and accounts do wrong. */
export async function checkPool(members: readonly Member[], check: PoolCheck): Promise<PoolReport> {
  const { url, tools, type } = check
  const { clock } = tools
  const startedAtMs = clock.nowMs()
  const looked = await look(check)
  const steps = [...reachSteps(looked, clock), ...schemeSteps(type, looked.look)]
  const skip = steps.some(({ outcome }) => outcome === 'failed')
  const found: AccountFindings[] = []
  const queue = [...members]
  const worker = async () => {
    for (let member = queue.shift(); member; member = queue.shift()) {
      const test = new AccountTest(member, { ...check, clock })
      found.push(await test.run(steps, skip))
    }
  }
  await Promise.all(Array.from({ length: Math.min(POOL_TEST_ACCOUNTS_MAX, members.length) }, worker))
  for (const { account } of found) check.onProgress({ account, step: null, outcome: 'ok' })
  const accounts = members.flatMap(({ name }) => {
    const own = found.find(({ account }) => account === name)
    return own ? [withCauses(own, { found, looked, check })] : []
  })
  return { host: new URL(url).host, accounts, endpoints: [], tookMs: clock.nowMs() - startedAtMs }
}

async function look({ url, tools, signal }: PoolCheck): Promise<Looked> {
  try {
    return { look: await lookAtServer(url, tools, signal), error: null }
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    return { look: null, error: { code: error.code, fields: error.fields } }
  }
}

function withCauses(
  { signIn, ...own }: AccountFindings,
  { found, looked, check }: { found: readonly AccountFindings[]; looked: Looked; check: PoolCheck },
): AccountCheck {
  const anotherWorks = found.some((other) => other.account !== own.account && isIn(other))
  const findings = { type: check.type, nowMs: check.tools.clock.nowMs(), look: looked.look, signIn, anotherWorks }
  const { host } = new URL(check.url)
  return { ...own, host, causes: causesOf({ ...findings, mailboxes: own.mailboxes }) }
}

function isIn({ steps }: AccountFindings): boolean {
  return steps.some(({ name, outcome }) => name === 'sign-in' && outcome === 'ok')
}

function reachSteps({ look, error }: Looked, clock: Clock): PoolStep[] {
  if (error?.code === 'exchange.tls') {
    return [
      { name: 'reach', outcome: 'ok', note: '', error: null },
      { name: 'tls', outcome: 'failed', note: '', error },
    ]
  }
  if (look === null) {
    return [
      { name: 'reach', outcome: 'failed', note: '', error },
      { name: 'tls', outcome: 'skipped', note: '', error: null },
    ]
  }
  const skewS = Math.round((look.skewMs ?? 0) / 1000)
  const days =
    look.certificateEndsAtMs === null ? null : Math.floor((look.certificateEndsAtMs - clock.nowMs()) / DAY_MS)
  const tls = look.protocol === null ? 'none' : `${look.protocol}, certificate of ${look.issuer}, ${days} days`
  return [
    { name: 'reach', outcome: 'ok', note: skewS === 0 ? look.host : `${look.host}, clock ${skewS} s`, error: null },
    { name: 'tls', outcome: look.protocol === null ? 'warning' : 'ok', note: tls, error: null },
  ]
}

const DAY_MS = 86_400_000

/** A password is not shown to a server that will not look at it, nor a ticket that its clock cannot accept. */
function schemeSteps(type: PoolConfig['type'], look: ServerLook | null): PoolStep[] {
  if (look === null) return []
  const missing = isSchemeMissing(type, look)
  if (!missing && !isSkewed(type, look)) return []
  const reason = missing ? 'scheme-not-offered' : 'clock-skew'
  const fields = { host: look.host, reason, detail: missing ? look.schemes.join(' ') : `${look.skewMs} ms`, sent: 'no' }
  return [{ name: 'sign-in', outcome: 'failed', note: '', error: { code: 'exchange.sign-in', fields } }]
}
