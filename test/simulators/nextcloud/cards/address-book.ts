/** An address book of one user. It has no trash, and its feed takes the last operation of a card (nextcloud-facts 3.1, 3.2). */
import { ObjectTable } from '../objects.ts'
import type { XmlOut } from '../xml.ts'

export type AddressBook = {
  readonly id: number
  readonly owner: string
  readonly uri: string
  readonly properties: Map<string, XmlOut>
  readonly objects: ObjectTable
}

export function newAddressBook(init: { id: number; owner: string; uri: string; properties: XmlOut[] }): AddressBook {
  return {
    id: init.id,
    owner: init.owner,
    uri: init.uri,
    properties: new Map(init.properties.map((property) => [property.name, property])),
    objects: new ObjectTable(),
  }
}
