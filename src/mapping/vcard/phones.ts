/** Telephone numbers and their slots: the whole set of a line's types tells which one (RFC 6350 section 6.4.1, RFC 2426 section 3.3.1). */
import { PHONE_SLOTS, type PhoneSlot } from '../../model/contact.ts'
import { escapeText } from '../ical/text.ts'
import { type Card, cardLinesOf, labelOf } from './card.ts'
import { type CardLine, makeCardLine, paramOf, typesOf, withCardParam, withCardValue } from './lines.ts'
import type { SlotLens } from './slots.ts'
import { labelOfLine } from './text.ts'

/** Words that say which slot alone, as types or as Apple's labels. The X-EVOLUTION ones are what GNOME writes for Outlook's slots. */
const ALONE: Readonly<Record<string, PhoneSlot>> = {
  pager: 'Pager',
  car: 'CarPhone',
  'x-car': 'CarPhone',
  isdn: 'Isdn',
  'x-isdn': 'Isdn',
  textphone: 'TtyTddPhone',
  'tty-tdd': 'TtyTddPhone',
  'tty/tdd': 'TtyTddPhone',
  'x-evolution-ttytdd': 'TtyTddPhone',
  telex: 'Telex',
  'x-telex': 'Telex',
  'x-evolution-telex': 'Telex',
  radio: 'RadioPhone',
  'x-radio': 'RadioPhone',
  'x-evolution-radio': 'RadioPhone',
  callback: 'Callback',
  'x-callback': 'Callback',
  'x-evolution-callback': 'Callback',
  assistant: 'AssistantPhone',
  'x-assistant': 'AssistantPhone',
  'x-evolution-assistant': 'AssistantPhone',
  main: 'CompanyMainPhone',
  company: 'CompanyMainPhone',
  'company main': 'CompanyMainPhone',
  'x-company': 'CompanyMainPhone',
  'x-evolution-company': 'CompanyMainPhone',
  'x-primary': 'PrimaryPhone',
  primary: 'PrimaryPhone',
  homefax: 'HomeFax',
  workfax: 'BusinessFax',
  otherfax: 'OtherFax',
}
const MOBILE = ['cell', 'mobile', 'iphone', 'smartphone']
/** Types that say nothing about the place. */
const NEUTRAL = new Set(['voice', 'pref', 'text', 'video', 'msg', 'sms', 'other', 'main-number', 'dom', 'intl', ''])

const NEW_TYPES: Readonly<Record<PhoneSlot, readonly string[]>> = {
  AssistantPhone: ['X-EVOLUTION-ASSISTANT'],
  BusinessFax: ['WORK', 'FAX'],
  BusinessPhone: ['WORK', 'VOICE'],
  BusinessPhone2: ['WORK', 'VOICE'],
  Callback: ['X-EVOLUTION-CALLBACK'],
  CarPhone: ['CAR'],
  CompanyMainPhone: ['X-EVOLUTION-COMPANY'],
  HomeFax: ['HOME', 'FAX'],
  HomePhone: ['HOME', 'VOICE'],
  HomePhone2: ['HOME', 'VOICE'],
  Isdn: ['ISDN'],
  MobilePhone: ['CELL'],
  OtherFax: ['FAX'],
  OtherTelephone: ['VOICE'],
  Pager: ['PAGER'],
  PrimaryPhone: ['X-PRIMARY'],
  RadioPhone: ['X-EVOLUTION-RADIO'],
  Telex: ['X-EVOLUTION-TELEX'],
  TtyTddPhone: ['X-EVOLUTION-TTYTDD'],
}

export const PHONES: SlotLens<PhoneSlot, string> = {
  slots: PHONE_SLOTS,
  lines: (card) => cardLinesOf(card, 'TEL').filter((line) => readPhone(line) !== ''),
  candidates: phoneSlots,
  // A second mobile number, or one with a label of its own, is better seen as "other" than not at all.
  fallback: (line) => (typesOf(line).has('fax') ? ['OtherFax'] : ['OtherTelephone']),
  read: readPhone,
  update(line, value) {
    // A tel: URI (RFC 3966) stays one while the number can be written as such.
    if (!isUri(line)) return withCardValue(line, escapeText(value))
    if (/^[+0-9().;=a-z-]+$/i.test(value)) return withCardValue(line, `tel:${value}`)
    return withCardValue(withCardParam(line, 'VALUE', null), escapeText(value))
  },
  make: (slot, value) => makeCardLine('TEL', `;TYPE=${NEW_TYPES[slot].join()}`, escapeText(value)),
}

function phoneSlots(line: CardLine, card: Card): readonly PhoneSlot[] {
  const types = new Set([...typesOf(line), labelOf(card, line)])
  for (const type of types) {
    const slot = ALONE[type]
    if (slot) return [slot]
  }
  const atHome = types.has('home')
  const atWork = types.has('work')
  if (types.has('fax')) return [atHome ? 'HomeFax' : atWork ? 'BusinessFax' : 'OtherFax']
  if (MOBILE.some((type) => types.has(type))) return ['MobilePhone']
  if (atWork) return ['BusinessPhone', 'BusinessPhone2']
  if (atHome) return ['HomePhone', 'HomePhone2']
  // GNOME writes the primary number as TYPE=PREF and nothing else.
  if (types.has('pref') && !types.has('voice')) return ['PrimaryPhone', 'OtherTelephone']
  return [...types].every((type) => NEUTRAL.has(type)) ? ['OtherTelephone'] : []
}

function readPhone(line: CardLine): string {
  const text = labelOfLine(line)
  return isUri(line) || /^tel:/i.test(text) ? text.replace(/^tel:/i, '') : text
}

function isUri(line: CardLine): boolean {
  return paramOf(line, 'VALUE')?.toUpperCase() === 'URI'
}
