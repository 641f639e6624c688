/** Users, calendars and who sees what. Knows no HTTP: both the DAV methods and the person in the web UI work on it. */
import type { AddressBook } from './cards/address-book.ts'
import { ObjectTable, type Operation } from './objects.ts'
import type { XmlOut } from './xml.ts'

export type Access = 'owner' | 'read-write' | 'read'

export type Calendar = {
  readonly id: number
  readonly owner: string
  uri: string
  components: readonly string[]
  /** Properties as they are answered, in Clark notation: displayname, colour, order, description, dead properties. */
  readonly properties: Map<string, XmlOut>
  readonly shares: Map<string, Exclude<Access, 'owner'>>
  readonly objects: ObjectTable
  deletedAtMs: number | null
}

export type Subscription = { uri: string; displayName: string; source: string }
export type InboxItem = { uri: string; text: string; etag: string; modifiedMs: number }

export type User = {
  readonly uid: string
  appPassword: string
  email: string
  displayName: string
  disabled: boolean
  /** The first Basic request will make the default calendar and address book. */
  awaitsFirstLogin: boolean
  readonly calendars: Map<string, Calendar>
  readonly addressBooks: Map<string, AddressBook>
  readonly subscriptions: Subscription[]
  readonly inbox: Map<string, InboxItem>
}

/** A calendar as one user sees it: own, or shared by another under `<uri>_shared_by_<owner>`. */
export type CalendarView = { calendar: Calendar; home: string; uri: string; access: Access }

/** `object` null: the collection itself. */
export type StoreChange = {
  owner: string
  kind: 'calendar' | 'contacts'
  collection: string
  object: string | null
  op: 'create' | 'update' | 'delete'
}

const OPERATIONS = { 1: 'create', 2: 'update', 3: 'delete' } as const

export class Store {
  readonly users = new Map<string, User>()
  /** What listeners of Nextcloud's events see, in the transaction of the change. */
  onChange: ((change: StoreChange) => void) | null = null
  #nextId = 1

  nextId(): number {
    return this.#nextId++
  }

  addUser(user: Pick<User, 'uid' | 'appPassword' | 'email' | 'displayName'>): User {
    const full: User = {
      ...user,
      disabled: false,
      awaitsFirstLogin: false,
      calendars: new Map(),
      addressBooks: new Map(),
      subscriptions: [],
      inbox: new Map(),
    }
    this.users.set(user.uid, full)
    return full
  }

  createCalendar(owner: User, uri: string, init: { components: readonly string[]; properties: XmlOut[] }): Calendar {
    const calendar: Calendar = {
      id: this.nextId(),
      owner: owner.uid,
      uri,
      components: init.components,
      properties: new Map(init.properties.map((property) => [property.name, property])),
      shares: new Map(),
      objects: new ObjectTable(),
      deletedAtMs: null,
    }
    owner.calendars.set(uri, calendar)
    this.#watch('calendar', calendar)
    return calendar
  }

  addBook(owner: User, book: AddressBook): void {
    owner.addressBooks.set(book.uri, book)
    this.#watch('contacts', book)
  }

  #watch(kind: StoreChange['kind'], collection: { owner: string; uri: string; objects: ObjectTable }): void {
    const tell = (object: string | null, operation: Operation) =>
      this.onChange?.({ owner: collection.owner, kind, collection: collection.uri, object, op: OPERATIONS[operation] })
    tell(null, 1)
    collection.objects.onChange = (uri, operation) => tell(uri === '' ? null : uri, operation)
  }

  /** Own calendars first, then those of others. Trashed ones are among the own. */
  calendarsOf(user: User): CalendarView[] {
    const views: CalendarView[] = []
    for (const calendar of user.calendars.values())
      views.push({ calendar, home: user.uid, uri: calendar.uri, access: 'owner' })
    for (const other of this.users.values()) {
      for (const calendar of other.calendars.values()) {
        const access = calendar.shares.get(user.uid)
        if (!access || calendar.deletedAtMs !== null) continue
        views.push({ calendar, home: user.uid, uri: `${calendar.uri}_shared_by_${other.uid}`, access })
      }
    }
    return views
  }

  calendarOf(user: User, uri: string): CalendarView | undefined {
    const own = user.calendars.get(uri)
    if (own) return { calendar: own, home: user.uid, uri, access: 'owner' }
    return uri.includes('_shared_by_') ? this.calendarsOf(user).find((view) => view.uri === uri) : undefined
  }

  userByEmail(address: string): User | undefined {
    const wanted = address.replace(/^mailto:/i, '').toLowerCase()
    if (wanted === '') return undefined
    return [...this.users.values()].find((user) => user.email.toLowerCase() === wanted)
  }
}
