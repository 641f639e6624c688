/** Writes the page of metrics from their table, so that a dashboard never waits for a name that nobody counts. */
import { METRICS } from '../../src/ports/metrics.ts'

const INTRODUCTION = `# Metrics

\`connector daemon\` serves them at \`/metrics\` in the format of Prometheus. No label names a mailbox or an account: what concerns one
mailbox is in \`connector status EMAIL --json\`.

Numbers of the database (mailboxes, leases, conflicts, slots) are the same on every replica: take their maximum, not their sum.
The others belong to one replica: add them up.

| name | type | unit | labels | meaning |
|---|---|---|---|---|
`

/** docs/reference/metrics.md */
export function metricsPage(): string {
  const rows = Object.entries(METRICS).map(
    ([name, { type, unit, labels, help }]) =>
      `| \`${name}\` | ${type} | ${unit} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  )
  return `${INTRODUCTION}${rows.join('\n')}\n`
}
