/** The exit code of a report: one number for scripts, from the outcomes of all users. */
import type { RunReport, UserReport } from '../ports/report.ts'
import { exitCodeOf } from './errors.ts'
import { EXIT } from './exit-codes.ts'

function failedCode(report: UserReport): number {
  const errors = [report.error, ...report.pairs.map((pair) => pair.error)].filter((error) => error !== null)
  const codes = [...new Set(errors.map((error) => exitCodeOf(error.code)))]
  const [only] = codes
  return codes.length === 1 && only !== undefined && only !== EXIT.partly ? only : EXIT.failed
}

export function exitOfUser(report: UserReport): number {
  switch (report.outcome) {
    case 'in-step':
      return EXIT.inStep
    case 'partial':
      return EXIT.partly
    case 'halted':
      return EXIT.halted
    case 'failed':
      return failedCode(report)
    case 'stopped':
      return EXIT.interrupted
  }
}

/** With nothing done because others hold all that was due: locked. A halted user outweighs the rest: it waits for a person. Some in step and some not is "partly". */
export function exitOfRun(report: RunReport): number {
  const codes = new Set(report.users.map(exitOfUser))
  const [only] = codes
  if (only === undefined) return report.held.length > 0 ? EXIT.locked : EXIT.inStep
  if (codes.has(EXIT.interrupted)) return EXIT.interrupted
  if (codes.has(EXIT.halted)) return EXIT.halted
  if (codes.size === 1) return only
  return codes.has(EXIT.inStep) || codes.has(EXIT.partly) ? EXIT.partly : EXIT.failed
}
