/** openapi.json against both ends of it: the routes that the app has, and the forms that the connector reads. A description that nobody checks is wrong. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { BATCH, COLLECTIONS, COMMANDS, JOURNAL, PING, USERS, WORK } from '../../src/nextcloud/app/answers.ts'

const app = join(import.meta.dirname, '../../nextcloud-app')

type Schema = {
  $ref?: string
  type?: string | string[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  additionalProperties?: unknown
}
type Operation = { operationId: string; responses: Record<string, { content: Record<string, { schema: Schema }> }> }
type Document = { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, Schema> } }

const document = JSON.parse(readFileSync(join(app, 'openapi.json'), 'utf8')) as Document

/** The form alone: names, types, what may be null and what may be said; texts and bounds are for readers. */
function formOf(given: Schema, schemas: Record<string, Schema> = {}): unknown {
  const schema = given.$ref === undefined ? given : (schemas[given.$ref.split('/').at(-1) ?? ''] ?? {})
  const options = schema.anyOf ?? schema.oneOf
  if (options) {
    const forms = options.map((one) => JSON.stringify(formOf(one, schemas))).sort()
    return forms.length === 1 ? JSON.parse(forms[0] ?? '') : forms
  }
  if (schema.const !== undefined) return [schema.const]
  if (schema.enum) return [...schema.enum].sort()
  if (Array.isArray(schema.type))
    return schema.type.map((type) => JSON.stringify(formOf({ ...schema, type }, schemas))).sort()
  if (schema.type === 'array') return { list: formOf(schema.items ?? {}, schemas) }
  if (schema.type === 'integer') return 'number'
  if (schema.type !== 'object') return schema.type ?? 'anything'
  if (!schema.properties) return 'map'
  return Object.fromEntries(
    Object.entries(schema.properties)
      .sort(([one], [two]) => one.localeCompare(two))
      .map(([name, value]) => [name + (schema.required?.includes(name) ? '' : '?'), formOf(value, schemas)]),
  )
}

function answerOf(path: string): unknown {
  const [operation] = Object.values(document.paths[path] ?? {})
  const { schema } = operation?.responses['200']?.content['application/json'] ?? { schema: {} }
  return formOf(schema.properties?.ocs?.properties?.data ?? {}, document.components.schemas)
}

const read = (form: z.ZodType) => formOf(z.toJSONSchema(form, { io: 'output', unrepresentable: 'any' }) as Schema)

describe('openapi.json', () => {
  it('has the routes of the app, with their methods and names, and no other', () => {
    const controller = readFileSync(join(app, 'lib/Controller/ApiController.php'), 'utf8')
    const shape = /#\[ApiRoute\(verb: '(\w+)', url: '\/api\/v1(\/[^']+)'\)\]\s+public function (\w+)/g
    const routes = [...controller.matchAll(shape)].map(
      ([, verb = '', path, name]) => `${verb.toLowerCase()} ${path} ${name}`,
    )
    expect(routes.length).toBeGreaterThan(8)
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([verb, { operationId }]) => `${verb} ${path} ${operationId}`),
    )
    expect(described.sort()).toEqual(routes.sort())
  })

  it.each([
    ['/ping', PING],
    ['/work', WORK],
    ['/users', USERS],
    ['/users/{uid}/collections', COLLECTIONS],
    ['/users/{uid}/dav', BATCH],
    ['/journal', JOURNAL],
  ])('describes the answer of %s as the connector reads it', (path, form) => {
    expect(answerOf(path)).toEqual(read(form))
  })

  it('names the commands that the connector carries out, with what they bring', () => {
    expect(formOf(document.components.schemas.Command ?? {})).toEqual(read(COMMANDS.shape.commands.element.options[0]))
  })
})
