/** A line per service account that says which step it is at, on a terminal only; wiped before anything else is printed. */
import type { PoolProgress } from '../ports/pool-report.ts'
import { clip, safe } from './render/text.ts'

export type ProgressList = { show(progress: PoolProgress): void; clear(): void }

export const NO_LIST: ProgressList = { show: () => {}, clear: () => {} }

const MARKS: Readonly<Record<PoolProgress['outcome'], string>> = {
  running: '…',
  ok: '✓',
  warning: '!',
  failed: '✗',
  skipped: '-',
}

export function progressList(stream: { write(text: string): unknown; columns?: number; rows?: number }): ProgressList {
  const steps = new Map<string, Map<string, string>>()
  let drawn = 0
  const clear = () => {
    if (drawn > 0) stream.write(`\u001B[${drawn}A\u001B[0J`)
    drawn = 0
  }
  return {
    clear,
    show({ account, step, outcome }) {
      const own = steps.get(account) ?? new Map<string, string>()
      steps.set(account, own)
      if (step !== null) own.set(step, `${MARKS[outcome]} ${step}`)
      const lines = [...steps].map(([name, done]) => `${safe(name)}  ${[...done.values()].join('  ')}`)
      // A list longer than the screen cannot be redrawn: its end is shown.
      const shown = lines.slice(-Math.max(1, (stream.rows ?? 24) - 2))
      clear()
      stream.write(shown.map((line) => `${clip(line, (stream.columns ?? 80) - 1)}\n`).join(''))
      drawn = shown.length
    },
  }
}
