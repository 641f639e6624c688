/** The deployment files as their own tools see them. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const deploy = join(import.meta.dirname, '..', '..', 'docs', 'deploy')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deploy-'))
  cpSync(deploy, folder, { recursive: true })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run(command: string, args: readonly string[], env: Record<string, string> = {}) {
  const done = spawnSync(command, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } })
  return { status: done.status, text: `${done.stdout}${done.stderr}`, isMissing: done.error !== undefined }
}

/** Skips by name where the tool is not there. */
function needs(command: string, args: readonly string[], skip: () => void): void {
  const { isMissing, status } = run(command, args)
  if (!isMissing && status === 0) return
  console.log(`skipped: ${command} ${args.join(' ')} does not run here`)
  skip()
}

describe('promtool', () => {
  it('accepts the alert rules and the configuration', ({ skip }) => {
    needs('promtool', ['--version'], skip)
    expect(run('promtool', ['check', 'rules', 'monitoring/alerts.yaml'])).toMatchObject({ status: 0 })
    expect(run('promtool', ['check', 'config', 'monitoring/prometheus.yaml'])).toMatchObject({ status: 0 })
  })

  it('fires the alerts for what they are about, and not for a healthy installation', ({ skip }) => {
    needs('promtool', ['--version'], skip)
    writeFileSync(join(folder, 'monitoring', 'test.yaml'), RULE_TESTS)
    expect(run('promtool', ['test', 'rules', 'monitoring/test.yaml'])).toMatchObject({ status: 0 })
  })
})

describe('systemd-analyze', () => {
  it('accepts the units', ({ skip }) => {
    needs('systemd-analyze', ['--version'], skip)
    for (const unit of ['connector.service', 'connector-run.service', 'connector-run.timer']) {
      // The program and its user are not on this machine: that alone may be said.
      const { text } = run('systemd-analyze', ['verify', '--man=no', join('systemd', unit)])
      const complaints = text.split('\n').filter((line) => line !== '' && !/No such file|is not executable/.test(line))
      expect(complaints, unit).toEqual([])
    }
  })

  it('finds the service well confined', ({ skip }) => {
    needs('systemd-analyze', ['--version'], skip)
    const { text } = run('systemd-analyze', ['security', '--offline=true', '--no-pager', 'systemd/connector.service'])
    const level = Number(/Overall exposure level[^:]*: ([\d.]+)/.exec(text)?.[1])
    expect(level).toBeLessThan(3)
  })
})

describe('docker compose', () => {
  it('accepts the file, with and without monitoring', ({ skip }) => {
    needs('docker', ['compose', 'version'], skip)
    const compose = join(folder, 'compose')
    cpSync(join(compose, '.env.example'), join(compose, '.env'))
    mkdirSync(join(compose, 'secrets'))
    for (const args of [[], ['--profile', 'monitoring']])
      expect(run('docker', ['compose', '-f', 'compose/compose.yaml', ...args, 'config', '--quiet'])).toMatchObject({
        status: 0,
      })
  })
})

describe('helm', () => {
  it('accepts the chart, refuses it without a secret, and renders what Kubernetes knows', ({ skip }) => {
    needs('helm', ['version'], skip)
    expect(run('helm', ['lint', 'helm/connector', '--set', 'existingSecret=x'])).toMatchObject({ status: 0 })
    expect(run('helm', ['template', 'c', 'helm/connector']).status).not.toBe(0)
    expect(run('helm', ['template', 'c', 'helm/connector', '--set', 'existingSecret=x']).text).toContain(
      'kind: Deployment',
    )
    expect(run('helm', ['lint', 'helm/connector', '--set', 'existingSecret=x,replicas=0']).status).not.toBe(0)
  })
})

const RULE_TESTS = `rule_files: [alerts.yaml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {series: 'connector_build_info{version="1"}', values: '1x120'}
      - {series: 'connector_loop_turns_total{instance="a"}', values: '0+60x120'}
      - {series: 'connector_mailbox_overdue_seconds', values: '5x120'}
      - {series: 'connector_mailbox_oldest_success_seconds', values: '300x120'}
      - {series: 'connector_mailboxes{status="halted"}', values: '0x120'}
      - {series: 'connector_accounts{state="resting"}', values: '0x120'}
      - {series: 'connector_passes_total{outcome="in-step"}', values: '0+100x120'}
      - {series: 'connector_passes_total{outcome="failed"}', values: '0+1x120'}
    alert_rule_test:
      - {eval_time: 100m, alertname: ConnectorDown}
      - {eval_time: 100m, alertname: ConnectorLoopStandsStill}
      - {eval_time: 100m, alertname: ConnectorMailboxesOverdue}
      - {eval_time: 100m, alertname: ConnectorHalted}
      - {eval_time: 100m, alertname: ConnectorFailing}
  - interval: 1m
    input_series:
      - {series: 'connector_loop_turns_total{instance="a"}', values: '7x120'}
      - {series: 'connector_mailbox_overdue_seconds', values: '5000x120'}
      - {series: 'connector_mailboxes{status="halted"}', values: '2x120'}
      - {series: 'connector_passes_total{outcome="in-step"}', values: '0+1x120'}
      - {series: 'connector_passes_total{outcome="failed"}', values: '0+100x120'}
    alert_rule_test:
      - eval_time: 100m
        alertname: ConnectorDown
        exp_alerts: [{exp_labels: {severity: critical}, exp_annotations: {summary: No replica of the connector answers., description: "Nothing is synced. See the service manager, then \`connector doctor\`."}}]
      - eval_time: 100m
        alertname: ConnectorHalted
        exp_alerts: [{exp_labels: {severity: warning}, exp_annotations: {summary: A guard stopped a mailbox; it waits for a person., description: "Look with \`connector status\`, then \`connector sync user EMAIL --dry-run\`."}}]
`
