/** TEXT values (RFC 5545 section 3.3.11): escaping, lists, and what such a value can hold at all. */

/** Line ends as \n; control characters that iCalendar cannot carry and broken surrogates removed. */
export function cleanText(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\t\n\u0080-\u009F]/gu, '')
    .toWellFormed()
}

/** For parameters and categories: one line. */
export function cleanLabel(text: string): string {
  return cleanText(text).replace(/\s*\n\s*/g, ' ')
}

export function escapeText(text: string): string {
  return text.replace(/[\\;,\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`))
}

export function unescapeText(value: string): string {
  if (!value.includes('\\')) return value
  return value.replace(/\\([\s\S])/g, (whole, char: string) => {
    if (char === 'n' || char === 'N') return '\n'
    return char === '\\' || char === ';' || char === ',' || char === ':' || char === '"' ? char : whole
  })
}

/** Splits a list at commas that are not escaped; the parts stay escaped. */
export function splitList(value: string): string[] {
  if (!value.includes('\\')) return value.split(',')
  return value.match(/(?:\\[\s\S]|[^,\\])+|\\$/g) ?? []
}

/** 53-bit checksum (cyrb53) as text: tells whether a text is still the one that was written; no security rests on it. */
export function textChecksum(text: string): string {
  let one = 0xdeadbeef
  let two = 0x41c6ce57
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    one = Math.imul(one ^ code, 2_654_435_761)
    two = Math.imul(two ^ code, 1_597_334_677)
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(two ^ (two >>> 13), 3_266_489_909)
  two = Math.imul(two ^ (two >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909)
  return (4_294_967_296 * (2_097_151 & two) + (one >>> 0)).toString(36)
}
