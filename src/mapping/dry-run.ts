/** `mapping dry-run FILE`: the items of a file through the lenses, to the other side and back. The answer to "why does this event look like that?". */
import { differingPaths, flatten } from '../model/flat.ts'
import type { FieldPath, Item, Loss } from '../model/item.ts'
import { nameOf } from '../model/item-name.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { MappedItem, MappingReport } from '../ports/mapping-report.ts'
import { isTodo } from './decode-document.ts'
import { sameWords } from './ews/body.ts'
import type { EwsContext } from './ews/context.ts'
import { readDocuments } from './ews/document.ts'
import { readSingleDocuments } from './ews/single-item.ts'
import { splitResources } from './ical/split-resources.ts'
import { splitCards } from './vcard/split-cards.ts'
import { type Way, wayOfCalendarItem, wayOfCard, wayOfEvent, wayOfSingle, wayOfTodo } from './ways.ts'

export type MappingFile = { name: string; text: string }

/** Nobody's mailbox: the file does not say whose calendar it comes from. */
const CONTEXT: EwsContext = { mailbox: 'mailbox@example.invalid', floatingZone: 'UTC' }

/** Throws `usage.bad-file` when the text is neither iCalendar nor vCard nor XML. */
export function dryRunFile({ name, text }: MappingFile): MappingReport {
  const start = text.replace(/^\uFEFF/, '').trimStart()
  if (/^BEGIN:VCALENDAR/i.test(start)) {
    const ways = readable(
      () => splitResources(text),
      (resource) => withUid(resource, (named) => (isTodo(named) ? wayOfTodo : wayOfEvent)(named, CONTEXT)),
    )
    return report({ format: 'ical', from: 'nextcloud', to: 'exchange' }, ways)
  }
  if (/^BEGIN:VCARD/i.test(start)) {
    const ways = readable(
      () => splitCards(text),
      (card) => withUid(card, (named) => wayOfCard(named, CONTEXT)),
    )
    return report({ format: 'vcard', from: 'nextcloud', to: 'exchange' }, ways)
  }
  if (start.startsWith('<')) return report({ format: 'ews', from: 'exchange', to: 'nextcloud' }, exchangeWays(text))
  throw new ConnectorError('usage.bad-file', { path: name, reason: 'neither iCalendar nor vCard nor an EWS document' })
}

/** Exports often have no UID, which no item on a server lacks: such a file is shown under a made-up one, and that is said. */
function withUid(text: string, wayOf: (named: string) => Way): Way {
  if (/^UID[;:]/im.test(text)) return wayOf(text)
  const way = wayOf(text.replace(/^BEGIN:(?:VEVENT|VTODO|VCARD)[^\S\r\n]*$/gim, '$&\r\nUID:no-uid-in-the-file'))
  return { ...way, problems: [{ path: 'UID', reason: 'no-such-field', detail: 'the file has none' }, ...way.problems] }
}

/** A file may hold calendar items, or tasks, contacts and distribution lists. */
function exchangeWays(text: string): Readable {
  const singles = readable(
    () => readSingleDocuments(text),
    (element) => wayOfSingle(element, CONTEXT),
  )
  if (singles.ways.length > 0 || singles.problems.length > 0) return singles
  return readable(
    () => readDocuments(text),
    (document) => wayOfCalendarItem(document, CONTEXT),
  )
}

type Readable = { ways: Way[]; problems: string[] }

/** What cannot be read is a problem of the report, not an error: the reason is the answer. */
function readable<T>(split: () => T[], wayOf: (part: T) => Way): Readable {
  const ways: Way[] = []
  const problems: string[] = []
  const attempt = <R>(read: () => R): R | null => {
    try {
      return read()
    } catch (error) {
      problems.push(reasonOf(error))
      return null
    }
  }
  for (const part of attempt(split) ?? []) {
    const way = attempt(() => wayOf(part))
    if (way) ways.push(way)
  }
  return { ways, problems }
}

type Frame = Pick<MappingReport, 'format' | 'from' | 'to'>

function report(frame: Frame, { ways, problems }: Readable): MappingReport {
  const nothing = ways.length === 0 && problems.length === 0 ? ['no item in it'] : []
  return { ...frame, items: ways.map(mapped), problems: [...problems, ...nothing] }
}

function mapped({ item, fit, problems, stays, back, written }: Way): MappedItem {
  const losses = [...problems, ...fit.losses]
  const shown = { uid: item.uid, ...nameOf(item), model: Object.fromEntries(flatten(item)), losses, stays }
  if (fit.kind === 'unrepresentable') return { ...shown, fits: false, written: null, changedOnReturn: [] }
  return {
    ...shown,
    fits: true,
    written: written(fit.item),
    changedOnReturn: unexplained(item, back(fit.item), losses),
  }
}

/** Differences after the way there and back that no loss names. */
function unexplained(before: Item, after: Item, losses: readonly Loss[]): FieldPath[] {
  const named = new Set(losses.map((loss) => loss.path))
  const differing = differingPaths(flatten(before), flatten(after)).filter((path) => !named.has(path))
  return differing.filter((path) => !saysTheSame(path, before, after))
}

/** `STATUS:CONFIRMED` is what an event without a status is; and layouts of one text differ between programs. */
function saysTheSame(path: FieldPath, before: Item, after: Item): boolean {
  if (before.kind !== 'event' || after.kind !== 'event') return false
  if (path === 'status') return before.status === 'confirmed' && after.status === 'none'
  return path === 'body' && before.body !== null && after.body !== null && sameWords(before.body.text, after.body.text)
}

function reasonOf(error: unknown): string {
  if (!(error instanceof ConnectorError) || !error.code.startsWith('item.')) throw error
  const { reason, detail } = error.fields
  return [error.code, reason, detail].filter((word) => word !== undefined).join(': ')
}
