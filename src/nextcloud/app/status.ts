/** Tells the app after each pass how a user's sync stands: gathered, in the background, and never in the way of the next pass. */
import { APP_STATUS_CLOSE_MS, APP_STATUS_GATHER_MS, APP_STATUS_LIST_MAX, APP_STATUS_USERS_MAX } from '../../limits.ts'
import type { ConflictSummary } from '../../ports/administration.ts'
import type { Clock } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import type { UserReport } from '../../ports/report.ts'
import type { MailboxStatus } from '../../ports/service.ts'
import type { PassCounts } from '../../ports/state-store.ts'
import type { AppClient } from './client.ts'
import type { AppUsers } from './users.ts'

export type ReporterOptions = {
  app: Pick<AppClient, 'status'>
  users: Pick<AppUsers, 'userOf'>
  statusOf: (email: string) => Promise<MailboxStatus | null>
  conflictsOf: (email: string) => Promise<readonly ConflictSummary[]>
  connector: { version: string; instance: string }
  clock: Clock
  log: Log
}

export type Reporter = { report(report: UserReport): void; close(): Promise<void> }

export function createReporter(options: ReporterOptions): Reporter {
  const { clock, log } = options
  /** The newest report of a user replaces an older one that was not told yet. */
  const waiting = new Map<string, UserReport>()
  const closing = new AbortController()
  let telling: Promise<void> | null = null

  const tellAll = async () => {
    await clock.sleep(APP_STATUS_GATHER_MS, closing.signal)
    while (waiting.size > 0) {
      const batch = [...waiting.values()].slice(0, APP_STATUS_USERS_MAX)
      for (const { email } of batch) waiting.delete(email)
      await tell(options, batch)
    }
  }
  const start = () => {
    telling ??= tellAll()
      // A lost report is told by the next pass of the user.
      .catch((error: unknown) => log.warn({ code: codeOf(error) }, 'the app could not be told how syncs stand'))
      .finally(() => {
        telling = null
      })
  }
  return {
    report(report) {
      if (report.dryRun) return
      waiting.set(report.email, report)
      start()
    },
    async close() {
      closing.abort()
      const bound = new AbortController()
      await Promise.race([telling ?? Promise.resolve(), clock.sleep(APP_STATUS_CLOSE_MS, bound.signal)])
      bound.abort()
    },
  }
}

function codeOf(error: unknown): string {
  return error instanceof ConnectorError ? error.code : 'bug'
}

async function tell(options: ReporterOptions, reports: readonly UserReport[]): Promise<void> {
  const users: object[] = []
  for (const report of reports) {
    const user = await userStatus(options, report)
    if (user) users.push(user)
  }
  if (users.length === 0) return
  const connector = { ...options.connector, at: secondsOf(options.clock.nowMs()) }
  await options.app.status({ connector, users })
}

/** Null for somebody who left meanwhile. */
async function userStatus(options: ReporterOptions, report: UserReport): Promise<object | null> {
  const { email, outcome } = report
  const user = await options.users.userOf(email)
  const status = user && (await options.statusOf(email))
  if (!user || !status) return null
  const conflicts = await options.conflictsOf(email)
  const halted = report.pairs.find(({ halt }) => halt !== null)?.halt
  return {
    ...{ uid: user.uid, email, outcome },
    lastPassAt: secondsOf(options.clock.nowMs()),
    lastSuccessAt: secondsOrNull(status.mailbox?.lastSuccessAtMs),
    nextPassAt: secondsOrNull(status.mailbox?.nextRunAtMs),
    items: status.pairs.reduce((sum, pair) => sum + pair.items, 0),
    counts: sumOf(report.pairs.map(({ counts }) => counts)),
    conflicts: conflicts.slice(0, APP_STATUS_LIST_MAX).map(({ conflict, title }) => ({
      ...{ id: conflict.id, uid: conflict.uid, title, kind: conflict.kind, winner: conflict.winner },
      at: secondsOf(conflict.createdAtMs),
    })),
    problems: problemsOf(report).slice(0, APP_STATUS_LIST_MAX),
    halt: halted ? { guard: halted.guard } : null,
  }
}

function problemsOf({ error, pairs }: UserReport): { code: string; detail: string; title: string }[] {
  const ofWhole = error ? [{ code: error.code, detail: detailOf(error.fields), title: '' }] : []
  const ofPairs = pairs.flatMap((pair) => [
    ...(pair.error ? [{ code: pair.error.code, detail: detailOf(pair.error.fields), title: pair.name }] : []),
    ...pair.problems.map(({ code, detail, title }) => ({ code, detail, title })),
  ])
  return [...ofWhole, ...ofPairs]
}

function detailOf(fields: Readonly<Record<string, unknown>>): string {
  return String(fields.detail ?? fields.reason ?? '')
}

const NOTHING: PassCounts = {
  ...{ seen: 0, unchanged: 0, created: 0, updated: 0, removed: 0, conflicts: 0, skipped: 0, failed: 0 },
}

function sumOf(all: readonly PassCounts[]): PassCounts {
  const keys = Object.keys(NOTHING) as (keyof PassCounts)[]
  return all.reduce(
    (sum, one) => Object.fromEntries(keys.map((key) => [key, sum[key] + one[key]])) as PassCounts,
    NOTHING,
  )
}

function secondsOf(ms: number): number {
  return Math.floor(ms / 1000)
}

function secondsOrNull(ms: number | null | undefined): number | null {
  return ms == null ? null : secondsOf(ms)
}
