/** Narrows an item to its kind where a collection holds one kind alone. An item of another kind there is a bug, never an empty item. */
import { ConnectorError } from '../ports/errors.ts'
import type { Contact, Group } from './contact.ts'
import type { Event } from './event.ts'
import type { Item, ItemKind } from './item.ts'
import type { Task } from './task.ts'

export function eventOf(item: Item): Event {
  return item.kind === 'event' ? item : otherKind(item.kind, 'event')
}

export function taskOf(item: Item): Task {
  return item.kind === 'task' ? item : otherKind(item.kind, 'task')
}

/** What an address book holds. */
export function cardOf(item: Item): Contact | Group {
  return item.kind === 'contact' || item.kind === 'group' ? item : otherKind(item.kind, 'contact')
}

function otherKind(kind: ItemKind, wanted: ItemKind): never {
  throw new ConnectorError('bug', { where: 'kind of item', kind, wanted })
}
