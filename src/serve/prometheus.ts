/** The metrics in memory, as Prometheus reads them: every name of the table and no other. Loaded by the daemon only. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { METRICS, type MetricName, type Metrics } from '../ports/metrics.ts'

/** From a request in a fast network to a first sync of hours. */
const BUCKETS_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600]

export type Prometheus = { metrics: Metrics; contentType: string; text(): Promise<string> }

type Instruments = {
  counter: Map<MetricName, Counter>
  gauge: Map<MetricName, Gauge>
  histogram: Map<MetricName, Histogram>
}

export function createPrometheus(): Prometheus {
  const registry = new Registry()
  const { counter, gauge, histogram } = instruments(registry)
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    metrics: {
      count: (name, labels = {}, by = 1) => counter.get(name)?.inc(labels, by),
      gauge: (name, value, labels = {}) => gauge.get(name)?.set(labels, value),
      observe: (name, seconds, labels = {}) => histogram.get(name)?.observe(labels, seconds),
    },
  }
}

function instruments(registry: Registry): Instruments {
  const all: Instruments = { counter: new Map(), gauge: new Map(), histogram: new Map() }
  for (const [key, { type, help, labels }] of Object.entries(METRICS)) {
    const name = key as MetricName
    const options = { name, help, labelNames: [...labels], registers: [registry] }
    if (type === 'counter') all.counter.set(name, new Counter(options))
    else if (type === 'gauge') all.gauge.set(name, new Gauge(options))
    else all.histogram.set(name, new Histogram({ ...options, buckets: BUCKETS_SECONDS }))
  }
  return all
}
