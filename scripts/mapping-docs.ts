/** docs/mapping: one page for each kind of item, made from the tables beside the lenses, which a test tries on the lenses. */
import { EWS_CONTACT_PROPERTIES, EWS_GROUP_PROPERTIES } from '../src/mapping/ews/table-contact.ts'
import { EWS_EVENT_PROPERTIES } from '../src/mapping/ews/table-event.ts'
import { EWS_TASK_PROPERTIES } from '../src/mapping/ews/table-task.ts'
import type { MappedField, NativeProperty } from '../src/mapping/ical/table.ts'
import { ICAL_EVENT_PROPERTIES } from '../src/mapping/ical/table-event.ts'
import { EVENT_FIELDS } from '../src/mapping/ical/table-event-fields.ts'
import { ICAL_TODO_PROPERTIES } from '../src/mapping/ical/table-todo.ts'
import { TASK_FIELDS } from '../src/mapping/ical/table-todo-fields.ts'
import { CARD_GROUP_PROPERTIES, CARD_PROPERTIES } from '../src/mapping/vcard/table-contact.ts'
import { CONTACT_FIELDS, GROUP_FIELDS } from '../src/mapping/vcard/table-contact-fields.ts'

type Kind = {
  title: string
  /** What the native documents are called. */
  documents: { exchange: string; nextcloud: string }
  fields: readonly MappedField[]
  exchange: readonly NativeProperty[]
  nextcloud: readonly NativeProperty[]
  /** A page may have a second kind in it. */
  more?: Section
}

type Section = Pick<Kind, 'fields' | 'exchange' | 'nextcloud'> & { heading: string; intro: string }

const KINDS: Readonly<Record<string, Kind>> = {
  'docs/mapping/events.md': {
    title: 'Events',
    documents: { exchange: 'the calendar item', nextcloud: 'the calendar object (VEVENT)' },
    fields: EVENT_FIELDS,
    exchange: EWS_EVENT_PROPERTIES,
    nextcloud: ICAL_EVENT_PROPERTIES,
  },
  'docs/mapping/tasks.md': {
    title: 'Tasks',
    documents: { exchange: 'the task', nextcloud: 'the task (VTODO)' },
    fields: TASK_FIELDS,
    exchange: EWS_TASK_PROPERTIES,
    nextcloud: ICAL_TODO_PROPERTIES,
  },
  'docs/mapping/contacts.md': {
    title: 'Contacts',
    documents: { exchange: 'the contact', nextcloud: 'the vCard (3.0 or 4.0, as it is)' },
    fields: CONTACT_FIELDS,
    exchange: EWS_CONTACT_PROPERTIES,
    nextcloud: CARD_PROPERTIES,
    more: {
      heading: 'Distribution lists',
      intro:
        "A distribution list is a card of KIND:group (X-ADDRESSBOOKSERVER-KIND in vCard 3.0). The groups that Nextcloud's Contacts shows are categories.",
      fields: GROUP_FIELDS,
      exchange: EWS_GROUP_PROPERTIES,
      nextcloud: CARD_GROUP_PROPERTIES,
    },
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
  const { title, documents, exchange, nextcloud, more } = kind
  return [
    '<!-- Made from src/mapping/*/table*.ts by npm run docs. -->',
    `# ${title}: what is synced, and what is not`,
    '',
    'Every row was tried on the code by the tests. What does not fit on Exchange stays on Nextcloud as it is and is reported',
    'under the name in brackets; `connector mapping dry-run FILE` shows it for a file.',
    '',
    ...fieldTable(kind),
    '',
    ...(more ? [`## ${more.heading}`, '', more.intro, '', ...fieldTable(more), ''] : []),
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

function fieldTable({ fields, exchange, nextcloud }: Pick<Kind, 'fields' | 'exchange' | 'nextcloud'>): string[] {
  const rows = fields.map((field) => [
    field.label,
    names(exchange, field.path),
    names(nextcloud, field.path),
    DIRECTIONS[field.direction],
    field.limits.map(({ says, loss }) => `${says} (\`${reasonOf(loss)}\`)`).join('; '),
  ])
  return table(['', 'Exchange', 'Nextcloud', 'Direction', 'What Exchange does not hold'], rows)
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
