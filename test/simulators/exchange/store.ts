/** One mailbox: folders, items, and one sequence of changes from which change keys and feeds are read. */
import { EwsError } from './errors.ts'
import type { ItemKind } from './fields/property-table.ts'
import { mailboxTag } from './ids.ts'
import type { Fields, Folder, FolderKind, MailboxEvent, StoredItem } from './model.ts'

const ROOT_SERIAL = 1

type Seed = [distinguished: string, name: string, kind: FolderKind, folderClass: string]

const UNDER_ROOT: Seed[] = [
  ['msgfolderroot', 'Top of Information Store', 'Folder', 'IPF'],
  ['searchfolders', 'Finder', 'Folder', ''],
  ['recoverableitemsroot', 'Recoverable Items', 'Folder', ''],
]
const UNDER_TOP: Seed[] = [
  ['calendar', 'Calendar', 'CalendarFolder', 'IPF.Appointment'],
  ['contacts', 'Contacts', 'ContactsFolder', 'IPF.Contact'],
  ['deleteditems', 'Deleted Items', 'Folder', 'IPF.Note'],
  ['drafts', 'Drafts', 'Folder', 'IPF.Note'],
  ['inbox', 'Inbox', 'Folder', 'IPF.Note'],
  ['journal', 'Journal', 'Folder', 'IPF.Journal'],
  ['junkemail', 'Junk Email', 'Folder', 'IPF.Note'],
  ['notes', 'Notes', 'Folder', 'IPF.StickyNote'],
  ['outbox', 'Outbox', 'Folder', 'IPF.Note'],
  ['sentitems', 'Sent Items', 'Folder', 'IPF.Note'],
  ['tasks', 'Tasks', 'TasksFolder', 'IPF.Task'],
]

export class Mailbox {
  readonly email: string
  readonly displayName: string
  readonly tag: string
  readonly folders = new Map<number, Folder>()
  readonly items = new Map<number, StoredItem>()
  /** Folders that are gone, for the feed of the hierarchy. */
  readonly goneFolders = new Map<number, number>()
  /** Number of the last change. */
  sequence = 0
  /** Raised when all sync states become invalid. */
  generation = 1
  /** Whoever wants to hear of changes. */
  onChange: (event: MailboxEvent) => void = () => {}
  #serial = ROOT_SERIAL

  /** `incarnation`: a mailbox that is made again or moved to another organisation has other ids. */
  constructor(email: string, displayName: string, incarnation = '') {
    this.email = email.toLowerCase()
    this.displayName = displayName
    this.tag = mailboxTag(`${email}${incarnation}`)
    const root = this.addFolder(0, { name: '', kind: 'Folder', folderClass: '', distinguished: 'root' })
    const seed = (parent: number, seeds: Seed[]) => {
      for (const [distinguished, name, kind, folderClass] of seeds) {
        this.addFolder(parent, { name, kind, folderClass, distinguished })
      }
    }
    seed(root.serial, UNDER_ROOT)
    seed(this.distinguished('msgfolderroot').serial, UNDER_TOP)
    seed(this.distinguished('recoverableitemsroot').serial, [['recoverableitemsdeletions', 'Deletions', 'Folder', '']])
  }

  nextSerial(): number {
    this.#serial += 1
    return this.#serial
  }

  addFolder(
    parent: number,
    of: { name: string; kind: FolderKind; folderClass: string; distinguished?: string | undefined },
  ): Folder {
    const seq = ++this.sequence
    const folder: Folder = {
      serial: this.nextSerial(),
      parent,
      kind: of.kind,
      folderClass: of.folderClass,
      name: of.name,
      distinguished: of.distinguished,
      version: seq,
      created: seq,
      extended: {},
      changes: new Map(),
      tombstones: new Map(),
    }
    this.folders.set(folder.serial, folder)
    return folder
  }

  distinguished(name: string): Folder {
    for (const folder of this.folders.values()) if (folder.distinguished === name) return folder
    throw new EwsError('ErrorFolderNotFound')
  }

  folder(serial: number): Folder {
    const folder = this.folders.get(serial)
    if (!folder) throw new EwsError('ErrorFolderNotFound')
    return folder
  }

  children(serial: number, deep = false): Folder[] {
    const own = [...this.folders.values()].filter((folder) => folder.parent === serial)
    return deep ? own.flatMap((folder) => [folder, ...this.children(folder.serial, true)]) : own
  }

  touchFolder(folder: Folder): void {
    folder.version = ++this.sequence
  }

  /** Takes a folder with all below it away. Its items are gone with it. */
  dropFolder(folder: Folder): void {
    for (const below of [...this.children(folder.serial, true), folder]) {
      for (const serial of below.changes.keys()) this.items.delete(serial)
      this.folders.delete(below.serial)
      this.goneFolders.set(below.serial, ++this.sequence)
    }
  }

  addItem(folder: Folder, kind: ItemKind, fields: Fields, nowMs: number): StoredItem {
    const seq = ++this.sequence
    const serial = this.nextSerial()
    const item: StoredItem = {
      serial,
      searchKey: Buffer.from(`${this.tag}|${serial}`.padEnd(16)).toString('base64'),
      folder: folder.serial,
      kind,
      fields,
      created: nowMs,
      modified: nowMs,
      version: seq,
      arrived: seq,
    }
    this.items.set(item.serial, item)
    folder.changes.set(item.serial, seq)
    this.onChange({ kind: 'CreatedEvent', item, folder })
    return item
  }

  /** Records a change: new change key, end of the feed. `quiet` moves the change key but tells the feed nothing. */
  touch(item: StoredItem, nowMs: number, quiet = false): void {
    item.version = ++this.sequence
    item.modified = nowMs
    if (quiet) return
    const { changes } = this.folder(item.folder)
    changes.delete(item.serial)
    changes.set(item.serial, item.version)
    this.onChange({ kind: 'ModifiedEvent', item, folder: this.folder(item.folder) })
  }

  /** The item leaves its folder for another and gets a new id. Its change key moves, its content stays. */
  move(item: StoredItem, to: Folder): StoredItem {
    const from = this.folder(item.folder)
    this.#take(item)
    const seq = ++this.sequence
    const moved: StoredItem = { ...item, serial: this.nextSerial(), folder: to.serial, version: seq, arrived: seq }
    this.items.set(moved.serial, moved)
    to.changes.set(moved.serial, seq)
    for (const folder of [from, to]) this.onChange({ kind: 'MovedEvent', item: moved, folder })
    return moved
  }

  remove(item: StoredItem): void {
    const folder = this.folder(item.folder)
    this.#take(item)
    this.onChange({ kind: 'DeletedEvent', item, folder })
  }

  #take(item: StoredItem): void {
    const folder = this.folder(item.folder)
    folder.changes.delete(item.serial)
    folder.tombstones.set(item.serial, { seq: ++this.sequence, arrived: item.arrived })
    this.items.delete(item.serial)
  }
}
