/**
 * What the connector counts and measures while it runs: one closed list of names with their meaning and unit, and the port that
 * takes the numbers. A label never names a mailbox or an account (I26): its values come from short, known lists.
 */

type MetricSpec = { type: 'counter' | 'gauge' | 'histogram'; unit: string; labels: readonly string[]; help: string }

const counter = (unit: string, labels: readonly string[], help: string) =>
  ({ type: 'counter', unit, labels, help }) as const
const gauge = (unit: string, labels: readonly string[], help: string) =>
  ({ type: 'gauge', unit, labels, help }) as const
const histogram = (labels: readonly string[], help: string) =>
  ({ type: 'histogram', unit: 'seconds', labels, help }) as const

/** docs/reference/metrics.md is made from this table. Names follow Prometheus: the unit stands in the name, counters end in _total. */
export const METRICS = {
  connector_build_info: gauge('always 1', ['version', 'node'], 'Which version runs.'),
  connector_start_time_seconds: gauge('seconds since 1970', [], 'When this process started.'),

  connector_passes_total: counter('passes', ['outcome'], 'Passes over a mailbox that ended, by outcome.'),
  connector_pass_duration_seconds: histogram(['outcome'], 'How long a pass over a mailbox took.'),
  connector_pass_errors_total: counter(
    'errors',
    ['code'],
    'Errors that ended a pass or one of its collections, by code.',
  ),
  connector_passes_running: gauge('passes', [], 'Passes that this replica works on now.'),
  connector_items_seen_total: counter('items', ['kind'], 'Items that passes have accounted for, changed or not.'),
  connector_actions_total: counter(
    'items',
    ['kind', 'result'],
    'Items that a pass did something about: created, updated, removed, conflicts, skipped or failed.',
  ),
  connector_change_lag_seconds: histogram(
    ['side'],
    'From a change on one server, by its own time, to its write on the side named. First passes are not counted.',
  ),
  connector_halts_total: counter('halts', ['guard'], 'Collections that a guard stopped.'),

  connector_requests_total: counter('requests', ['server', 'result'], 'Requests to Exchange and Nextcloud.'),
  connector_request_duration_seconds: histogram(['server'], 'From sending a request to the end of its answer.'),
  connector_throttled_total: counter('refusals', ['server'], 'Requests that a server refused for load.'),

  connector_mailboxes: gauge('mailboxes', ['status'], 'Mailboxes in the database: active, paused or halted.'),
  connector_mailboxes_failing: gauge('mailboxes', [], 'Active mailboxes whose last pass failed.'),
  connector_mailboxes_due: gauge('mailboxes', [], 'The queue: active mailboxes that are due and that nobody works on.'),
  connector_mailbox_overdue_seconds: gauge('seconds', [], 'How long the mailbox that has waited longest has been due.'),
  connector_mailbox_oldest_success_seconds: gauge(
    'seconds',
    [],
    'Since the last success of the active mailbox whose last success is longest ago; one that never had one counts from its creation.',
  ),
  connector_conflicts_open: gauge('conflicts', [], 'Conflicts that nobody has resolved yet.'),

  connector_leases: gauge('leases', [], 'Mailboxes that some replica holds, over all replicas.'),
  connector_leases_lost_total: counter('leases', [], 'Leases that this replica lost while it worked.'),
  connector_account_slots_used: gauge('slots', [], 'Places at service accounts that are taken, over all replicas.'),
  connector_accounts: gauge('accounts', ['state'], 'Service accounts: unproven, ready or resting.'),

  connector_notified_mailboxes: gauge(
    'mailboxes',
    [],
    'Mailboxes whose notifications of Exchange this replica listens to; the sum over the replicas are all that are not polled only.',
  ),
  connector_wakes_total: counter('wakes', ['source'], 'Mailboxes that were marked due before their time.'),
  connector_webhooks_total: counter('requests', ['result'], 'Webhook calls of the Nextcloud app: accepted or refused.'),
  connector_loop_turns_total: counter('turns', [], 'Turns of the control loop; it stands still when the loop does.'),
  connector_log_lines_dropped_total: counter('lines', ['sink'], 'Log lines that a slow or dead sink could not take.'),
} as const satisfies Record<string, MetricSpec>

export type MetricName = keyof typeof METRICS
type NameOf<Type> = { [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never }[MetricName]
export type CounterName = NameOf<'counter'>
export type GaugeName = NameOf<'gauge'>
export type HistogramName = NameOf<'histogram'>

/** Exactly the labels of the metric, each with a value. */
export type MetricLabels = Readonly<Record<string, string>>

export interface Metrics {
  /** Adds `by`, 1 when not given. */
  count(name: CounterName, labels?: MetricLabels, by?: number): void
  gauge(name: GaugeName, value: number, labels?: MetricLabels): void
  observe(name: HistogramName, seconds: number, labels?: MetricLabels): void
}

/** For commands that end before anybody could ask. */
export const NO_METRICS: Metrics = { count: () => {}, gauge: () => {}, observe: () => {} }
