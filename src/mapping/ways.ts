/** The ways of an item from a file to the other side and back, one for each kind: what `mapping dry-run` goes. */
import type { Event } from '../model/event.ts'
import type { Fit, Item, Loss } from '../model/item.ts'
import { cardOf, eventOf, taskOf } from '../model/kinds.ts'
import { fitContact as fitContactOnExchange } from './ews/contact-fit.ts'
import type { EwsContext } from './ews/context.ts'
import type { EwsDocument } from './ews/document.ts'
import { readEvent as readEwsEvent } from './ews/event.ts'
import { fitEvent as fitEventOnExchange } from './ews/fit.ts'
import { fitGroup } from './ews/group.ts'
import { previewText } from './ews/preview.ts'
import { isSingleItem, readSingleItem, type SingleItem, singlePreview } from './ews/single-item.ts'
import { staysOfItem } from './ews/stays.ts'
import { fitTask } from './ews/task-fit.ts'
import type { XmlElement } from './ews/xml.ts'
import { fitEvent as fitEventOnNextcloud } from './ical/fit-event.ts'
import { readEvent as readIcalEvent } from './ical/read-event.ts'
import { staysOfResource } from './ical/stays.ts'
import { ICAL_TODO_PROPERTIES } from './ical/table-todo.ts'
import { fitTodo } from './ical/todo-fit.ts'
import { readTodo } from './ical/todo-read.ts'
import { writeTodo } from './ical/todo-write.ts'
import { writeEvent } from './ical/write-event.ts'
import { staysBehind } from './stays-behind.ts'
import { fitContact } from './vcard/fit-contact.ts'
import { readContact } from './vcard/read-contact.ts'
import { CARD_GROUP_PROPERTIES, CARD_PROPERTIES } from './vcard/table-contact.ts'
import { writeContact } from './vcard/write-contact.ts'

/** One item on its way. `back`: what the other side would hold, brought back onto the document that it came from. */
export type Way = {
  item: Item
  /** What the document has and the model cannot say. */
  problems: readonly Loss[]
  /** Properties that stay in their own document; the other side never has them. */
  stays: readonly string[]
  fit: Fit<Item>
  written(item: Item): string
  back(item: Item): Item
}

/** DTSTAMP of the documents shown, so that the same file gives the same answer. */
const STAMP = { nowMs: 0 }

export function wayOfEvent(resource: string, context: EwsContext): Way {
  const { event, problems } = readIcalEvent(resource, context)
  const back = (item: Item) =>
    readIcalEvent(writeEvent(resource, eventOf(item), { ...context, ...STAMP }).text, context).event
  const written = (item: Item) => previewText(eventOf(item), context)
  const stays = staysOfResource(resource)
  return { item: event, problems, stays, fit: fitEventOnExchange(event, context), written, back }
}

export function wayOfTodo(resource: string, context: EwsContext): Way {
  const { task, problems } = readTodo(resource, context)
  const read = (text: string) => readTodo(text, context).task
  const stays = staysBehind(resource, { read, depth: 2, named: problems, table: ICAL_TODO_PROPERTIES })
  const fit = fitTask(task, context)
  const back = (item: Item) => readTodo(writeTodo(resource, taskOf(item), { ...context, ...STAMP }).text, context).task
  return { item: task, problems, stays, fit, written: (item) => preview(item, context), back }
}

export function wayOfCard(resource: string, context: EwsContext): Way {
  const { contact, problems } = readContact(resource)
  const read = (text: string) => readContact(text).contact
  const table = contact.kind === 'group' ? CARD_GROUP_PROPERTIES : CARD_PROPERTIES
  const stays = staysBehind(resource, { read, depth: 1, named: problems, table })
  const fit = contact.kind === 'group' ? fitGroup(contact) : fitContactOnExchange(contact, context)
  const back = (item: Item) => readContact(writeContact(resource, cardOf(item), STAMP).text).contact
  return { item: contact, problems, stays, fit, written: (item) => preview(item, context), back }
}

export function wayOfCalendarItem({ master, exceptions }: EwsDocument, context: EwsContext): Way {
  const event: Event = readEwsEvent(master, exceptions, context)
  const written = (item: Item) => writeEvent(null, eventOf(item), { ...context, ...STAMP }).text
  const back = (item: Item) =>
    held(fitEventOnExchange(readIcalEvent(written(item), context).event, context, event), item)
  const stays = staysOfItem(master)
  return { item: event, problems: [], stays, fit: fitEventOnNextcloud(event, context), written, back }
}

export function wayOfSingle(element: XmlElement, context: EwsContext): Way {
  const item = readSingleItem(element, context)
  if (item.kind === 'task') {
    const written = (wanted: Item) => writeTodo(null, taskOf(wanted), { ...context, ...STAMP }).text
    const back = (wanted: Item) => held(fitTask(readTodo(written(wanted), context).task, context, item), wanted)
    return { item, problems: [], stays: [], fit: fitTodo(item), written, back }
  }
  const written = (wanted: Item) => writeContact(null, cardOf(wanted), STAMP).text
  const back = (wanted: Item) => held(fitCardOnExchange(readContact(written(wanted)).contact, item, context), wanted)
  return { item, problems: [], stays: [], fit: fitContact(item), written, back }
}

function fitCardOnExchange(card: SingleItem, current: SingleItem, context: EwsContext): Fit<Item> {
  if (card.kind === 'group' && current.kind === 'group') return fitGroup(card, current)
  if (card.kind === 'contact' && current.kind === 'contact') return fitContactOnExchange(card, context, current)
  return { kind: 'unrepresentable', losses: [] }
}

function held(fit: Fit<Item>, otherwise: Item): Item {
  return fit.kind === 'fits' ? fit.item : otherwise
}

function preview(item: Item, context: EwsContext): string {
  return isSingleItem(item) ? singlePreview(item, context) : previewText(item, context)
}
