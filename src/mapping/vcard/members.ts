/**
 * Members of a group: MEMBER of vCard 4.0 (RFC 6350 section 6.6.5) and Apple's X-ADDRESSBOOKSERVER-MEMBER of 3.0. A member that names
 * another card by its UID is read as that card's address, where somebody knows it; its line stays what it is.
 */
import type { GroupMember } from '../../model/contact.ts'
import { memberKey, sortedMembers } from '../../model/flat-group.ts'
import { unescapeText } from '../ical/text.ts'
import { addCardLine, type Card, cardLinesOf, replaceCardLine } from './card.ts'
import { nameOfAddress, withName } from './channels.ts'
import { type CardLine, makeCardLine } from './lines.ts'
import { labelText, readLabel } from './text.ts'

const NAMES = ['MEMBER', 'X-ADDRESSBOOKSERVER-MEMBER'] as const

/** The first e-mail address of the card with this UID; null when there is none, or nobody knows. */
export type EmailOf = (uid: string) => string | null
export const NOBODY: EmailOf = () => null

export function isGroupCard(card: Card): boolean {
  return readLabel(card, 'KIND', 'X-ADDRESSBOOKSERVER-KIND').toLowerCase() === 'group'
}

/** `foreign`: members that are neither an address nor a card (another group's URL); they stay on the card. */
export function readMembers(card: Card, emailOf: EmailOf): { members: GroupMember[]; foreign: number } {
  const members: GroupMember[] = []
  let foreign = 0
  for (const line of cardLinesOf(card, ...NAMES)) {
    const member = memberOfLine(line, emailOf)
    if (member) members.push(member)
    else foreign++
  }
  return { members: sortedMembers(members), foreign }
}

/** UIDs of other cards among the members. */
export function linkedMembers(card: Card): string[] {
  const members = cardLinesOf(card, ...NAMES).map((line) => memberOfLine(line, NOBODY))
  return members.flatMap((member) => (member?.uid != null ? [member.uid] : []))
}

export function patchMembers(card: Card, wanted: readonly GroupMember[], emailOf: EmailOf): void {
  const byKey = new Map(wanted.map((member) => [memberKey(member), member]))
  const seen = new Set<string>()
  for (const line of cardLinesOf(card, ...NAMES)) {
    const member = memberOfLine(line, emailOf)
    if (!member) continue
    const next = byKey.get(memberKey(member))
    if (!next) replaceCardLine(card, line, null)
    else if (!seen.has(memberKey(next))) replaceCardLine(card, line, changed(line, member, next))
    seen.add(memberKey(member))
  }
  for (const member of wanted) if (!seen.has(memberKey(member))) addCardLine(card, newMember(card, member))
}

function changed(line: CardLine, member: GroupMember, next: GroupMember): CardLine {
  return member.name === next.name ? line : withName(line, next.name)
}

function newMember(card: Card, { email, name, uid }: GroupMember): CardLine {
  const value = email === '' ? `urn:uuid:${encodeUri(uid ?? '')}` : `mailto:${encodeUri(email)}`
  const property = card.version === '4.0' ? 'MEMBER' : 'X-ADDRESSBOOKSERVER-MEMBER'
  return withName(makeCardLine(property, '', value), name)
}

function memberOfLine(line: CardLine, emailOf: EmailOf): GroupMember | null {
  const value = labelText(unescapeText(line.value))
  const name = nameOfAddress(line)
  const uid = /^urn:uuid:(.+)$/i.exec(value)?.[1]
  if (uid !== undefined) {
    const email = labelText(emailOf(decodeUri(uid)) ?? '').toLowerCase()
    return email === '' ? { email, name, uid: decodeUri(uid) } : { email, name, uid: null }
  }
  const mail = /^mailto:([^?]+)/i.exec(value)?.[1]
  if (mail === undefined) return null
  // Kolab's way to say a name: mailto:%22Erika%22%20%3Cerika%40example.org%3E
  const named = /^"?(.*?)"?\s*<([^<>\s]+@[^<>\s]+)>$/.exec(decodeUri(mail))
  const address = (named?.[2] ?? decodeUri(mail)).trim().toLowerCase()
  return address === '' ? null : { email: address, name: name || labelText(named?.[1] ?? ''), uid: null }
}

function encodeUri(text: string): string {
  return text.replace(/[\s\\"<>^`{|}%,;?&#]|[^\x21-\x7e]/gu, encodeURIComponent)
}

function decodeUri(text: string): string {
  try {
    return labelText(decodeURIComponent(text))
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}
