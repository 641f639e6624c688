/**
 * The Helm chart as Kubernetes would get it. Without Helm: its template language is Go's with sprig, which Debian has
 * (golang-go, golang-github-masterminds-sprig-dev, golang-k8s-sigs-yaml-dev); chart/render.go renders the chart with them.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'

const GO_LIBRARIES = '/usr/share/gocode'
const chart = join(import.meta.dirname, '..', '..', 'docs', 'deploy', 'helm', 'connector')
const env = { ...process.env, GO111MODULE: 'off', GOPATH: GO_LIBRARIES, GOFLAGS: '' }

type Labels = Record<string, string>
type Pod = {
  metadata: { labels: Labels }
  spec: {
    volumes: { name: string }[]
    containers: { env: { name: string; value: string }[]; volumeMounts: { name: string; mountPath: string }[] }[]
  }
}
type Manifest = { apiVersion: string; kind: string; metadata: { name: string }; spec: Record<string, unknown> }

let folder: string
let program: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'chart-'))
  program = join(folder, 'render')
  if (!hasGo()) return
  const built = spawnSync('go', ['build', '-o', program, join(import.meta.dirname, 'chart', 'render.go')], {
    env: { ...env, GOCACHE: join(folder, 'cache') },
    encoding: 'utf8',
  })
  expect(built.stderr).toBe('')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function hasGo(): boolean {
  return spawnSync('go', ['version']).status === 0 && existsSync(join(GO_LIBRARIES, 'src/github.com/Masterminds/sprig'))
}

function needsGo(skip: () => void): void {
  if (hasGo()) return
  console.log('skipped: Go with sprig is not on this machine')
  skip()
}

function render(values: object): { manifests: Manifest[]; error: string } {
  const file = join(folder, 'values.json')
  writeFileSync(file, JSON.stringify(values))
  const { stdout, stderr } = spawnSync(program, [chart, file], { encoding: 'utf8' })
  const documents = stderr === '' ? parseAllDocuments(stdout, { uniqueKeys: true }) : []
  expect(documents.flatMap((document) => ('errors' in document ? document.errors : []))).toEqual([])
  const manifests = documents.map((document) => document.toJS() as Manifest | null).filter((one) => one !== null)
  return { manifests, error: stderr }
}

const EVERYTHING = {
  existingSecret: 'connector-secrets',
  imagePullSecrets: [{ name: 'registry' }],
  podAnnotations: { team: 'mail' },
  ingress: { enabled: true, className: 'nginx', host: 'connector.example.org', tlsSecret: 'tls' },
  networkPolicy: { from: [{ namespaceSelector: {} }] },
  serviceMonitor: { enabled: true },
  nodeSelector: { disk: 'ssd' },
  tolerations: [{ key: 'mail', operator: 'Exists' }],
  affinity: { podAntiAffinity: {} },
}

const ofKind = (manifests: readonly Manifest[], kind: string) => {
  const found = manifests.find((one) => one.kind === kind)
  if (!found) throw new Error(`no ${kind}`)
  return found
}

const isSelected = (selector: Labels, { labels }: Pod['metadata']) =>
  Object.entries(selector).every(([name, value]) => labels[name] === value)

describe('the Helm chart', () => {
  it('is refused without a secret, with words that say what to name', ({ skip }) => {
    needsGo(skip)
    expect(render({}).error).toContain('existingSecret: name a Secret with database_url')
  })

  it.for([
    ['as it comes', { existingSecret: 'x' }, 'ConfigMap Deployment Job NetworkPolicy PodDisruptionBudget Service'],
    [
      'with everything on',
      EVERYTHING,
      'ConfigMap Deployment Ingress Job NetworkPolicy PodDisruptionBudget Service ServiceMonitor',
    ],
    [
      'with everything off',
      {
        existingSecret: 'x',
        migrate: { enabled: false },
        networkPolicy: { enabled: false },
        podDisruptionBudget: { enabled: false },
      },
      'ConfigMap Deployment Service',
    ],
  ] as [string, object, string][])('renders %s', ([, values, kinds], { skip }) => {
    needsGo(skip)
    const { manifests, error } = render(values)
    expect(error).toBe('')
    expect(
      manifests
        .map(({ kind }) => kind)
        .sort()
        .join(' '),
    ).toBe(kinds)
  })

  it('sends webhooks to replicas only, and counts only them against disruptions', ({ skip }) => {
    needsGo(skip)
    const { manifests } = render(EVERYTHING)
    const podOf = (kind: string) => ofKind(manifests, kind).spec.template as Pod
    const [replica, migration] = [podOf('Deployment').metadata, podOf('Job').metadata]
    const matched = (kind: string) => (ofKind(manifests, kind).spec.selector as { matchLabels: Labels }).matchLabels
    for (const selector of [
      matched('Deployment'),
      matched('PodDisruptionBudget'),
      ofKind(manifests, 'Service').spec.selector as Labels,
    ]) {
      expect(isSelected(selector, replica)).toBe(true)
      expect(isSelected(selector, migration)).toBe(false)
    }
    const confined = (ofKind(manifests, 'NetworkPolicy').spec.podSelector as { matchLabels: Labels }).matchLabels
    expect([replica, migration].map((pod) => isSelected(confined, pod))).toEqual([true, true])
  })

  it('mounts every secret where its setting looks for it, readable for its group alone', ({ skip }) => {
    needsGo(skip)
    for (const kind of ['Deployment', 'Job']) {
      const { containers, volumes } = (ofKind(render(EVERYTHING).manifests, kind).spec.template as Pod).spec
      const [container] = containers
      const mounts = container?.volumeMounts ?? []
      expect(mounts.map(({ name }) => name).sort()).toEqual(volumes.map(({ name }) => name).sort())
      for (const { name, value } of container?.env ?? [])
        expect(
          mounts.some(({ mountPath }) => value.startsWith(`${mountPath}/`)),
          name,
        ).toBe(true)
      expect(volumes).toContainEqual({
        name: 'secrets',
        secret: { secretName: 'connector-secrets', defaultMode: 0o440 },
      })
    }
  })
})
