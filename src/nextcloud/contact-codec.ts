/** The vCard lens as the Nextcloud side uses it for address books. A card is written in the version that it has. */

import { parseCard } from '../mapping/vcard/card.ts'
import { fitContact } from '../mapping/vcard/fit-contact.ts'
import { linkedMembers } from '../mapping/vcard/members.ts'
import { readContact } from '../mapping/vcard/read-contact.ts'
import { writeContact } from '../mapping/vcard/write-contact.ts'
import { cardOf } from '../model/kinds.ts'
import type { Clock } from '../ports/clock.ts'
import { type Codec, type Decoded, unreadableReason } from './codec.ts'

/** The addresses of the cards seen by this side so far, by UID: groups name their members by it. Empty: it is known that there is none. */
export function contactCodec({ clock }: { clock: Clock }): Codec {
  const emails = new Map<string, string>()
  const emailOf = (uid: string) => emails.get(keyOf(uid)) ?? null
  return {
    decode: (text) => decode(text, emails),
    linked: (text) => linkedUids(text).filter((uid) => !emails.has(keyOf(uid))),
    learn: (uid, text) => void emails.set(keyOf(uid), text === null ? '' : emailIn(text)),
    encode: (native, desired) => writeContact(native, cardOf(desired), { nowMs: clock.nowMs(), emailOf }).text,
    fit(item, current) {
      const fit = fitContact(cardOf(item))
      if (current === undefined || current.kind === item.kind) return fit
      const detail = `a ${current.kind} cannot become a ${item.kind}`
      return { kind: 'unrepresentable', losses: [{ path: 'kind', reason: 'value-not-held', detail }] }
    },
  }
}

/** Cards say their UID with or without `urn:uuid:`, members always with it. */
function keyOf(uid: string): string {
  return uid.replace(/^urn:uuid:/i, '').toLowerCase()
}

/** UIDs of the cards that a group names as its members. */
function linkedUids(text: string): string[] {
  return /^(?:KIND|X-ADDRESSBOOKSERVER-KIND)[;:]/im.test(text) ? attempt(() => linkedMembers(parseCard(text)), []) : []
}

function emailIn(text: string): string {
  const card = attempt(() => readContact(text).contact, null)
  return card?.kind === 'contact' ? (card.emails[0]?.address ?? '') : ''
}

/** A card that cannot be read names nobody; whoever reads it for itself is told why. */
function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch (error) {
    unreadableReason(error)
    return otherwise
  }
}

function decode(text: string, emails: Map<string, string>): Decoded {
  try {
    const { contact } = readContact(text, (uid) => emails.get(keyOf(uid)) ?? null)
    if (contact.kind === 'contact') emails.set(keyOf(contact.uid), contact.emails[0]?.address ?? '')
    return { kind: 'item', uid: contact.uid, model: contact }
  } catch (error) {
    return { kind: 'unreadable', detail: unreadableReason(error).detail }
  }
}
