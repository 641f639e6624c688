/** Text as Exchange holds it: the same normal form for what is read and for what is about to be written, so that the two compare. */

/** PidTagSubject, location and category names hold 255 characters; Exchange refuses more (MS-OXPROPS; ErrorPropertyUpdate). */
export const EWS_LINE_CHARS_MAX = 255

// XML 1.0 section 2.2: no document can carry these, not even as references. Cs matches half surrogate pairs only.
const PERHAPS_NOT_XML = /\p{Cc}|\p{Cs}|[\uFFFE\uFFFF]/gu
const XML_CONTROL = /[\t\n\u007F-\u009F]/

/** Takes away what no XML document can hold and makes line ends \n. */
export function xmlText(text: string): string {
  const lines = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
  return lines.replace(PERHAPS_NOT_XML, (character) => (XML_CONTROL.test(character) ? character : ''))
}

/** One line, without space at its ends: a subject, a location, a category. */
export function line(text: string): string {
  return xmlText(text)
    .replace(/[\n\t]+/g, ' ')
    .trim()
}

/** At most `charsMax` UTF-16 units, never half a character. */
export function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text
  const last = text.charCodeAt(charsMax - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? charsMax - 1 : charsMax).trimEnd()
}
