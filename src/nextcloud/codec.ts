/** What the Nextcloud side needs of a lens: documents in, model out, and back. One per kind of collection; tests may bring their own. */
import type { Fit, Item } from '../model/item.ts'
import { ConnectorError } from '../ports/errors.ts'

/** `other`: a well-formed document of another kind (a task in a calendar): it is not an item of this collection. */
export type Decoded =
  | { kind: 'item'; uid: string; model: Item }
  | { kind: 'other' }
  | { kind: 'unreadable'; detail: string }

export type Codec = {
  decode(text: string): Decoded
  /**
   * `native` null: a new document. `files`: contents of the files that it does not have yet. Throws ConnectorError
   * `item.not-representable`.
   */
  encode(native: string | null, desired: Item, files?: ReadonlyMap<string, string>): string
  /** UIDs of other documents that this one can only be read with, and that are not known yet. */
  linked?(text: string): string[]
  /** What such a document says; null: there is none. */
  learn?(uid: string, text: string | null): void
  /** Content of a file of a document, in base64. */
  file?(native: string, hash: string): string | null
  /** `current`: what the document holds now, for an update. */
  fit(item: Item, current?: Item): Fit<Item>
}

/** Why a lens could not read a text. Any other error is rethrown. */
export function unreadableReason(error: unknown): { reason: string; detail: string } {
  if (!(error instanceof ConnectorError) || error.code !== 'item.unreadable') throw error
  const reason = String(error.fields.reason ?? 'unknown')
  return { reason, detail: [reason, error.fields.detail].filter(Boolean).join(': ') }
}

/**
 * Servers send one document with LF (Sabre strips CR in reports), CRLF (GET) or white space around it. In this one form a
 * read-back equals a later read.
 */
export function normaliseLines(text: string): string {
  return `${text
    .replace(/^\uFEFF/, '')
    .trim()
    .replace(/\r\n?|\n/g, '\r\n')}\r\n`
}

/** UIDs of a calendar object's components (RFC 5545 section 3.8.4.7), unfolded; without parsing the rest. */
export function uidsIn(text: string): string[] {
  const unfolded = text.replace(/\r?\n[ \t]/g, '')
  return [...unfolded.matchAll(/^UID(?:;[^:\r\n]*)?:(.*?)\r?$/gim)].map((match) => match[1] ?? '')
}

/**
 * When a person last changed it, as its VEVENTs or VTODOs say (RFC 5545 section 3.8.7.3; without a METHOD, DTSTAMP means the same,
 * 3.8.7.2), or a card's REV (RFC 6350 section 6.7.4). Null when they say nothing.
 */
export function lastModifiedIn(text: string): number | null {
  if (/^BEGIN:VCARD/i.test(text)) return revisionIn(text)
  const events = text.match(/^BEGIN:(VEVENT|VTODO)\r?$[\s\S]*?^END:\1\r?$/gim) ?? []
  const stamps = events.flatMap((event) => [...event.matchAll(STAMP)].map(([, ...parts]) => instantOf(parts)))
  const known = stamps.filter((ms) => !Number.isNaN(ms))
  return known.length === 0 ? null : known.reduce((latest, ms) => Math.max(latest, ms))
}

function revisionIn(card: string): number | null {
  const [, ...parts] =
    /^REV(?:;[^:\r\n]*)?:(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)(?:\.\d+)?Z/im.exec(card) ?? []
  const ms = instantOf(parts)
  return Number.isNaN(ms) ? null : ms
}

const STAMP = /^(?:LAST-MODIFIED|DTSTAMP)(?:;[^:\r\n]*)?:(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\r?$/gim

function instantOf([year, month, day, hour, minute, second]: string[]): number {
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}
