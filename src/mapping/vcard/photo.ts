/** The photo: inline as in vCard 3.0, a data: URI as in 4.0, with the `base64\,` that Sabre writes. A photo on the web stays a link (SRV-5). */
import type { Photo } from '../../model/contact.ts'
import { photoOf } from '../../model/photo.ts'
import { ConnectorError } from '../../ports/errors.ts'
import { addCardLine, type Card, cardLinesOf, replaceCardLine } from './card.ts'
import { type CardLine, makeCardLine, paramOf } from './lines.ts'

export function readPhoto(card: Card): Photo | null {
  return photoLine(card)?.photo ?? null
}

/** Is there a photo that is not on the card itself? */
export function hasLinkedPhoto(card: Card): boolean {
  return photoLine(card) === null && cardLinesOf(card, 'PHOTO').length > 0
}

export function patchPhoto(card: Card, wanted: Photo | null): void {
  const current = photoLine(card)
  if (current?.photo.hash === wanted?.hash) return
  if (wanted === null) {
    if (current) replaceCardLine(card, current.line, null)
    return
  }
  if (wanted.base64 === null) throw new ConnectorError('bug', { where: 'patchPhoto', detail: 'content not at hand' })
  const line = makePhotoLine(card, wanted.mediaType, wanted.base64)
  const old = current?.line ?? cardLinesOf(card, 'PHOTO')[0]
  if (old) replaceCardLine(card, old, line)
  else addCardLine(card, line)
}

function makePhotoLine(card: Card, mediaType: string, base64: string): CardLine {
  if (card.version === '4.0') return makeCardLine('PHOTO', '', `data:${mediaType};base64,${base64}`)
  const type = mediaType.startsWith('image/') ? `;TYPE=${mediaType.slice('image/'.length).toUpperCase()}` : ''
  return makeCardLine('PHOTO', `;ENCODING=b${type}`, base64)
}

/** The first photo that is inline. */
function photoLine(card: Card): { line: CardLine; photo: Photo } | null {
  for (const line of cardLinesOf(card, 'PHOTO')) {
    const base64 = base64Of(line)
    const photo = base64 === null ? null : photoOf(base64)
    if (photo) return { line, photo }
  }
  return null
}

function base64Of(line: CardLine): string | null {
  const encoding = paramOf(line, 'ENCODING')?.toLowerCase()
  if (encoding === 'b' || encoding === 'base64') {
    // An editor that knows 4.0 alone may leave the parameter of 3.0 behind.
    return dataOf(line.value) ?? line.value
  }
  return dataOf(line.value)
}

function dataOf(value: string): string | null {
  const match = /^\s*data:[^,]*?;base64\\?,/i.exec(value)
  return match ? value.slice(match[0].length) : null
}
