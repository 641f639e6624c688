/** Holds a request against the grammar and refuses it in the words of Exchange: HTTP 500, ErrorSchemaValidation. */
import { SoapFault } from '../errors.ts'
import { first, type Node, NS_MESSAGES, NS_TYPES } from '../xml.ts'
import { type AttributeRule, compile, type Grammar, type Particle } from './grammar.ts'
import { itemTypes } from './item-types.ts'
import { HEADERS, REQUESTS, SHAPES } from './requests.ts'
import { valueViolation } from './values.ts'

export type Schema = { requests: Grammar; types: Grammar; headers: Grammar }

export function loadSchema(): Schema {
  return { requests: compile(REQUESTS), types: compile(`${SHAPES}\n${itemTypes()}`), headers: compile(HEADERS) }
}

function refuse(node: Node, violation: string): never {
  throw new SoapFault('ErrorSchemaValidation', `The request failed schema validation: ${violation}`, {
    LineNumber: node.line,
    LinePosition: node.column,
    Violation: violation,
  })
}

function checkAttributes(node: Node, rules: ReadonlyMap<string, AttributeRule>): void {
  for (const [name, value] of Object.entries(node.attributes)) {
    if (name.includes(':')) continue
    const rule = rules.get(name)
    if (!rule) refuse(node, `The '${name}' attribute is not declared.`)
    const violation = valueViolation(rule.value, value)
    if (violation) {
      refuse(
        node,
        `The '${name}' attribute is invalid - The value '${value}' is invalid according to its datatype '${rule.value}' - ${violation}`,
      )
    }
  }
  for (const [name, rule] of rules) {
    if (rule.required && node.attributes[name] === undefined)
      refuse(node, `The required attribute '${name}' is missing.`)
  }
}

function expected(particles: readonly Particle[], from: number): string {
  const names: string[] = []
  for (const particle of particles.slice(from)) {
    names.push(...particle.alternatives.keys())
    if (particle.min > 0) break
  }
  return names.join(', ')
}

/** Sequences are deterministic: each child goes to the first particle that still takes it. */
function checkSequence(node: Node, particles: readonly Particle[], grammar: Grammar, ns: string): void {
  if (node.text.trim() !== '') refuse(node, `The element '${node.name}' in namespace '${node.ns}' cannot contain text.`)
  let index = 0
  for (const [position, particle] of particles.entries()) {
    let count = 0
    while (count < particle.max) {
      const child = node.children[index]
      const type = child && child.ns === ns ? particle.alternatives.get(child.name) : undefined
      if (child === undefined || type === undefined) break
      checkType(child, type, grammar)
      index += 1
      count += 1
    }
    if (count >= particle.min) continue
    const child = node.children[index]
    const list = `List of possible elements expected: '${expected(particles, position)}' in namespace '${ns}'.`
    if (!child) refuse(node, `The element '${node.name}' in namespace '${node.ns}' has incomplete content. ${list}`)
    refuseChild(node, child, list)
  }
  const extra = node.children[index]
  if (extra) refuseChild(node, extra, '')
}

function refuseChild(node: Node, child: Node, list: string): never {
  refuse(
    child,
    `The element '${node.name}' in namespace '${node.ns}' has invalid child element '${child.name}' in namespace '${child.ns}'. ${list}`.trim(),
  )
}

function checkType(node: Node, typeName: string, grammar: Grammar, ns = NS_TYPES): void {
  const type = grammar.get(typeName)
  if (!type) throw new Error(`no such type in the grammar: ${typeName}`)
  if (type.kind === 'any') return
  checkAttributes(node, type.attributes)
  if (type.kind === 'sequence') {
    checkSequence(node, type.particles, grammar, ns)
    return
  }
  const [child] = node.children
  if (child) refuseChild(node, child, '')
  const violation = valueViolation(type.value, node.text)
  if (violation) {
    refuse(
      node,
      `The '${node.ns}:${node.name}' element is invalid - The value '${node.text}' is invalid according to its datatype '${type.value}' - ${violation}`,
    )
  }
}

/** Envelope, headers, and the operation. An operation that the grammar does not know is left to the dispatcher. */
export function checkSchema(root: Node, schema: Schema): void {
  for (const header of first(root, 'Header')?.children ?? []) {
    if (header.ns !== NS_TYPES || !schema.headers.has(header.name)) continue
    checkType(header, header.name, new Map([...schema.types, ...schema.headers]))
  }
  const [operation] = first(root, 'Body')?.children ?? []
  if (!operation || !schema.requests.has(operation.name)) return
  if (operation.ns !== NS_MESSAGES) {
    refuse(operation, `The element '${operation.name}' in namespace '${operation.ns}' is unknown.`)
  }
  const request = schema.requests.get(operation.name)
  if (request?.kind !== 'sequence') return
  checkAttributes(operation, request.attributes)
  checkSequence(operation, request.particles, schema.types, NS_MESSAGES)
}
