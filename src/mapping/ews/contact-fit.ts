/** The Exchange lens for contacts, fitting: what Exchange would give back of a contact after it was written, and what would be lost (I19, P7). */
import { EWS_PHOTO_BYTES_MAX } from '../../limits.ts'
import {
  ADDRESS_SLOTS,
  type Contact,
  type ContactEmail,
  PHONE_SLOTS,
  type Photo,
  type PostalAddress,
} from '../../model/contact.ts'
import type { Fit, Loss } from '../../model/item.ts'
import type { DateText } from '../../model/time.ts'
import { textBody } from './body.ts'
import { CONTACT_DATES } from './contact-dates.ts'
import { photoType } from './contact-photo.ts'
import { ADDRESS_PARTS, displayOf, streetText } from './contact-slots.ts'
import { CONTACT_TEXTS } from './contact-texts.ts'
import { type EwsContext, type LossList, lossList } from './context.ts'
import { isHeldDay } from './day.ts'
import { fitCategories, fitLine } from './fit-fields.ts'
import { cut, line } from './text.ts'

/** Longer streets are refused by no server, but by every reader. */
const STREET_CHARS_MAX = 1024

/** `current` is what Exchange holds of it now: what did not change is not judged again. Pure; idempotent. */
export function fitContact(contact: Contact, _context: EwsContext, current: Contact | null = null): Fit<Contact> {
  const found: Loss[] = []
  const losses = lossList(found)
  let item: Contact = { ...contact, uid: contact.uid }
  for (const text of CONTACT_TEXTS) {
    const wanted = text.get(contact)
    const held = current !== null && text.get(current) === wanted
    item = text.set(item, held ? wanted : fitLine(text.path, wanted, losses))
  }
  item = {
    ...item,
    fileAs: contact.fileAs === current?.fileAs ? contact.fileAs : fitLine('fileAs', contact.fileAs, losses),
    urls: { ...item.urls, business: fitUrl(item.urls.business, losses, current) },
    relations: { ...item.relations, children: fitChildren(contact.relations.children, losses) },
    emails: contact.emails.flatMap((email) => fitEmail(email, losses)),
    phones: fitPhones(contact, losses),
    addresses: fitAddresses(contact, losses),
    ims: contact.ims.flatMap(({ slot, address }) => {
      const fitted = fitLine(`im:${slot}`, address, losses)
      return fitted === '' ? [] : [{ slot, address: fitted }]
    }),
    note: fitNote(contact.note, losses, current),
    categories: fitCategories(contact.categories, losses),
    photo: fitPhoto(contact.photo, losses, current),
  }
  for (const { key } of CONTACT_DATES) item[key] = fitDate(key, contact[key], losses)
  return { kind: 'fits', item, losses: found }
}

/** xs:anyURI: Exchange refuses the whole request for a URL that is none. */
function fitUrl(url: string, losses: LossList, current: Contact | null): string {
  if (url === '' || url === current?.urls.business || isUri(url)) return url
  losses.add('url:business', 'value-not-held', 'not a URL')
  return current?.urls.business ?? ''
}

function isUri(text: string): boolean {
  if (/[\s<>"{}|\\^`]/.test(text) || /%(?![0-9a-f]{2})/i.test(text)) return false
  return URL.canParse(text) || (!/^[a-z][a-z0-9+.-]*:/i.test(text) && URL.canParse(`http://${text}`))
}

function fitChildren(children: readonly string[], losses: LossList): string[] {
  return children.map((name) => fitLine('children', name, losses)).filter((name) => name !== '')
}

function fitEmail({ slot, address, display }: ContactEmail, losses: LossList): ContactEmail[] {
  const fitted = fitLine(`email:${slot}`, address, losses)
  if (fitted === '') return []
  // What looks like an address of the directory would be taken for one.
  if (fitted.startsWith('/')) {
    losses.add(`email:${slot}`, 'value-not-held', 'not an e-mail address')
    return []
  }
  const name = displayOf(cut(line(display), 255), fitted)
  if (name !== display) losses.add(`email:${slot}`, 'value-not-held', 'the name that goes with it')
  return [{ slot, address: fitted, display: name }]
}

function fitPhones({ phones }: Contact, losses: LossList): Contact['phones'] {
  const fitted: Contact['phones'] = {}
  for (const slot of PHONE_SLOTS) {
    const number = fitLine(`phone:${slot}`, phones[slot] ?? '', losses)
    if (number !== '') fitted[slot] = number
  }
  return fitted
}

function fitAddresses({ addresses }: Contact, losses: LossList): Contact['addresses'] {
  const fitted: Contact['addresses'] = {}
  for (const slot of ADDRESS_SLOTS) {
    const address = addresses[slot]
    if (address === undefined) continue
    const held = fitAddress(`address:${slot}`, address, losses)
    if (ADDRESS_PARTS.some(({ part }) => held[part] !== '')) fitted[slot] = held
  }
  return fitted
}

function fitAddress(path: string, address: PostalAddress, losses: LossList): PostalAddress {
  const street = cut(streetText(address.street), STREET_CHARS_MAX)
  if (street !== address.street) losses.add(path, 'value-not-held', 'the street')
  const part = (text: string) => fitLine(path, text, losses)
  return {
    street,
    city: part(address.city),
    state: part(address.state),
    postalCode: part(address.postalCode),
    country: part(address.country),
  }
}

function fitNote(note: string, losses: LossList, current: Contact | null): string {
  if (note === current?.note) return note
  const fitted = textBody(note)?.text ?? ''
  if (fitted !== note) {
    const isTrimmed = fitted === note.replace(/\s+$/, '')
    losses.add('note', 'value-not-held', isTrimmed ? 'empty lines at its end' : 'control characters')
  }
  return fitted
}

function fitDate(path: string, date: DateText | null, losses: LossList): DateText | null {
  if (date === null || isHeldDay(date)) return date
  losses.add(path, 'value-not-held', 'the year')
  return null
}

/** A photo whose content is not at hand stays what it is, or cannot be written. */
function fitPhoto(photo: Photo | null, losses: LossList, current: Contact | null): Photo | null {
  const held = current?.photo ?? null
  if (photo === null) return null
  if (photo.hash === held?.hash) return held
  const bytes = photo.base64 === null ? null : Math.floor((photo.base64.length * 3) / 4)
  if (bytes !== null && bytes <= EWS_PHOTO_BYTES_MAX) {
    const mediaType = photoType(photo.mediaType, photo.base64)
    if (mediaType !== photo.mediaType) losses.add('photo', 'value-not-held', `it is ${mediaType}`)
    return { ...photo, mediaType }
  }
  losses.add('photo', bytes === null ? 'value-not-held' : 'too-long', bytes === null ? 'no content' : `${bytes} bytes`)
  return held
}
