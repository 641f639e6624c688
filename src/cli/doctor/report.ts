/** The findings as JSON and as an exit code. */
import type { Check } from '../../ports/diagnosis.ts'
import { exitCodeOf } from '../errors.ts'
import { EXIT } from '../exit-codes.ts'
import type { Redact } from '../redact.ts'
import { checkWords } from '../render/doctor.ts'

/** Doubts alone do not fail. The failures' own code when they agree, else `failed`. */
export function exitOfDoctor(checks: readonly Check[]): number {
  const failed = checks.filter(({ verdict }) => verdict === 'fail')
  const codes = new Set(failed.map(({ error }) => (error ? exitCodeOf(error.code) : EXIT.failed)))
  const [only] = codes
  if (only === undefined) return EXIT.inStep
  return codes.size === 1 && only !== EXIT.partly ? only : EXIT.failed
}

export function doctorJson(checks: readonly Check[], redact: Redact) {
  return {
    exitCode: exitOfDoctor(checks),
    checks: checks.map((check) => {
      const { detail, fix } = checkWords(check, redact)
      const { group, name, verdict, error } = check
      return { group, name, verdict, detail: redact(detail), fix, code: error?.code ?? null }
    }),
  }
}
