/** The archive keeps documents: each kind of item comes back from the documents of both sides. */
import { describe, expect, it } from 'vitest'
import { decodeDocument } from '../../src/mapping/decode-document.ts'
import { singlePreview } from '../../src/mapping/ews/single-item.ts'
import type { Item } from '../../src/model/item.ts'
import { calendarCodec } from '../../src/nextcloud/calendar-codec.ts'
import { contactCodec } from '../../src/nextcloud/contact-codec.ts'
import { todoCodec } from '../../src/nextcloud/todo-codec.ts'
import { CONTACTS, EVENTS, TASKS } from '../contract/side-samples.ts'
import { quickClock } from './dav-server.ts'

const context = { mailbox: 'anna@example.test', floatingZone: 'Europe/Berlin' }
const parts = { ...context, clock: quickClock() }

describe('documents of the archive', () => {
  it.each([
    ['an event', 'ical', EVENTS.series('e'), calendarCodec(parts)],
    ['a task', 'ical', TASKS.series('t'), todoCodec(parts)],
    ['a contact', 'vcard', CONTACTS.item('c'), contactCodec(parts)],
    ['a group', 'vcard', CONTACTS.series('g'), contactCodec(parts)],
  ] as const)('%s of Nextcloud', (_, format, item: Item, codec) => {
    expect(decodeDocument({ format, text: codec.encode(null, item) }, context)).toEqual(item)
  })

  it.each([
    ['a task', TASKS.item('t')],
    ['a contact', CONTACTS.item('c')],
    ['a group', CONTACTS.series('g')],
  ] as const)('%s of Exchange', (_, item: Item) => {
    if (item.kind === 'event') throw new Error('not alone')
    const decoded = decodeDocument({ format: 'ews', text: singlePreview(item, context) }, context)
    expect(decoded.kind).toBe(item.kind)
  })
})
