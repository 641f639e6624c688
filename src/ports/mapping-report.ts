/** What `mapping dry-run FILE` says of a file: each item through the lenses to the other side and back. Plain data. */
import type { FieldPath, Json, Loss } from '../model/item.ts'
import type { SideName } from './side.ts'

export type MappedItem = {
  uid: string
  title: string
  /** Start as written in the item (ISO 8601, zone in brackets). */
  when: string
  /** What the connector understands of the item: its flat form, by field path. */
  model: { readonly [path: string]: Json }
  /** False: it cannot be written to the other side at all; it would stay where it is. */
  fits: boolean
  losses: readonly Loss[]
  /** Properties that stay in their own document, by name: nothing is lost, the other side never has them. */
  stays: readonly string[]
  /** The document that the other side would get; null when it does not fit. */
  written: string | null
  /** Fields that are not the same after the way there and back, beyond the losses. Empty when the lenses keep their laws. */
  changedOnReturn: readonly FieldPath[]
}

export type MappingReport = {
  format: 'ical' | 'vcard' | 'ews'
  /** The side that the file's format belongs to, and the side that it is mapped to. */
  from: SideName
  to: SideName
  items: readonly MappedItem[]
  /** What in the file could not be read, in words. */
  problems: readonly string[]
}
