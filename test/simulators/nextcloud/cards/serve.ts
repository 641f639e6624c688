/** The vCard as it leaves the server: 3.0 unless 4.0 was asked for, with the same ETag (nextcloud-facts 3.4). */
import { type Component, paramOf, parseComponent, serialise, setValue, textOf } from '../ical.ts'

function toVersion3(card: Component): void {
  setValue(card, 'VERSION', '3.0')
  for (const property of card.properties) {
    const match = property.name === 'PHOTO' && /^data:image\/([a-z+]+);base64,(.*)$/i.exec(property.value)
    if (!match) continue
    property.params = [
      { name: 'ENCODING', value: 'b' },
      { name: 'TYPE', value: (match[1] ?? '').toUpperCase() },
    ]
    property.value = match[2] ?? ''
  }
}

/** Sabre's conversion escapes the comma of the data URI: `base64\,`. */
function toVersion4(card: Component): void {
  setValue(card, 'VERSION', '4.0')
  for (const property of card.properties) {
    if (property.name !== 'PHOTO' || paramOf(property, 'ENCODING')?.toLowerCase() !== 'b') continue
    const type = (paramOf(property, 'TYPE') ?? 'jpeg').toLowerCase()
    property.params = [{ name: 'VALUE', value: 'URI' }]
    property.value = `data:image/${type};base64\\,${property.value}`
  }
}

export function servedCard(text: string, version: '3.0' | '4.0'): string {
  const card = parseComponent(text)
  if (textOf(card, 'VERSION') === version) return text
  if (version === '3.0') toVersion3(card)
  else toVersion4(card)
  return serialise(card)
}
