/** E-mail addresses, chat addresses and web pages, each in the slots that Exchange has for them. */
import type { ContactEmail, Slot } from '../../model/contact.ts'
import { cleanLabel, escapeText, unescapeText } from '../ical/text.ts'
import { addCardLine, type Card, cardLineOf, cardLinesOf, labelOf, replaceCardLine } from './card.ts'
import { type CardLine, makeCardLine, paramOf, typesOf, withCardParam, withCardValue } from './lines.ts'
import type { SlotLens } from './slots.ts'
import { labelOfLine, labelText } from './text.ts'

type Numbered = '1' | '2' | '3'
const NUMBERED: readonly Numbered[] = ['1', '2', '3']
/** The name that goes with an address; no property or parameter of RFC 6350 holds it. */
const NAME_PARAM = 'X-CN'

export type EmailValue = Pick<ContactEmail, 'address' | 'display'>

export const EMAILS: SlotLens<Numbered, EmailValue> = {
  slots: NUMBERED,
  lines: (card) => cardLinesOf(card, 'EMAIL').filter((line) => labelOfLine(line) !== ''),
  candidates: () => NUMBERED,
  read: (line) => ({ address: labelOfLine(line).replace(/^mailto:/i, ''), display: nameOfAddress(line) }),
  update: (line, value) => withName(withCardValue(line, escapeText(value.address)), value.display),
  make: (_, value) => withName(makeCardLine('EMAIL', '', escapeText(value.address)), value.display),
}

export function slotNumber(slot: string): Slot {
  return slot === '1' ? 1 : slot === '2' ? 2 : 3
}

export function nameOfAddress(line: CardLine): string {
  return labelText(paramOf(line, NAME_PARAM) ?? '')
}

export function withName(line: CardLine, name: string): CardLine {
  return nameOfAddress(line) === name ? line : withCardParam(line, NAME_PARAM, name === '' ? null : name)
}

/** What programs had before IMPP (RFC 4770), with the schemes of its URIs. */
const OLD_CHAT: Readonly<Record<string, string>> = {
  'X-JABBER': 'xmpp',
  'X-SKYPE': 'skype',
  'X-SKYPE-USERNAME': 'skype',
  'X-MSN': 'msnim',
  'X-ICQ': 'icq',
  'X-AIM': 'aim',
  'X-YAHOO': 'ymsgr',
  'X-GADUGADU': 'gg',
  'X-GROUPWISE': 'groupwise',
  'X-GOOGLE-TALK': 'gtalk',
  'X-MS-IMADDRESS': '',
}

/** `im:` (RFC 3860) names no protocol: it stands for an address that has none, as Exchange often holds it. */
export const CHATS: SlotLens<Numbered, string> = {
  slots: NUMBERED,
  lines: (card) => cardLinesOf(card, 'IMPP', ...Object.keys(OLD_CHAT)).filter((line) => readChat(line) !== ''),
  candidates: () => NUMBERED,
  read: readChat,
  update(line, value) {
    const scheme = OLD_CHAT[line.name]
    if (scheme === undefined) return withCardValue(line, chatUri(value))
    const start = scheme === '' ? '' : `${scheme}:`
    if (value.startsWith(start) && (start !== '' || !hasScheme(value)))
      return withCardValue(line, escapeText(value.slice(start.length)))
    return makeCardLine('IMPP', '', chatUri(value), line.group)
  },
  make: (_, value) => makeCardLine('IMPP', '', chatUri(value)),
}

/** A chat address as cards hold it: one line, no `im:` in front. */
export function fitChat(address: string): string {
  return labelText(address)
    .replace(/^(?:im:\s*)+/i, '')
    .trim()
}

function readChat(line: CardLine): string {
  const scheme = OLD_CHAT[line.name]
  if (scheme === undefined) return fitChat(decodeUri(labelText(unescapeText(line.value))))
  const text = labelOfLine(line)
  return text === '' || scheme === '' ? fitChat(text) : fitChat(`${scheme}:${text}`)
}

function chatUri(address: string): string {
  const uri = hasScheme(address) ? address : `im:${address}`
  return uri.replace(/[\s\\"<>^`{|}%,;]|[^\x21-\x7e]/gu, encodeURIComponent)
}

function hasScheme(address: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(address)
}

function decodeUri(text: string): string {
  try {
    return cleanLabel(decodeURIComponent(text)).trim()
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}

export type UrlSlot = 'business' | 'personal'

export const URLS: SlotLens<UrlSlot, string> = {
  slots: ['business', 'personal'],
  lines: (card) => cardLinesOf(card, 'URL').filter((line) => labelOfLine(line) !== ''),
  candidates(line, card: Card) {
    const types = new Set([...typesOf(line), labelOf(card, line)])
    if (types.has('work')) return ['business']
    return types.has('home') ? ['personal'] : ['business', 'personal']
  },
  read: (line) => labelOfLine(line),
  update: (line, value) => withCardValue(line, urlText(value)),
  make: (slot, value) => makeCardLine('URL', slot === 'business' ? ';TYPE=WORK' : ';TYPE=HOME', urlText(value)),
}

/** The first one: where free and busy times are published (RFC 6350 section 6.9.1). */
export function readFreeBusyUrl(card: Card): string {
  return labelOfLine(cardLineOf(card, 'FBURL'))
}

export function patchFreeBusyUrl(card: Card, wanted: string): void {
  if (readFreeBusyUrl(card) === wanted) return
  const line = cardLineOf(card, 'FBURL')
  if (line) replaceCardLine(card, line, wanted === '' ? null : withCardValue(line, urlText(wanted)))
  else addCardLine(card, makeCardLine('FBURL', '', urlText(wanted)))
}

/** A URI value is not escaped (RFC 6350 section 4.2), but a backslash in it would be read as an escape. */
function urlText(url: string): string {
  return url.includes('\\') || url.includes('\n') ? escapeText(url) : url
}
