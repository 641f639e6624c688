/**
 * Content lines of a vCard (RFC 6350 section 3.3, RFC 2426 section 2): a group before the name, and TYPE in all the spellings that
 * programs write. As in iCalendar, a line nobody changes is written back byte for byte.
 */
import {
  type ContentLine,
  decodeParam,
  encodeParam,
  foldLine,
  paramOf,
  parseLine,
  splitLines,
  splitOutsideQuotes,
} from '../ical/lines.ts'

/** `name` in upper case and without the group; `group` as it is written, empty without one (`item1`). */
export type CardLine = ContentLine & { group: string }

export { paramOf }

/** A line of nothing but white space belongs to the line before (Outlook ends base64 with one). */
export function cardLines(text: string): CardLine[] {
  return splitLines(text).map((raw) => {
    const line = parseLine(raw)
    const dot = line.name.indexOf('.')
    if (dot < 0) return { ...line, group: '' }
    return { ...line, name: line.name.slice(dot + 1).trim(), group: raw.slice(0, raw.indexOf('.')).trim() }
  })
}

/** `params` in raw form: `;TYPE=home`. Folded to 75 octets. */
export function makeCardLine(name: string, params: string, value: string, group = ''): CardLine {
  const raw = foldLine(`${group === '' ? '' : `${group}.`}${name}${params}:${value}`)
  return { kind: 'line', raw, name, params, value, group }
}

export function withCardValue(line: CardLine, value: string): CardLine {
  return makeCardLine(line.name, line.params, value, line.group)
}

/** The line with a parameter set at the end, or without it (null). The others stay as they are written. */
export function withCardParam(line: CardLine, name: string, value: string | null): CardLine {
  const kept = rawParams(line).filter((text) => nameOfParam(text) !== name)
  if (value !== null) kept.push(`${name}=${quoted(encodeParam(value))}`)
  return makeCardLine(line.name, kept.map((text) => `;${text}`).join(''), line.value, line.group)
}

/**
 * What TYPE says, in lower case: `TYPE=home,work`, `TYPE=home;TYPE=work`, `TYPE="home,work"`, and the bare `;HOME;WORK` of
 * vCard 2.1 that lives on in 3.0.
 */
export function typesOf(line: CardLine): ReadonlySet<string> {
  const types = new Set<string>()
  for (const text of rawParams(line)) {
    const equals = text.indexOf('=')
    if (equals < 0) types.add(text.trim().toLowerCase())
    else if (nameOfParam(text) === 'TYPE') for (const type of typeValues(text)) types.add(type.toLowerCase())
  }
  return types
}

/** The line without a type, however it is spelled. */
export function withoutType(line: CardLine, type: string): CardLine {
  const kept: string[] = []
  for (const text of rawParams(line)) {
    if (!text.includes('=')) {
      if (text.trim().toLowerCase() !== type) kept.push(text)
      continue
    }
    const values = nameOfParam(text) === 'TYPE' ? typeValues(text) : []
    const left = values.filter((value) => value.toLowerCase() !== type)
    if (left.length === values.length) kept.push(text)
    else if (left.length > 0) kept.push(`TYPE=${left.join()}`)
  }
  return makeCardLine(line.name, kept.map((text) => `;${text}`).join(''), line.value, line.group)
}

export function withType(line: CardLine, type: string): CardLine {
  return makeCardLine(line.name, `${line.params};TYPE=${type}`, line.value, line.group)
}

/** Some parsers (vcard4) take a backslash before a separator for an escape, which parameters do not have. */
function quoted(value: string): string {
  return value.includes('\\') && !value.startsWith('"') ? `"${value}"` : value
}

function rawParams(line: CardLine): string[] {
  return splitOutsideQuotes(line.params, ';').filter((text) => text !== '')
}

function nameOfParam(text: string): string {
  return (text.split('=', 1)[0] ?? '').trim().toUpperCase()
}

function typeValues(text: string): string[] {
  return decodeParam(text.slice(text.indexOf('=') + 1))
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '')
}
