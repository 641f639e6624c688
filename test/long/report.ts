/** The report of the long run, from its progress. */
import type { Progress } from './progress.ts'

/** Prints it; true when nothing failed. */
export function printReport({ phases, hostile, histories }: Progress): boolean {
  for (const [name, { ok, lines, tookMs }] of Object.entries(phases)) {
    console.log(`\n${name}: ${ok ? 'ok' : 'FAILED'}, ${minutes(tookMs)}`)
    for (const line of lines) console.log(`  ${line}`)
  }
  const { done, firstSeed, nextSeed, tookMs, perMask, fired, passesToRestMax, failures } = histories
  const rate = tookMs > 0 ? Math.round((done / tookMs) * 1000) : 0
  console.log(
    `\nhistories: ${done} (seeds ${firstSeed} to ${nextSeed - 1}), ${minutes(tookMs)}, ${rate}/s, ${failures.length} failed`,
  )
  console.log(`  masks: ${pairs(perMask)}`)
  console.log(`  faults: ${pairs(fired)}`)
  console.log(`  at rest after ${passesToRestMax} passes without faults at most`)
  for (const failure of failures) console.log(`  ${failure}`)
  console.log(
    `\nhostile input: ${hostile.done} (numbers 1 to ${hostile.nextNumber - 1} for each target), ${minutes(hostile.tookMs)}, ${hostile.refused} refused by name, ${hostile.failures.length} failed`,
  )
  for (const failure of hostile.failures) console.log(`  ${failure}`)
  return failures.length + hostile.failures.length === 0 && Object.values(phases).every((phase) => phase.ok)
}

function pairs(counts: Record<string, number>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}

function minutes(ms: number): string {
  return `${(ms / 60_000).toFixed(1)} min`
}
