/** A plan as a file: `sync user --dry-run --out` writes it, `sync user --plan` does exactly what it says. Titles are for the reader only. */
import { randomUUID } from 'node:crypto'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { ConnectorError } from '../ports/errors.ts'
import type { ApprovedPlan, UserReport } from '../ports/report.ts'
import { instant } from './instant.ts'
import { userReportJson } from './json.ts'
import { readInputFile } from './read-file.ts'
import type { Redact } from './redact.ts'

/** Another number: plans of before are refused. */
const FORMAT = 'connector-plan/1'

const side = z.enum(['exchange', 'nextcloud'])
const ACTION = z.object({
  action: z.enum(['create', 'update', 'remove', 'link', 'forget', 'skip']),
  side,
  reason: z.string(),
  uid: z.string(),
  versions: z.object({ exchange: z.string().optional(), nextcloud: z.string().optional() }),
})
const PLAN = z.object({
  format: z.literal(FORMAT),
  email: z.string(),
  pairs: z.array(
    z.object({ kind: z.enum(['calendar', 'tasks', 'contacts']), name: z.string(), actions: z.array(ACTION) }),
  ),
})

export type PlanFileView = { redact: Redact; hidden: boolean; madeAtMs: number }

/** Written whole or not at all, for this user only: it holds titles. Throws `usage.cannot-write`. */
export function writePlanFile(path: string, report: UserReport, view: PlanFileView): void {
  const { pairs } = userReportJson(report, view)
  const plan = {
    format: FORMAT,
    email: report.email,
    madeAt: instant(view.madeAtMs),
    pairs: pairs.map(({ kind, name, counts, halt, actions }) => ({ kind, name, counts, halt, actions })),
  }
  const draft = `${path}.${randomUUID().slice(0, 8)}`
  try {
    writeFileSync(draft, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw new ConnectorError('usage.cannot-write', { path, reason: (error as NodeJS.ErrnoException).code }, error)
  }
}

/** Throws `usage.bad-plan` when it cannot be read, is no plan, or is the plan of another mailbox. */
export function readPlanFile(path: string, email: string): ApprovedPlan {
  const parsed = PLAN.safeParse(jsonOf(path, email))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const reason = `${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'not a plan'}`
    throw new ConnectorError('usage.bad-plan', { path, reason, email })
  }
  const plan = parsed.data
  if (plan.email.toLowerCase() !== email.toLowerCase())
    throw new ConnectorError('usage.bad-plan', { path, reason: `it is the plan of ${plan.email}`, email })
  return plan.pairs.map((pair) => ({ ...pair, actions: pair.actions.map(planned) }))
}

function jsonOf(path: string, email: string): unknown {
  try {
    return JSON.parse(readInputFile(path))
  } catch (error) {
    const reason = error instanceof ConnectorError ? error.fields.reason : 'not JSON, or only a part of it'
    throw new ConnectorError('usage.bad-plan', { path, reason, email }, error)
  }
}

type Action = ApprovedPlan[number]['actions'][number]

function planned({ versions, reason, ...action }: z.infer<typeof ACTION>): Action {
  const { exchange, nextcloud } = versions
  return {
    ...action,
    // Compared as text only: an unknown reason simply never matches.
    reason: reason as Action['reason'],
    versions: { ...(exchange !== undefined && { exchange }), ...(nextcloud !== undefined && { nextcloud }) },
  }
}
