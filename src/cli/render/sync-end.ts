/** How the report of a sync ends: what a plan comes to, what was put aside, and the next command. */
import type { RunReport, UserReport } from '../../ports/report.ts'

/** `planFile`: the plan was kept there. `notDueToo`: the run was over all mailboxes (`--now`). */
export type EndView = { planFile?: string | undefined; notDueToo?: boolean }

function plannedOf(report: UserReport): number {
  return report.pairs.flatMap((pair) => pair.actions).filter((action) => action.outcome === 'planned').length
}

function conflictsOf(report: UserReport): number {
  return report.dryRun ? 0 : report.pairs.reduce((sum, pair) => sum + pair.counts.conflicts, 0)
}

/** A conflict loses nothing, but whoever made the edit that lost will ask. */
function conflictLines(count: number, email: string): string[] {
  if (count === 0) return []
  const what = count === 1 ? '1 conflict: the version' : `${count} conflicts: the versions`
  return [
    '',
    `${what} that lost ${count === 1 ? 'is' : 'are'} kept in the archive. Next:`,
    `$ connector conflicts list${email}`,
  ]
}

export function userEnd(report: UserReport, { planFile }: EndView): string[] {
  if (!report.dryRun) return conflictLines(conflictsOf(report), ` ${report.email}`)
  if (report.outcome === 'halted' || report.error !== null) return []
  if (plannedOf(report) === 0) return ['', 'Nothing to do.']
  return ['', `Next: connector sync user ${report.email}${planFile === undefined ? '' : ` --plan ${planFile}`}`]
}

export function runEnd({ users, dryRun }: RunReport, { notDueToo = false }: EndView): string[] {
  const mailboxes = `${users.length} ${users.length === 1 ? 'mailbox' : 'mailboxes'}`
  if (!dryRun) {
    const inStep = users.filter((user) => user.outcome === 'in-step').length
    const conflicts = users.reduce((sum, user) => sum + conflictsOf(user), 0)
    return ['', `${inStep} of ${mailboxes} in step`, ...conflictLines(conflicts, '')]
  }
  const planned = users.reduce((sum, user) => sum + plannedOf(user), 0)
  const sum = `Dry run over ${mailboxes}: ${planned} ${planned === 1 ? 'action' : 'actions'} planned, nothing was written.`
  return ['', sum, ...(planned === 0 ? [] : [`Next: connector sync run${notDueToo ? ' --now' : ''}`])]
}
