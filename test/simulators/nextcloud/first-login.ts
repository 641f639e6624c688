/** What the first login of a user creates: the calendar `personal`, for events only, and the address book `contacts`. */
import { newAddressBook } from './cards/address-book.ts'
import { apple, dav } from './names.ts'
import type { Store, User } from './store.ts'
import { textEl } from './xml.ts'

export function firstLogin(store: Store, user: User): void {
  user.awaitsFirstLogin = false
  const properties = [textEl(dav('displayname'), 'Personal'), textEl(apple('calendar-color'), '#0082c9')]
  store.createCalendar(user, 'personal', { components: ['VEVENT'], properties })
  const name = [textEl(dav('displayname'), 'Contacts')]
  const book = newAddressBook({ id: store.nextId(), owner: user.uid, uri: 'contacts', properties: name })
  store.addBook(user, book)
}
