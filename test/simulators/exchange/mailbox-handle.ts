/** A mailbox in the hands of its user, who works in Outlook and not through EWS: no schema, no change keys, and no mail. */
import type { Settings } from './call.ts'
import { completeContact, completeList } from './fields/contacts.ts'
import { alignAllDay, checkTimes, completeCalendarItem, completeTask } from './fields/normalise.ts'
import type { ItemKind } from './fields/property-table.ts'
import { decodeId, encodeId } from './ids.ts'
import type { Exception, Fields, Folder, FolderKind, StoredItem } from './model.ts'
import { changeKeyOf, folderIdOf, itemIdOf } from './render/ids.ts'
import { alignToRule, exceptionFor, occurrenceAt, occurrenceOn, occurrences } from './series.ts'
import type { Mailbox } from './store.ts'
import { saveRepeatingTask } from './tasks.ts'
import { dateText, parseDate } from './time/dates.ts'
import type { ZoneTable } from './time/zones.ts'
import { attachmentOf, type EventInput, type FileInput, fieldsOf, type ItemSnapshot } from './user-input.ts'
import { makeNode } from './xml.ts'

export type HandleContext = { zones: ZoneTable; settings: Settings; nowMs(): number }

/** Zones are shared: each has hundreds of entries. */
function cloneFields(fields: Fields): Fields {
  const { StartTimeZone, EndTimeZone, ...rest } = fields
  return { ...structuredClone(rest), ...(StartTimeZone && { StartTimeZone }), ...(EndTimeZone && { EndTimeZone }) }
}

export class MailboxHandle {
  readonly mailbox: Mailbox
  readonly #context: HandleContext

  constructor(mailbox: Mailbox, context: HandleContext) {
    this.mailbox = mailbox
    this.#context = context
  }

  get email(): string {
    return this.mailbox.email
  }

  /** A distinguished name, a folder's id, or the display name of a folder. */
  #folder(name: string): Folder {
    for (const folder of this.mailbox.folders.values()) {
      if (folder.distinguished === name || folderIdOf(this.mailbox, folder) === name || folder.name === name)
        return folder
    }
    throw new Error(`no such folder: ${name}`)
  }

  folderId(name = 'calendar'): string {
    return folderIdOf(this.mailbox, this.#folder(name))
  }

  addFolder(name: string, kind: FolderKind = 'CalendarFolder', parent = 'msgfolderroot'): string {
    const classes = { CalendarFolder: 'IPF.Appointment', ContactsFolder: 'IPF.Contact', TasksFolder: 'IPF.Task' }
    const folderClass = classes[kind as keyof typeof classes] ?? 'IPF.Note'
    const folder = this.mailbox.addFolder(this.#folder(parent).serial, { name, kind, folderClass })
    return folderIdOf(this.mailbox, folder)
  }

  /** Names of the folders of a kind, the default one included, in order. */
  folderNames(kind: FolderKind = 'CalendarFolder'): string[] {
    return [...this.mailbox.folders.values()]
      .filter((folder) => folder.kind === kind)
      .map(({ name }) => name)
      .sort()
  }

  renameFolder(name: string, next: string): void {
    this.#folder(name).name = next
  }

  deleteFolder(name: string): void {
    this.mailbox.dropFolder(this.#folder(name))
  }

  addEvent(input: EventInput, folder = 'calendar'): string {
    const { zones, settings, nowMs } = this.#context
    const fields = fieldsOf({ zone: 'UTC', ...input }, zones)
    completeCalendarItem(fields, { settings, nowMs, zone: zones.utc() })
    fields.Organizer ??= { name: this.mailbox.displayName, email: this.mailbox.email }
    alignToRule({ serial: 0, folder: 0, kind: 'CalendarItem', fields, created: 0, modified: 0, version: 0, arrived: 0 })
    return itemIdOf(this.mailbox, this.mailbox.addItem(this.#folder(folder), 'CalendarItem', fields, nowMs()))
  }

  /** Tasks, contacts and messages: `values` are plain texts under the names of EWS elements. */
  addItem(kind: ItemKind, input: { fields?: Fields; values?: Record<string, string>; folder?: string } = {}): string {
    const homes: Partial<Record<ItemKind, string>> = {
      Task: 'tasks',
      Contact: 'contacts',
      DistributionList: 'contacts',
    }
    const classes: Partial<Record<ItemKind, string>> = { Contact: 'IPM.Contact', DistributionList: 'IPM.DistList' }
    const fields: Fields = { ItemClass: classes[kind] ?? 'IPM.Note', ...input.fields }
    const other = Object.entries(input.values ?? {}).map(([name, text]) => [name, makeNode(name, text)])
    fields.other = { ...fields.other, ...Object.fromEntries(other) }
    if (kind === 'Task') {
      fields.ItemClass = input.fields?.ItemClass ?? 'IPM.Task'
      completeTask(fields, new Set(Object.keys(input.values ?? {})), this.#context.nowMs())
    }
    if (kind === 'Contact') completeContact(fields, new Set(Object.keys(input.values ?? {})))
    if (kind === 'DistributionList') completeList(fields)
    const folder = this.#folder(input.folder ?? homes[kind] ?? 'inbox')
    return itemIdOf(this.mailbox, this.mailbox.addItem(folder, kind, fields, this.#context.nowMs()))
  }

  /** Changes a task, contact or list, as `addItem` makes one; a value of null takes a property away. */
  editItem(id: string, input: { fields?: Fields; values?: Record<string, string | null> }): void {
    const item = this.#stored(id)
    const other = { ...item.fields.other }
    const changed = new Set(Object.keys(input.values ?? {}))
    for (const [name, text] of Object.entries(input.values ?? {})) {
      if (text === null) delete other[name]
      else other[name] = makeNode(name, text)
    }
    const fields: Fields = { ...item.fields, ...input.fields, other: { ...other, ...input.fields?.other } }
    const nowMs = this.#context.nowMs()
    const before = item.fields
    if (item.kind === 'Task') {
      completeTask(fields, changed, nowMs)
      saveRepeatingTask(this.mailbox, item, { after: fields, nowMs })
    }
    if (item.kind === 'Contact') completeContact(fields, changed)
    if (item.kind === 'DistributionList') completeList(fields)
    if (item.fields === before) item.fields = fields
    this.mailbox.touch(item, nowMs)
  }

  #stored(id: string): StoredItem {
    const item = this.mailbox.items.get(decodeId(id).serial)
    if (!item) throw new Error(`no such item: ${id}`)
    return item
  }

  /** Changes a single item or a master. A new time or rule drops the exceptions, as Outlook does. */
  editEvent(id: string, patch: EventInput): void {
    const item = this.#stored(id)
    const change = fieldsOf(patch, this.#context.zones, item.fields)
    const fields = { ...item.fields, ...change }
    alignAllDay(fields)
    checkTimes(fields)
    item.fields = fields
    if (change.Start !== undefined || change.End !== undefined || change.Recurrence !== undefined) {
      delete item.exceptions
      delete item.deletedDates
      alignToRule(item)
    }
    this.mailbox.touch(item, this.#context.nowMs())
  }

  /** `date` is the occurrence's original day, `YYYY-MM-DD`; a number is its index from 1. */
  #date(item: StoredItem, date: string | number): number {
    const view = typeof date === 'number' ? occurrenceAt(item, date) : occurrenceOn(item, parseDate(date) ?? Number.NaN)
    return view.date ?? Number.NaN
  }

  #touchOccurrence(item: StoredItem): void {
    this.mailbox.touch(item, this.#context.nowMs(), !this.#context.settings.occurrenceChangesInFeed)
  }

  editOccurrence(id: string, date: string | number, patch: EventInput): void {
    const item = this.#stored(id)
    const day = this.#date(item, date)
    const now = this.#context.nowMs()
    const exception: Exception = exceptionFor(item, day, now)
    Object.assign(exception.fields, fieldsOf(patch, this.#context.zones, item.fields))
    exception.modified = now
    this.#touchOccurrence(item)
  }

  deleteOccurrence(id: string, date: string | number): void {
    const item = this.#stored(id)
    const day = this.#date(item, date)
    item.deletedDates = (item.deletedDates ?? new Set()).add(day)
    item.exceptions?.delete(day)
    if (occurrences(item).next().done) this.mailbox.remove(item)
    else this.#touchOccurrence(item)
  }

  deleteItem(id: string, how: 'trash' | 'hard' = 'trash'): void {
    const item = this.#stored(id)
    if (how === 'hard') this.mailbox.remove(item)
    else this.mailbox.move(item, this.mailbox.distinguished('deleteditems'))
  }

  /** Gives the new id. */
  moveItem(id: string, folder: string): string {
    return itemIdOf(this.mailbox, this.mailbox.move(this.#stored(id), this.#folder(folder)))
  }

  attach(id: string, file: FileInput): void {
    const item = this.#stored(id)
    const fresh = attachmentOf(file, { serial: this.mailbox.nextSerial(), nowMs: this.#context.nowMs() })
    item.attachments = [...(item.attachments ?? []), fresh]
    this.mailbox.touch(item, this.#context.nowMs())
  }

  detach(id: string, name: string): void {
    const item = this.#stored(id)
    item.attachments = (item.attachments ?? []).filter((one) => one.name !== name)
    this.mailbox.touch(item, this.#context.nowMs())
  }

  /** All sync states given out so far are refused with ErrorInvalidSyncStateData. */
  invalidateSyncStates(): void {
    this.mailbox.generation += 1
  }

  #snapshot(item: StoredItem): ItemSnapshot {
    const { mailbox } = this
    const folder = mailbox.folder(item.folder)
    const exceptions = [...(item.exceptions?.values() ?? [])].sort((one, other) => one.date - other.date)
    return {
      id: itemIdOf(mailbox, item),
      changeKey: changeKeyOf(mailbox, item),
      folderId: folderIdOf(mailbox, folder),
      folder: folder.distinguished ?? folder.name,
      kind: item.kind,
      fields: cloneFields(item.fields),
      exceptions: exceptions.map(({ date, fields }) => ({
        date: dateText(date),
        id: encodeId('occurrence', mailbox.tag, item.serial, { date }),
        fields: cloneFields(fields),
      })),
      deletedDates: [...(item.deletedDates ?? [])].sort((one, other) => one - other).map(dateText),
      attachments: (item.attachments ?? []).map(({ name, contentType, content }) => ({ name, contentType, content })),
      createdMs: item.created,
      modifiedMs: item.modified,
    }
  }

  get(id: string): ItemSnapshot | undefined {
    const item = this.mailbox.items.get(decodeId(id).serial)
    return item && this.#snapshot(item)
  }

  list(folder = 'calendar'): ItemSnapshot[] {
    return [...this.#folder(folder).changes.keys()].flatMap((serial) => {
      const item = this.mailbox.items.get(serial)
      return item ? [this.#snapshot(item)] : []
    })
  }

  /** The whole mailbox, for comparing what is left at the end of a test. */
  listAll(): ItemSnapshot[] {
    return [...this.mailbox.items.values()].map((item) => this.#snapshot(item))
  }
}
