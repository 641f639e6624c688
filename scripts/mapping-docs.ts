/** docs/mapping: one page for each kind of item, made from the tables beside the lenses, which a test tries on the lenses. */
import { EWS_EVENT_PROPERTIES } from '../src/mapping/ews/table-event.ts'
import type { MappedField, NativeProperty } from '../src/mapping/ical/table.ts'
import { ICAL_EVENT_PROPERTIES } from '../src/mapping/ical/table-event.ts'
import { EVENT_FIELDS } from '../src/mapping/ical/table-event-fields.ts'

type Kind = {
  title: string
  /** What the native documents are called. */
  documents: { exchange: string; nextcloud: string }
  fields: readonly MappedField[]
  exchange: readonly NativeProperty[]
  nextcloud: readonly NativeProperty[]
}

const KINDS: Readonly<Record<string, Kind>> = {
  'docs/mapping/events.md': {
    title: 'Events',
    documents: { exchange: 'the calendar item', nextcloud: 'the calendar object (VEVENT)' },
    fields: EVENT_FIELDS,
    exchange: EWS_EVENT_PROPERTIES,
    nextcloud: ICAL_EVENT_PROPERTIES,
  },
}

/** Text by path from the project's root. */
export function mappingPages(): Record<string, string> {
  return Object.fromEntries(Object.entries(KINDS).map(([path, kind]) => [path, page(kind)]))
}

const DIRECTIONS: Readonly<Record<MappedField['direction'], string>> = {
  both: 'both ways',
  toNextcloud: 'to Nextcloud',
}

function page(kind: Kind): string {
  const { title, documents, fields, exchange, nextcloud } = kind
  const rows = fields.map((field) => [
    field.label,
    names(exchange, field.path),
    names(nextcloud, field.path),
    DIRECTIONS[field.direction],
    field.limits.map(({ says, loss }) => `${says} (\`${reasonOf(loss)}\`)`).join('; '),
  ])
  return [
    '<!-- Made from src/mapping/*/table*.ts by npm run docs. -->',
    `# ${title}: what is synced, and what is not`,
    '',
    'Every row was tried on the code by the tests. What does not fit on Exchange stays on Nextcloud as it is and is reported',
    'under the name in brackets; `connector mapping dry-run FILE` shows it for a file.',
    '',
    ...table(['', 'Exchange', 'Nextcloud', 'Direction', 'What Exchange does not hold'], rows),
    '',
    '## Stays on Nextcloud',
    '',
    `The sync changes ${documents.nextcloud} in place: these stay in it through every change, and Exchange never has them.`,
    '',
    ...keptTable(nextcloud),
    '',
    '## Stays on Exchange',
    '',
    `An update of ${documents.exchange} names only what changed: these are never written, and Nextcloud never has them.`,
    '',
    ...keptTable(exchange),
    '',
  ].join('\n')
}

function names(properties: readonly NativeProperty[], path: string): string {
  return properties
    .filter((property) => property.path === path)
    .map(({ property, note }) => `\`${property}\`${note === undefined ? '' : ` (${note})`}`)
    .join(', ')
}

function keptTable(properties: readonly NativeProperty[]): string[] {
  const rows = properties.filter(({ path }) => path === null)
  return table(
    ['Property', ''],
    rows.map(({ property, note = '' }) => [`\`${property}\``, note]),
  )
}

function reasonOf(loss: string): string {
  return loss.slice(loss.lastIndexOf(' ') + 1)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}
