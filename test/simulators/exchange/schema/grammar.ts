/**
 * A small notation for the parts of Microsoft's schema that requests use, and its compiler.
 *
 * One type a line: `Name = content @ attributes`. Content is a sequence of `element:Type` or choices `(a:T|b:T)`, each with ?, * or +;
 * `%Path` and `%Search` are the substitution groups. `#kind` instead of content is text. An attribute is `name:kind`, `!` = required.
 */

export type Particle = { alternatives: ReadonlyMap<string, string>; min: number; max: number }

export type Type =
  | { kind: 'sequence'; particles: readonly Particle[]; attributes: ReadonlyMap<string, AttributeRule> }
  | { kind: 'text'; value: string; attributes: ReadonlyMap<string, AttributeRule> }
  | { kind: 'any' }

export type AttributeRule = { value: string; required: boolean }

export type Grammar = ReadonlyMap<string, Type>

const GROUPS: Record<string, string> = {
  '%Path': '(FieldURI:FieldPath|IndexedFieldURI:IndexedPath|ExtendedFieldURI:ExtendedPath)',
  '%Search':
    '(And:Many|Or:Many|Not:One|Exists:ExistsFilter|Contains:ContainsFilter|Excludes:ExcludesFilter|IsEqualTo:TwoOperands|IsNotEqualTo:TwoOperands|IsGreaterThan:TwoOperands|IsGreaterThanOrEqualTo:TwoOperands|IsLessThan:TwoOperands|IsLessThanOrEqualTo:TwoOperands)',
}

const COUNTS: Record<string, [number, number]> = {
  '?': [0, 1],
  '*': [0, Number.POSITIVE_INFINITY],
  '+': [1, Number.POSITIVE_INFINITY],
}

function readParticle(token: string): Particle {
  const suffix = /[?*+]$/.exec(token)?.[0] ?? ''
  const bare = suffix === '' ? token : token.slice(0, -1)
  const [min, max] = COUNTS[suffix] ?? [1, 1]
  const text = GROUPS[bare] ?? bare
  const alternatives = new Map<string, string>()
  for (const part of text.replace(/[()]/g, '').split('|')) {
    const [name = '', type = ''] = part.split(':')
    alternatives.set(name, type)
  }
  return { alternatives, min, max }
}

function readAttributes(text: string): Map<string, AttributeRule> {
  const attributes = new Map<string, AttributeRule>()
  for (const token of text.trim().split(/\s+/)) {
    if (token === '') continue
    const [name = '', value = ''] = token.split(':')
    attributes.set(name, { value: value.replace('!', ''), required: value.endsWith('!') })
  }
  return attributes
}

export function compile(notation: string): Map<string, Type> {
  const grammar = new Map<string, Type>()
  for (const line of notation.split('\n')) {
    const [name = '', definition] = line.split(' = ')
    if (definition === undefined) continue
    const [content = '', attributeText = ''] = definition.split('@')
    const attributes = readAttributes(attributeText)
    const tokens = content
      .trim()
      .split(/\s+/)
      .filter((token) => token !== '')
    if (content.trim() === '#any') grammar.set(name.trim(), { kind: 'any' })
    else if (tokens[0]?.startsWith('#')) {
      grammar.set(name.trim(), { kind: 'text', value: tokens[0].slice(1), attributes })
    } else grammar.set(name.trim(), { kind: 'sequence', particles: tokens.map(readParticle), attributes })
  }
  return grammar
}
