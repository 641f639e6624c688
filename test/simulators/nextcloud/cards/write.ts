/** PUT of a vCard: versions, duplicate UIDs and Sabre's repairs (nextcloud-facts 3.4). */
import { randomUUID } from 'node:crypto'
import type { World } from '../call.ts'
import { DavError } from '../errors.ts'
import { parseComponent, serialise, setValue, textOf } from '../ical.ts'
import { md5Etag } from '../objects.ts'
import type { AddressBook } from './address-book.ts'

export function writeCard(
  world: World,
  book: AddressBook,
  uri: string,
  text: string,
): { created: boolean; etag: string | null } {
  const card = parseComponent(text)
  if (card.name !== 'VCARD') throw new DavError('media-type', 'This collection can only support vcard objects.')
  const version = textOf(card, 'VERSION')
  if (version === '2.1') throw new DavError('media-type', 'Only vCard version 3.0 and 4.0 are supported.')
  let repaired = false
  const need = (name: string, value: string): void => {
    if (textOf(card, name) !== undefined) return
    setValue(card, name, value)
    repaired = true
  }
  need('VERSION', '3.0')
  need('UID', randomUUID())
  need('FN', textOf(card, 'N')?.split(';').filter(Boolean).reverse().join(' ') ?? textOf(card, 'EMAIL') ?? '')
  const uid = textOf(card, 'UID') ?? ''
  const stored = repaired ? serialise(card) : text
  const content = { uid, component: 'VCARD', text: stored, modifiedMs: world.options.clock.nowMs() }
  const etag = repaired ? null : md5Etag(stored)
  const existing = book.objects.live.get(uri)
  if (existing) {
    book.objects.replace(existing, content)
    return { created: false, etag }
  }
  if (book.objects.byUid(uid))
    throw new DavError('bad-request', 'VCard object with uid already exists in this addressbook collection.')
  book.objects.insert({ ...content, id: world.store.nextId(), uri, etag: md5Etag(stored), deletedAtMs: null })
  return { created: true, etag }
}
