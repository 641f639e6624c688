/** Making checks: the verdicts as small functions, and turning what was thrown into a failed check. */
import type { Check, CheckGroup } from '../../ports/diagnosis.ts'
import { ConnectorError } from '../../ports/errors.ts'

export function pass(group: CheckGroup, name: string, detail: string): Check {
  return { group, name, verdict: 'pass', detail, fix: null }
}

export function warn(group: CheckGroup, name: string, { detail, fix }: { detail: string; fix: string }): Check {
  return { group, name, verdict: 'warn', detail, fix }
}

export function fail(group: CheckGroup, name: string, { detail, fix }: { detail: string; fix: string }): Check {
  return { group, name, verdict: 'fail', detail, fix }
}

export function skip(group: CheckGroup, name: string, detail: string): Check {
  return { group, name, verdict: 'skip', detail, fix: null }
}

/** The check that `look` gives, or a failed one with the error's words. Bugs are not caught. */
export async function attempt(group: CheckGroup, name: string, look: () => Promise<Check | Check[]>): Promise<Check[]> {
  try {
    return [await look()].flat()
  } catch (error) {
    if (!(error instanceof ConnectorError) || ['bug', 'stopped'].includes(error.code)) throw error
    const { code, fields } = error
    return [{ group, name, verdict: 'fail', detail: '', fix: null, error: { code, fields } }]
  }
}
