/**
 * Bodies as Exchange gives them: HTML in a wrapper of its own, or text with CRLF. The wrapper must not look like a change, and
 * an HTML body needs a text form for programs that show none.
 */
import { compile } from 'html-to-text'
import { HTML_DEPTH_MAX } from '../../limits.ts'
import type { Body } from '../../model/event.ts'
import { xmlText } from './text.ts'

// Links stay visible (a join link is the most important part of a meeting's body, SRV-6); tables read as lines.
const toText = compile({
  wordwrap: false,
  selectors: [
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false } },
    { selector: 'img', format: 'skip' },
    { selector: 'table', format: 'dataTable', options: { uppercaseHeaderCells: false } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
})

const WRAPPER =
  /^(?:<!doctype[^>]*>)?\s*<html([^>]*)>\s*(?:<head[^>]*>([\s\S]*?)<\/head>)?\s*<body([^>]*)>([\s\S]*)<\/body>\s*<\/html>$/i
// What Exchange's own converters put into the head of every body.
const HEAD_NOISE = /<meta\s+(?:http-equiv="?content-type"?|name="?generator"?)[^>]*>\s*/gi
// An HTML body counts as empty when it shows nothing.
const SHOWS_SOMETHING = /<(?:img|hr|table|input|iframe|svg)\b/i

/** Elements that hold nothing, or are seldom closed: they do not nest. */
const VOID_ELEMENT = /^(br|hr|img|meta|link|input|col|wbr|area|base|embed|source|track|p|li|td|tr|th|dt|dd|option)$/i

/**
 * The plain text form of an HTML body. Flattening walks the elements one inside the other, and 100,000 nested ones took 17 s:
 * what nests deeper than any person's text loses its tags and no more.
 */
export function htmlText(html: string): string {
  const text = depthOf(html) > HTML_DEPTH_MAX ? html.replace(/<[^<>]*>/g, ' ') : toText(html)
  return tidyText(text.replace(/\u00A0/g, ' '))
}

function depthOf(html: string): number {
  let depth = 0
  let deepest = 0
  for (const [, slash, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)/gi)) {
    if (VOID_ELEMENT.test(name)) continue
    depth += slash ? -1 : 1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

/** The normal form of a text body: \n, and no empty lines at its end (Exchange adds one). */
function tidyText(text: string): string {
  return xmlText(text).replace(/\n+$/, '')
}

/** An HTML body without Exchange's wrapper. What the wrapper carries of its own (styles, attributes) keeps it. */
export function tidyHtml(html: string): string {
  const text = xmlText(html).trim()
  const match = WRAPPER.exec(text)
  if (!match) return text
  const [, htmlAttributes = '', head = '', bodyAttributes = '', inner = ''] = match
  const headRest = head.replace(HEAD_NOISE, '').trim()
  const bare = isBare(htmlAttributes) && headRest === '' && isBare(bodyAttributes)
  return bare ? tidyHtml(inner) : text.replace(HEAD_NOISE, '')
}

function isBare(attributes: string): boolean {
  return attributes.replace(/\s(?:dir="?ltr"?|xmlns(?::\w+)?="[^"]*")/gi, '').trim() === ''
}

/** A text body, or null when it says nothing. */
export function textBody(text: string): Body | null {
  const tidy = tidyText(text)
  return tidy.trim() === '' ? null : { text: tidy, html: null }
}

/** An HTML body with its text form, or null when it shows nothing. */
export function htmlBody(html: string): Body | null {
  const tidy = tidyHtml(html)
  const text = htmlText(tidy)
  return text.trim() === '' && !SHOWS_SOMETHING.test(tidy) ? null : { text, html: tidy }
}

/**
 * The body as Exchange would give it back. Exchange holds text or HTML, not both: when the two say different words, the text was
 * edited by a program that knows no HTML, and the text wins.
 */
export function fitBody(body: Body | null): { body: Body | null; htmlDropped: boolean } {
  if (body === null) return { body: null, htmlDropped: false }
  if (body.html === null) return { body: textBody(body.text), htmlDropped: false }
  const html = htmlBody(body.html)
  if (html !== null && sameWords(html.text, body.text)) return { body: html, htmlDropped: false }
  return { body: textBody(body.text), htmlDropped: true }
}

/** Do two texts say the same, whatever the layout? Every program derives text from HTML in its own way: only letters, digits count. */
export function sameWords(one: string, other: string): boolean {
  return wordsOf(one) === wordsOf(other)
}

function wordsOf(text: string): string {
  // Link targets stand in square brackets here, in angle brackets in what Outlook writes, or nowhere.
  return text.replace(/\[[a-z]+:[^\]]*\]|<[a-z]+:[^>]*>/gi, '').replace(/[^\p{L}\p{N}]+/gu, '')
}

const MEETING_LINK =
  /https?:\/\/(?:[\w-]+\.)*(?:teams\.microsoft\.com\/l\/meetup-join|teams\.live\.com\/meet|teams\.microsoft\.com\/meet|webex\.com\/|zoom\.us\/j|meet\.google\.com\/)/i

/** The join information of an online meeting: text must never overwrite it (SRV-6). */
export function isOnlineMeetingBody(body: Body | null): boolean {
  return body?.html != null && MEETING_LINK.test(body.html)
}
