/** Characters that XML 1.0 cannot hold (section 2.2): taken out of what is written, and out of the references that Exchange writes all the same. */

/** Comments and CDATA are matched first, so that what only looks like a reference there stays. */
const REFERENCE = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|(?:&#(?:x[0-9a-f]+|[0-9]+);)+/gi
const ONE_REFERENCE = /&#(?:x([0-9a-f]+)|([0-9]+));/gi
const REPLACEMENT = '\uFFFD'

/**
 * The document without character references that are no XML 1.0 characters: control characters vanish, half a surrogate pair
 * becomes U+FFFD, and two halves written as two references become the character they meant.
 */
export function withoutIllegalReferences(source: string): string {
  if (!source.includes('&#')) return source
  return source.replace(REFERENCE, (run) => (run.startsWith('<') ? run : repairedRun(run)))
}

function repairedRun(run: string): string {
  const codes = [...run.matchAll(ONE_REFERENCE)].map(codeOf)
  if (codes.every(isXmlCode)) return run
  let repaired = ''
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0
    const next = codes[i + 1] ?? 0
    if (isXmlCode(code)) repaired += `&#${code};`
    else if (isHighSurrogate(code) && isLowSurrogate(next)) {
      repaired += String.fromCharCode(code, next)
      i++
    } else if (isHighSurrogate(code) || isLowSurrogate(code)) repaired += REPLACEMENT
  }
  return repaired
}

function codeOf(match: RegExpExecArray): number {
  return match[1] === undefined ? Number.parseInt(match[2] ?? '', 10) : Number.parseInt(match[1], 16)
}

function isXmlCode(code: number): boolean {
  return (
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  )
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}

/** Cc without tab, line ends and U+007F to U+009F, which XML 1.0 allows; with the u flag Cs is only half a pair. */
const UNWRITABLE = /(?![\t\n\r\u007F-\u009F])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu

/** The text as XML 1.0 can hold it: control characters, U+FFFE, U+FFFF and half surrogate pairs are dropped. */
export function writableText(text: string): string {
  return text.replace(UNWRITABLE, '')
}
