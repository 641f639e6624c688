/**
 * The JSON forms of all reports, field by field: what is not named here does not get out. Documented in docs/reference/json.md.
 * Attendees' addresses in field paths are masked (promises: I26); titles are kept, so that a plan can be checked by a program.
 */
import type { Loss } from '../model/item.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { ErrorReport, ItemProblem, PairReport, RunReport, UserReport } from '../ports/report.ts'
import type { MailboxStatus, User } from '../ports/service.ts'
import type { Conflict, HaltReason, LastPass, PassLog } from '../ports/state-store.ts'
import { shownId } from './admin-ids.ts'
import { describeError, errorJson } from './errors.ts'
import { exitOfRun, exitOfUser } from './exit-of-report.ts'
import { instant } from './instant.ts'
import type { Redact } from './redact.ts'
import type { ShownAction } from './render/action.ts'
import { lightOf } from './render/status.ts'

export function maskPath(path: string): string {
  // Who is invited, and the fingerprint of a file, are nobody's business in a log.
  const [kind = path] = path.split(':', 1)
  return kind === 'attendee' || kind === 'file' ? kind : path
}

export function lossJson({ path, reason }: Loss) {
  return { path: maskPath(path), reason }
}

/** `hidden`: titles are left out (`--redact`). */
export type ReportView = { redact: Redact; hidden: boolean }

function actionJson(action: ShownAction, { hidden }: ReportView) {
  const { outcome, side, reason, uid, title, when, conflict, versions } = action
  const changed = [...new Set(action.changed.map(maskPath))]
  return {
    action: action.action,
    outcome,
    side,
    reason,
    uid,
    title: hidden ? null : title,
    when,
    conflict,
    mails: action.mails === true,
    versions,
    changed,
    losses: action.losses.map(lossJson),
  }
}

function problemJson({ side, uid, title, code, detail }: ItemProblem, { redact, hidden }: ReportView) {
  return { side, uid, title: hidden ? null : title, code, detail: redact(detail) }
}

function haltJson(halt: HaltReason | null) {
  if (halt === null) return null
  const { guard, numbers, sinceMs, released } = halt
  return { guard, numbers, since: instant(sinceMs), released: released === true }
}

function errorReportJson(error: ErrorReport | null, redact: Redact) {
  return error === null ? null : errorJson(describeError(new ConnectorError(error.code, error.fields), redact)).error
}

function pairJson(pair: PairReport, view: ReportView) {
  const { kind, name, outcome, firstPass, counts, waiting } = pair
  const actions = pair.actions.map((action) => actionJson(action, view))
  const problems = pair.problems.map((problem) => problemJson(problem, view))
  const error = errorReportJson(pair.error, view.redact)
  return { kind, name, outcome, firstPass, counts, waiting, actions, problems, halt: haltJson(pair.halt), error }
}

export function userReportJson(report: UserReport, view: ReportView) {
  const { email, dryRun, outcome, tookMs } = report
  const pairs = report.pairs.map((pair) => pairJson(pair, view))
  return {
    email,
    dryRun,
    outcome,
    exitCode: exitOfUser(report),
    tookMs,
    pairs,
    error: errorReportJson(report.error, view.redact),
  }
}

export function runReportJson(report: RunReport, view: ReportView) {
  const users = report.users.map((user) => userReportJson(user, view))
  const held = report.held.map(({ email, holder, untilMs }) => ({ email, holder, until: instant(untilMs) }))
  return { dryRun: report.dryRun, exitCode: exitOfRun(report), tookMs: report.tookMs, users, held }
}

export function usersJson(users: readonly User[]) {
  return {
    users: users.map(({ email, nextcloudUser, source, enabled, state, identity }) => ({
      ...{ email, nextcloudUser, source, enabled, state },
      identity: identity && { source: identity.source, at: instant(identity.atMs) },
    })),
  }
}

function passJson({ startedAtMs, endedAtMs, outcome, counts, errorCode }: PassLog) {
  return { startedAt: instant(startedAtMs), endedAt: instant(endedAtMs), outcome, counts, errorCode }
}

function conflictJson({ id, uid, kind, winner, paths, createdAtMs }: Conflict) {
  return {
    id: shownId(id),
    uid,
    kind,
    winner,
    paths: [...new Set(paths.map(maskPath))],
    createdAt: instant(createdAtMs),
  }
}

function statusPairJson(pair: MailboxStatus['pairs'][number], redact: Redact) {
  const problems = pair.problems.flatMap(({ side, uid, problem, attempts, retryAtMs }) =>
    problem === null
      ? []
      : [{ side, uid, code: problem.code, detail: redact(problem.detail), attempts, retryAt: instant(retryAtMs) }],
  )
  const { kind, name, status, firstPassDone, items } = pair
  return { kind, name, status, firstPassDone, items, halt: haltJson(pair.halt), problems }
}

function lastPassJson(last: LastPass | null) {
  if (last === null) return null
  const { counts, tookMs, account, lag, errorCodes } = last
  return { counts, tookMs, account, lagMs: lag?.ms ?? null, lagAt: instant(lag?.atMs ?? null), errorCodes }
}

export function statusJson(list: readonly MailboxStatus[], nowMs: number, redact: Redact) {
  const mailboxes = list.map((status) => ({
    email: status.email,
    light: lightOf(status, nowMs),
    status: status.mailbox?.status ?? null,
    statusReason: status.mailbox?.statusReason ?? null,
    lastOutcome: status.mailbox?.lastOutcome ?? null,
    lastStarted: instant(status.mailbox?.lastStartedAtMs ?? null),
    lastSuccess: instant(status.mailbox?.lastSuccessAtMs ?? null),
    nextRun: instant(status.mailbox?.nextRunAtMs ?? null),
    attempts: status.mailbox?.attempts ?? 0,
    lastPass: lastPassJson(status.mailbox?.lastPass ?? null),
    pairs: status.pairs.map((pair) => statusPairJson(pair, redact)),
    openConflicts: status.openConflicts.map(conflictJson),
    lastPasses: status.lastPasses.map(passJson),
  }))
  return { mailboxes }
}
