/** The vCard lens as the Nextcloud side uses it for address books. A card is written in the version that it has. */
import { fitContact } from '../mapping/vcard/fit-contact.ts'
import { readContact } from '../mapping/vcard/read-contact.ts'
import { writeContact } from '../mapping/vcard/write-contact.ts'
import { cardOf } from '../model/kinds.ts'
import type { Clock } from '../ports/clock.ts'
import { type Codec, type Decoded, unreadableReason } from './codec.ts'

export function contactCodec({ clock }: { clock: Clock }): Codec {
  return {
    decode,
    encode: (native, desired) => writeContact(native, cardOf(desired), { nowMs: clock.nowMs() }).text,
    fit(item, current) {
      const fit = fitContact(cardOf(item))
      if (current === undefined || current.kind === item.kind) return fit
      const detail = `a ${current.kind} cannot become a ${item.kind}`
      return { kind: 'unrepresentable', losses: [{ path: 'kind', reason: 'value-not-held', detail }] }
    },
  }
}

function decode(text: string): Decoded {
  try {
    const { contact } = readContact(text)
    return { kind: 'item', uid: contact.uid, model: contact }
  } catch (error) {
    return { kind: 'unreadable', detail: unreadableReason(error).detail }
  }
}
