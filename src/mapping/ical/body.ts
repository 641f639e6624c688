/**
 * The body: DESCRIPTION, and HTML beside it as X-ALT-DESC (Outlook) or ALTREP (Thunderbird). A person who edits the description
 * in Nextcloud leaves the HTML behind, out of date: a checksum of the text it was written for tells, and then the text alone counts.
 */
import { HTML_DEPTH_MAX } from '../../limits.ts'
import type { Body } from '../../model/event.ts'
import { htmlText } from '../ews/body.ts'
import { type Component, dropLines, lineOf, linesOf, replaceLine, setLine } from './document.ts'
import { readText } from './fields.ts'
import { type ContentLine, makeLine, param, paramOf, withParam } from './lines.ts'
import { cleanText, escapeText, textChecksum, unescapeText } from './text.ts'

const ALTERNATIVE = 'X-ALT-DESC'
/** Parameter of the HTML: checksum of the DESCRIPTION that it goes with. */
const TEXT_MARK = 'X-EXC-TEXT'

/** Elements that hold nothing, or are seldom closed: they do not nest. */
const VOID_ELEMENT = /^(br|hr|img|meta|link|input|col|wbr|area|base|embed|source|track|p|li|td|tr|th|dt|dd|option)$/i

export function readBody(component: Component): Body | null {
  const line = lineOf(component, 'DESCRIPTION')
  const text = readText(component, 'DESCRIPTION')
  const carried = htmlOf(component)
  if (!carried) return text === '' ? null : { text, html: null }
  const { html, mark } = carried
  if (mark !== null) return mark === textChecksum(text) ? { text, html } : plainBody(text)
  if (!line) return { text: flatText(html), html }
  return sameWords(text, flatText(html)) ? { text, html } : plainBody(text)
}

export function patchBody(component: Component, wanted: Body | null): boolean {
  const current = readBody(component)
  if (current?.text === wanted?.text && current?.html === wanted?.html) return false
  const text = wanted?.text ?? ''
  const html = wanted?.html ?? null
  const line = lineOf(component, 'DESCRIPTION')
  const inAltrep = line !== null && altrepHtml(line) !== null
  dropAlternative(component)
  let description = makeLine('DESCRIPTION', line?.params ?? '', escapeText(text))
  if (inAltrep) description = withParam(withParam(description, 'ALTREP', null), TEXT_MARK, null)
  if (inAltrep && html !== null) {
    const url = `data:text/html,${encodeURIComponent(html)}`
    description = withParam(withParam(description, 'ALTREP', url), TEXT_MARK, textChecksum(text))
  } else if (html !== null) {
    const params = `;FMTTYPE=text/html${param(TEXT_MARK, textChecksum(text))}`
    setLine(component, makeLine(ALTERNATIVE, params, escapeText(html)), 'DESCRIPTION')
  }
  if (text === '' && !(inAltrep && html !== null)) dropLines(component, 'DESCRIPTION')
  else setLine(component, description, 'SUMMARY')
  return true
}

function plainBody(text: string): Body | null {
  return text === '' ? null : { text, html: null }
}

function htmlOf(component: Component): { html: string; mark: string | null } | null {
  for (const line of linesOf(component, ALTERNATIVE)) {
    const html = isHtml(line) ? cleanText(unescapeText(line.value)) : ''
    if (html !== '') return { html, mark: paramOf(line, TEXT_MARK) }
  }
  const description = lineOf(component, 'DESCRIPTION')
  const html = description && altrepHtml(description)
  return description && html ? { html, mark: paramOf(description, TEXT_MARK) } : null
}

function isHtml(line: ContentLine): boolean {
  return (paramOf(line, 'FMTTYPE') ?? '').toLowerCase().startsWith('text/html')
}

function dropAlternative(component: Component): void {
  for (const line of linesOf(component, ALTERNATIVE)) if (isHtml(line)) replaceLine(component, line, null)
}

function altrepHtml(line: ContentLine): string | null {
  const match = /^data:text\/html(?:;charset=[^;,]*)?(;base64)?,([\s\S]*)$/i.exec(paramOf(line, 'ALTREP') ?? '')
  if (!match) return null
  try {
    const data = decodeURIComponent(match[2] ?? '')
    return cleanText(match[1] ? Buffer.from(data, 'base64').toString('utf8') : data)
  } catch {
    // A broken percent escape: no HTML that anyone could show.
    return null
  }
}

/** Flattening walks the elements one inside the other: what nests deeper than any person's text loses its tags and no more. */
function flatText(html: string): string {
  let depth = 0
  let deepest = 0
  for (const [, slash, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)/gi)) {
    if (VOID_ELEMENT.test(name)) continue
    depth += slash ? -1 : 1
    deepest = Math.max(deepest, depth)
  }
  return deepest > HTML_DEPTH_MAX ? html.replace(/<[^<>]*>/g, ' ') : htmlText(html)
}

/** Programs differ in how they flatten HTML (links, bullets, line breaks): the letters and digits must be the same ones. */
function sameWords(one: string, other: string): boolean {
  return letters(one) === letters(other)
}

function letters(text: string): string {
  return text.replace(/<?https?:\/\/[^\s>\]]+>?/g, '').replace(/[^\p{L}\p{N}]/gu, '')
}
