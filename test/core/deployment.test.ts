/** Deployment files stay true: dashboards and alerts name metrics that exist, settings are keys that exist, YAML is YAML. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { KEY_NAMES, specOf } from '../../src/config/schema.ts'
import { METRICS } from '../../src/ports/metrics.ts'

const deploy = join(import.meta.dirname, '..', '..', 'docs', 'deploy')
const read = (path: string) => readFileSync(join(deploy, path), 'utf8')
const files = (pattern: string) => globSync(pattern, { cwd: deploy, exclude: ['helm/*/templates/**'] }).sort()
const METRIC_NAMES = new Set(Object.keys(METRICS))

describe('deployment files', () => {
  it.each(['monitoring/alerts.yaml', 'monitoring/dashboard.json'])('%s names only metrics that exist', (path) => {
    const named = [...new Set(read(path).match(/\bconnector_[a-z_]+/g))].map((name) =>
      name.replace(/_(?:bucket|sum|count)$/, ''),
    )
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((name) => !METRIC_NAMES.has(name))).toEqual([])
  })

  it.each(files('**/*.{yaml,yml}'))('%s is well-formed', (path) => {
    expect(parse(read(path), { uniqueKeys: true })).toBeTypeOf('object')
  })

  it.each(['helm/connector/values.schema.json', 'monitoring/dashboard.json'])('%s is JSON', (path) => {
    expect(JSON.parse(read(path))).toBeTypeOf('object')
  })

  it('set only keys that exist, and no secret in clear', () => {
    const names = KEY_NAMES.flatMap((key) => (specOf(key).secret ? [`${key}_FILE`] : [key]))
    for (const path of [
      ...files('**/*.{yaml,service}'),
      'compose/.env.example',
      'Dockerfile',
      'helm/connector/templates/_helpers.tpl',
      'helm/connector/templates/configmap.yaml',
    ]) {
      const used = [...new Set(read(path).match(/\b(?:Service__[A-Za-z_]+|Secondary_[A-Za-z_]+)/g))]
      const wrong = used.filter(
        (name) => !(names as string[]).includes(name) && name !== 'Service__DatabaseConfiguration__ConnectionString',
      )
      expect(wrong, path).toEqual([])
    }
  })

  it('give every alert a severity, a summary and a next step', () => {
    const { groups } = parse(read('monitoring/alerts.yaml')) as {
      groups: { rules: { alert: string; labels: object; annotations: object }[] }[]
    }
    for (const rule of groups.flatMap(({ rules }) => rules)) {
      expect(rule.labels, rule.alert).toHaveProperty('severity')
      expect(rule.annotations, rule.alert).toMatchObject({
        summary: expect.any(String),
        description: expect.any(String),
      })
    }
  })

  it('refuse values that the chart does not know, by its schema', () => {
    const schema = JSON.parse(read('helm/connector/values.schema.json')) as {
      properties: object
      additionalProperties: boolean
    }
    const values = parse(read('helm/connector/values.yaml')) as object
    expect(schema.additionalProperties).toBe(false)
    expect(Object.keys(values).filter((key) => !(key in schema.properties))).toEqual([])
  })
})
