/**
 * Content lines of RFC 5545 section 3.1: unfolded to be read, kept verbatim to be written back. A line nobody changes never passes
 * through a parser and a printer, so no property, parameter, quote or strange spelling of another program is lost.
 */
import { ICAL_LINE_OCTETS_MAX } from '../../limits.ts'

/** `raw` is the physical text, folds included, without the last line end. A line without ":" has an empty name: it is kept and ignored. */
export type ContentLine = { kind: 'line'; raw: string; name: string; params: string; value: string }

export type Param = { name: string; values: string[] }

const CONTINUATION = /\r\n[ \t]/g

/** Physical lines, continuation lines joined to the line before. Byte order marks and empty lines are dropped. */
export function splitLines(text: string): string[] {
  const out: string[] = []
  for (const physical of text.replace(/^\uFEFF+/, '').split(/\r\n?|\n/)) {
    const last = out.length - 1
    if ((physical.startsWith(' ') || physical.startsWith('\t')) && last >= 0) out[last] += `\r\n${physical}`
    else if (physical !== '') out.push(physical)
  }
  return out
}

export function parseLine(raw: string): ContentLine {
  const text = raw.includes('\n') ? raw.replace(CONTINUATION, '') : raw
  const colon = valueColon(text)
  if (colon < 0) return { kind: 'line', raw, name: '', params: '', value: '' }
  const head = text.slice(0, colon)
  const semicolon = head.indexOf(';')
  const name = (semicolon < 0 ? head : head.slice(0, semicolon)).trim().toUpperCase()
  return { kind: 'line', raw, name, params: semicolon < 0 ? '' : head.slice(semicolon), value: text.slice(colon + 1) }
}

/** A new line; `params` in raw form (`;TZID=Europe/Berlin`), folded to 75 octets (section 3.1). */
export function makeLine(name: string, params: string, value: string): ContentLine {
  return { kind: 'line', raw: foldLine(`${name}${params}:${value}`), name, params, value }
}

/** Decoded parameters (RFC 6868), names in upper case. */
export function paramsOf(line: ContentLine): Param[] {
  return splitOutsideQuotes(line.params, ';')
    .filter((text) => text !== '')
    .map((text) => {
      const equals = text.indexOf('=')
      if (equals < 0) return { name: text.toUpperCase(), values: [] }
      const values = splitOutsideQuotes(text.slice(equals + 1), ',').map(decodeParam)
      return { name: text.slice(0, equals).trim().toUpperCase(), values }
    })
}

/** The first value of a parameter, or null. */
export function paramOf(line: ContentLine, name: string): string | null {
  if (!line.params.toUpperCase().includes(name)) return null
  return paramsOf(line).find((param) => param.name === name)?.values[0] ?? null
}

/** The line with a parameter set, or without it (null). The other parameters stay as they are written. */
export function withParam(line: ContentLine, name: string, value: string | null): ContentLine {
  const kept: string[] = []
  let placed = value === null
  for (const text of splitOutsideQuotes(line.params, ';')) {
    if (text === '') continue
    if (text.split('=', 1)[0]?.trim().toUpperCase() !== name) kept.push(text)
    else if (!placed && value !== null) {
      kept.push(`${name}=${encodeParam(value)}`)
      placed = true
    }
  }
  if (!placed && value !== null) kept.push(`${name}=${encodeParam(value)}`)
  return makeLine(line.name, kept.map((text) => `;${text}`).join(''), line.value)
}

export function withValue(line: ContentLine, value: string): ContentLine {
  return makeLine(line.name, line.params, value)
}

export function param(name: string, value: string): string {
  return `;${name}=${encodeParam(value)}`
}

/** The physical text with CRLF; folded anew only where a physical line is longer than 75 octets. */
export function physicalText(line: ContentLine): string {
  const tooLong = line.raw
    .split('\r\n')
    .some((part) => part.length * 3 > ICAL_LINE_OCTETS_MAX && Buffer.byteLength(part) > ICAL_LINE_OCTETS_MAX)
  return tooLong ? foldLine(line.raw.replace(CONTINUATION, '')) : line.raw
}

/** Folds between characters, never inside one. */
export function foldLine(text: string): string {
  if (text.length * 3 <= ICAL_LINE_OCTETS_MAX || Buffer.byteLength(text) <= ICAL_LINE_OCTETS_MAX) return text
  const parts: string[] = []
  let begin = 0
  let octets = 0
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    if (octets + size > ICAL_LINE_OCTETS_MAX) {
      parts.push(text.slice(begin, at))
      begin = at
      octets = 1
    }
    octets += size
    at += size === 4 ? 2 : 1
  }
  parts.push(text.slice(begin))
  return parts.join('\r\n ')
}

function valueColon(text: string): number {
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === 0x22) quoted = !quoted
    else if (code === 0x3a && !quoted) return at
  }
  // An unbalanced quote: the first colon is the best guess (some programs write CN="Smith:mailto:...).
  return text.indexOf(':')
}

/** Parts of raw parameters; a separator inside quotes separates nothing. */
export function splitOutsideQuotes(text: string, separator: string): string[] {
  if (!text.includes('"')) return text.split(separator)
  const out: string[] = []
  let quoted = false
  let begin = 0
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '"') quoted = !quoted
    else if (text[at] === separator && !quoted) {
      out.push(text.slice(begin, at))
      begin = at + 1
    }
  }
  out.push(text.slice(begin))
  return out
}

export function decodeParam(text: string): string {
  const plain = text.replaceAll('"', '')
  if (!plain.includes('^')) return plain
  return plain.replace(/\^([n^'])/g, (_, code: string) => (code === 'n' ? '\n' : code === "'" ? '"' : '^'))
}

/** A parameter value as it is written: RFC 6868, quoted where needed. */
export function encodeParam(text: string): string {
  const encoded = text.replace(/[\n"^]/g, (code) => (code === '\n' ? '^n' : code === '"' ? "^'" : '^^'))
  return /[:;,]/.test(encoded) ? `"${encoded}"` : encoded
}
