/** A small reader of content lines for the simulator alone: what it accepts and refuses follows Sabre\VObject, not our lenses. Shared by iCalendar and vCard. */
import { DavError } from './errors.ts'

export type Property = { name: string; group: string; params: Array<{ name: string; value: string }>; value: string }
export type Component = { name: string; properties: Property[]; components: Component[] }

/** Splits at `separator` outside of double quotes. */
function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = []
  let quoted = false
  let start = 0
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (character === '"') quoted = !quoted
    else if (character === separator && !quoted) {
      parts.push(text.slice(start, index))
      start = index + 1
    }
  }
  parts.push(text.slice(start))
  return parts
}

function parseLine(line: string, number: number): Property {
  const [head = '', ...rest] = splitOutsideQuotes(line, ':')
  const [fullName = '', ...params] = splitOutsideQuotes(head, ';')
  const match = /^(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9-]+)$/.exec(fullName)
  if (rest.length === 0 || !match) {
    throw new DavError(
      'media-type',
      `This resource only supports valid iCalendar 2.0 data. Parse error: Invalid Mimedir file. Line starting at ${number} did not follow iCalendar/vCard conventions`,
    )
  }
  return {
    name: (match[2] ?? '').toUpperCase(),
    group: match[1] ?? '',
    params: params.map((param) => {
      const equals = param.indexOf('=')
      const name = equals < 0 ? 'TYPE' : param.slice(0, equals).toUpperCase()
      return { name, value: (equals < 0 ? param : param.slice(equals + 1)).replace(/^"(.*)"$/, '$1') }
    }),
    value: rest.join(':'),
  }
}

/** The first component of a text. Anything that Sabre's MimeDir parser refuses is a 415. */
export function parseComponent(text: string): Component {
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replace(/\n[ \t]/g, '')
    .split('\n')
  const stack: Component[] = []
  for (const [index, line] of lines.entries()) {
    if (line === '') continue
    const property = parseLine(line, index + 1)
    if (property.name === 'BEGIN') {
      const component: Component = { name: property.value.toUpperCase(), properties: [], components: [] }
      stack.at(-1)?.components.push(component)
      stack.push(component)
    } else if (property.name === 'END') {
      const closed = stack.pop()
      if (closed?.name !== property.value.toUpperCase())
        throw new DavError('media-type', `Parse error: Invalid MimeDir file. expected: "END:${closed?.name}"`)
      if (stack.length === 0) return closed
    } else {
      const current = stack.at(-1)
      if (!current) throw new DavError('media-type', 'Parse error: This parser only supports VCARD and VCALENDAR files')
      current.properties.push(property)
    }
  }
  throw new DavError('media-type', 'Parse error: Invalid MimeDir file. Unexpected end of file')
}

function fold(line: string): string {
  const bytes = Buffer.from(line)
  if (bytes.length <= 75) return line
  const parts: string[] = []
  let current = ''
  let size = 0
  for (const character of line) {
    const width = Buffer.byteLength(character)
    if (size + width > 75) {
      parts.push(current)
      current = ''
      size = 1
    }
    current += character
    size += width
  }
  return [...parts, current].join('\r\n ')
}

const quote = (value: string): string => (/[:;,]/.test(value) ? `"${value}"` : value)

/** Writes a component again, as Sabre does with everything that it repaired or added a SCHEDULE-STATUS to. */
export function serialise(component: Component): string {
  const lines = [`BEGIN:${component.name}`]
  for (const property of component.properties) {
    const params = property.params.map((param) => `;${param.name}=${quote(param.value)}`).join('')
    const name = property.group === '' ? property.name : `${property.group}.${property.name}`
    lines.push(fold(`${name}${params}:${property.value}`))
  }
  return `${lines.join('\r\n')}\r\n${component.components.map(serialise).join('')}END:${component.name}\r\n`
}

export const allNamed = (component: Component, name: string): Property[] =>
  component.properties.filter((property) => property.name === name)

export const textOf = (component: Component | undefined, name: string): string | undefined =>
  component?.properties.find((property) => property.name === name)?.value

export const paramOf = (property: Property, name: string): string | undefined =>
  property.params.find((param) => param.name === name)?.value

export function setParam(property: Property, name: string, value: string): void {
  property.params = [...property.params.filter((param) => param.name !== name), { name, value }]
}

export function setValue(component: Component, name: string, value: string): void {
  const property = component.properties.find((candidate) => candidate.name === name)
  if (property) property.value = value
  else component.properties.push({ name, group: '', params: [], value })
}

/** The components that are not time zones. */
export const itemsOf = (calendar: Component): Component[] =>
  calendar.components.filter((component) => ['VEVENT', 'VTODO', 'VJOURNAL'].includes(component.name))
