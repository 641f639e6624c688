/** The numbers of a pass: what the report says is what is counted, and nothing names a mailbox. */
import { describe, expect, it } from 'vitest'
import { measureUser } from '../../src/engine/measure.ts'
import { METRICS, type MetricLabels, type Metrics } from '../../src/ports/metrics.ts'
import type { PairReport, UserReport } from '../../src/ports/report.ts'

function recorder() {
  const seen: string[] = []
  const note = (name: string, value: number, labels: MetricLabels = {}) => {
    seen.push(`${name}${JSON.stringify(labels)} ${value}`)
    expect(Object.keys(labels).sort()).toEqual([...METRICS[name as keyof typeof METRICS].labels].sort())
  }
  const metrics: Metrics = {
    count: (name, labels, by = 1) => note(name, by, labels),
    gauge: (name, value, labels) => note(name, value, labels),
    observe: (name, seconds, labels) => note(name, seconds, labels),
  }
  return { metrics, seen }
}

const counts = { seen: 9, unchanged: 6, created: 2, updated: 1, removed: 0, conflicts: 0, skipped: 0, failed: 0 }
const pair: PairReport = {
  pairId: 'p',
  kind: 'calendar',
  name: 'Calendar of Anna',
  outcome: 'halted',
  firstPass: false,
  counts,
  waiting: 0,
  actions: [],
  problems: [],
  halt: { guard: 'empty-side', numbers: {}, sinceMs: 0 },
  error: { code: 'exchange.throttled', fields: {} },
}
const report: UserReport = {
  email: 'anna@example.org',
  dryRun: false,
  outcome: 'failed',
  pairs: [pair],
  error: { code: 'lease.lost', fields: {} },
  tookMs: 1500,
}

describe('the numbers of a pass', () => {
  it('are those of its report, with exactly the labels of the table', () => {
    const { metrics, seen } = recorder()
    measureUser(metrics, report)
    expect(seen).toEqual([
      'connector_passes_total{"outcome":"failed"} 1',
      'connector_pass_duration_seconds{"outcome":"failed"} 1.5',
      'connector_pass_errors_total{"code":"lease.lost"} 1',
      'connector_leases_lost_total{} 1',
      'connector_items_seen_total{"kind":"calendar"} 9',
      'connector_actions_total{"kind":"calendar","result":"created"} 2',
      'connector_actions_total{"kind":"calendar","result":"updated"} 1',
      'connector_halts_total{"guard":"empty-side"} 1',
      'connector_pass_errors_total{"code":"exchange.throttled"} 1',
    ])
  })

  it('do not name the mailbox or its calendars', () => {
    const { metrics, seen } = recorder()
    measureUser(metrics, report)
    expect(seen.join('\n')).not.toMatch(/anna/i)
  })

  it('do not count a dry run', () => {
    const { metrics, seen } = recorder()
    measureUser(metrics, { ...report, dryRun: true })
    expect(seen).toEqual([])
  })
})

describe('the table of metrics', () => {
  it('names units as Prometheus does: seconds in the name, counters in _total', () => {
    for (const [name, { type, unit }] of Object.entries(METRICS)) {
      expect(name).toMatch(/^connector_[a-z_]+$/)
      expect(name.endsWith('_total'), name).toBe(type === 'counter')
      if (unit.startsWith('seconds')) expect(name).toMatch(/_seconds$/)
    }
  })
})
