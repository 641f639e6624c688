/**
 * Birthday and anniversary (TIM-5). Exchange keeps an instant, which shifts between zones, and since Outlook 2010 a local date
 * beside it, which does not (MS-OXOCNTC PidLidBirthdayLocal, PidLidWeddingAnniversaryLocal). Both are read and written together.
 */
import { dayOfText } from '../../model/civil.ts'
import type { DateText } from '../../model/time.ts'
import { type EwsFieldChange, type ExtendedField, field, type XmlNode } from './change.ts'
import type { EwsContext } from './context.ts'
import { anniversaryText, dayText, readDay } from './day.ts'
import { extendedElement, extendedText } from './extended.ts'
import { textAt, type XmlElement } from './xml.ts'

export type ContactDate = { key: 'birthday' | 'anniversary'; element: string; local: ExtendedField }

export const CONTACT_DATES: readonly ContactDate[] = [
  { key: 'birthday', element: 'Birthday', local: { kind: 'extended', set: 'Address', id: 0x80de, type: 'SystemTime' } },
  {
    key: 'anniversary',
    element: 'WeddingAnniversary',
    local: { kind: 'extended', set: 'Address', id: 0x80df, type: 'SystemTime' },
  },
]

/** The local date, unless the instant is too far from it: then a program that knows only the instant has changed it. */
export function readContactDate(
  item: XmlElement,
  { element, local }: ContactDate,
  context: EwsContext,
): DateText | null {
  const told = readDay(textAt(item, element), context)
  const kept = localDay(extendedText(item, local))
  if (told === null || kept === null) return told
  return Math.abs(dayOfText(told) - dayOfText(kept)) <= 1 ? kept : told
}

/** A local date is written as if it were UTC: its own day counts, whatever the time says. */
function localDay(text: string | null): DateText | null {
  return /^\d{4}-\d{2}-\d{2}/.exec(text?.trim() ?? '')?.[0] ?? null
}

export function contactDateNodes({ element, local }: ContactDate, date: DateText): XmlNode[] {
  return [{ name: element, text: anniversaryText(date) }, extendedElement(local, dayText(date))]
}

/** `hadLocal`: whether there is a local date to take away. */
export function contactDateChanges(
  { element, local }: ContactDate,
  date: DateText | null,
  hadLocal: boolean,
): EwsFieldChange[] {
  const uri = field(`contacts:${element}`)
  if (date === null) {
    return [{ kind: 'delete', field: uri }, ...(hadLocal ? [{ kind: 'delete', field: local } as const] : [])]
  }
  return [
    { kind: 'set', field: uri, value: { name: element, text: anniversaryText(date) } },
    { kind: 'set', field: local, value: extendedElement(local, dayText(date)) },
  ]
}
