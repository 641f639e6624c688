/** `mapping dry-run FILE`: the items of a file through the lenses, to the other side and back. The answer to "why does this event look like that?". */
import type { Event } from '../model/event.ts'
import { differingPaths, flatten } from '../model/flat.ts'
import type { FieldPath, Fit, Item, Loss } from '../model/item.ts'
import { nameOf } from '../model/item-name.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { MappedItem, MappingReport } from '../ports/mapping-report.ts'
import type { EwsContext } from './ews/context.ts'
import { readDocuments } from './ews/document.ts'
import { readEvent as readEwsEvent } from './ews/event.ts'
import { fitEvent as fitOnExchange } from './ews/fit.ts'
import { previewText } from './ews/preview.ts'
import { fitEvent as fitOnNextcloud } from './ical/fit-event.ts'
import { readEvent as readIcalEvent } from './ical/read-event.ts'
import { splitResources } from './ical/split-resources.ts'
import { writeEvent } from './ical/write-event.ts'

export type MappingFile = { name: string; text: string }

/** Nobody's mailbox: the file does not say whose calendar it comes from. */
const CONTEXT: EwsContext = { mailbox: 'mailbox@example.invalid', floatingZone: 'UTC' }
/** DTSTAMP of the documents shown, so that the same file gives the same answer. */
const STAMP_MS = 0

/** Throws `usage.bad-file` when the text is neither iCalendar nor XML. vCards come with contacts. */
export function dryRunFile({ name, text }: MappingFile): MappingReport {
  const start = text.replace(/^\uFEFF/, '').trimStart()
  if (/^BEGIN:VCALENDAR/i.test(start)) return fromIcal(text)
  if (start.startsWith('<')) return fromEws(text)
  throw new ConnectorError('usage.bad-file', { path: name, reason: 'neither iCalendar nor an EWS document' })
}

function fromIcal(text: string): MappingReport {
  const report = { format: 'ical', from: 'nextcloud', to: 'exchange' } as const
  return collect(
    report,
    readable(() => splitResources(text)),
    (resource) => {
      const { event, problems } = readIcalEvent(resource, CONTEXT)
      const fit = fitOnExchange(event, CONTEXT)
      const back = (item: Event) =>
        readIcalEvent(writeEvent(resource, item, { ...CONTEXT, nowMs: STAMP_MS }).text, CONTEXT).event
      return mapped(event, { fit, problems, back, written: (item) => previewText(item, CONTEXT) })
    },
  )
}

function fromEws(text: string): MappingReport {
  const report = { format: 'ews', from: 'exchange', to: 'nextcloud' } as const
  return collect(
    report,
    readable(() => readDocuments(text)),
    ({ master, exceptions }) => {
      const event = readEwsEvent(master, exceptions, CONTEXT)
      const fit = fitOnNextcloud(event, CONTEXT)
      const written = (item: Event) => writeEvent(null, item, { ...CONTEXT, nowMs: STAMP_MS }).text
      const back = (item: Event) => {
        const returned = fitOnExchange(readIcalEvent(written(item), CONTEXT).event, CONTEXT, event)
        return returned.kind === 'fits' ? returned.item : item
      }
      return mapped(event, { fit, problems: [], back, written })
    },
  )
}

type Way = {
  fit: Fit<Event>
  problems: readonly Loss[]
  /** The other side's item, brought back onto the document that it came from. */
  back: (item: Event) => Event
  written: (item: Event) => string
}

function mapped(event: Event, { fit, problems, back, written }: Way): MappedItem {
  const losses = [...problems, ...fit.losses]
  const shown = { uid: event.uid, ...nameOf(event), losses }
  if (fit.kind === 'unrepresentable') return { ...shown, fits: false, written: null, changedOnReturn: [] }
  return {
    ...shown,
    fits: true,
    written: written(fit.item),
    changedOnReturn: unexplained(event, back(fit.item), losses),
  }
}

/** Differences after the way there and back that no loss names. */
function unexplained(before: Item, after: Item, losses: readonly Loss[]): FieldPath[] {
  const named = new Set(losses.map((loss) => loss.path))
  return differingPaths(flatten(before), flatten(after)).filter((path) => !named.has(path))
}

type Frame = Pick<MappingReport, 'format' | 'from' | 'to'>
type Readable<T> = { parts: T[]; problems: string[] }

/** A file that cannot be read at all is a report with a problem, not an error: the reason is the answer. */
function readable<T>(read: () => T[]): Readable<T> {
  try {
    return { parts: read(), problems: [] }
  } catch (error) {
    return { parts: [], problems: [reasonOf(error)] }
  }
}

function collect<T>(frame: Frame, { parts, problems }: Readable<T>, map: (part: T) => MappedItem): MappingReport {
  const items: MappedItem[] = []
  const all = [...problems]
  for (const part of parts) {
    try {
      items.push(map(part))
    } catch (error) {
      all.push(reasonOf(error))
    }
  }
  if (items.length === 0 && all.length === 0) all.push('no event in it')
  return { ...frame, items, problems: all }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof ConnectorError) || !error.code.startsWith('item.')) throw error
  const { reason, detail } = error.fields
  return [error.code, reason, detail].filter((word) => word !== undefined).join(': ')
}
