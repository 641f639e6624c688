/**
 * The body: DESCRIPTION, and HTML beside it as X-ALT-DESC (Outlook) or ALTREP (Thunderbird). A person who edits the description
 * in Nextcloud leaves the HTML behind, out of date: a checksum of the text it was written for tells, and then the text alone counts.
 */
import type { Body } from '../../model/event.ts'
import { htmlText } from '../ews/body.ts'
import { type Component, dropLines, lineOf, linesOf, replaceLine, setLine } from './document.ts'
import { readText } from './fields.ts'
import { type ContentLine, makeLine, param, paramOf, withParam } from './lines.ts'
import { cleanText, escapeText, textChecksum, unescapeText } from './text.ts'

const ALTERNATIVE = 'X-ALT-DESC'
/** Parameter of the HTML: checksum of the DESCRIPTION that it goes with. */
const TEXT_MARK = 'X-EXC-TEXT'

export function readBody(component: Component): Body | null {
  const line = lineOf(component, 'DESCRIPTION')
  const text = readText(component, 'DESCRIPTION')
  const carried = htmlOf(component)
  if (!carried) return text === '' ? null : { text, html: null }
  const { html, mark } = carried
  if (mark !== null) return mark === textChecksum(text) ? { text, html } : plainBody(text)
  if (!line) return { text: htmlText(html), html }
  return sameWords(text, htmlText(html)) ? { text, html } : plainBody(text)
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

/** Programs differ in how they flatten HTML (links, bullets, line breaks): the letters and digits must be the same ones. */
function sameWords(one: string, other: string): boolean {
  return letters(one) === letters(other)
}

function letters(text: string): string {
  return text.replace(/<?https?:\/\/[^\s>\]]+>?/g, '').replace(/[^\p{L}\p{N}]/gu, '')
}
