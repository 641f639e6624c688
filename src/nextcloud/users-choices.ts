/** The collections of one entry of `users.json`: `Calendars`, `TaskLists` and `AddressBooks`, three keys of the same form. */
import { z } from 'zod'
import type {
  CollectionChoice,
  CollectionChoices,
  ExchangeChoice,
  NextcloudChoice,
} from '../ports/collection-choice.ts'
import type { CollectionKind } from '../ports/state-store.ts'

const text = z.string().trim().min(1, 'is empty')

const ROW = z.strictObject({
  Exchange: text.optional(),
  Nextcloud: text.optional(),
  Direction: z.enum(['both', 'to-nextcloud', 'to-exchange'], 'must be both, to-nextcloud or to-exchange').optional(),
})
type Row = z.infer<typeof ROW>

/** `defaultName`: what the default folder is called here, in whatever language the mailbox calls it. `words`: for messages. */
const KEYS = {
  Calendars: { kind: 'calendar', defaultName: 'Calendar', words: 'calendar' },
  TaskLists: { kind: 'tasks', defaultName: 'Tasks', words: 'task list' },
  AddressBooks: { kind: 'contacts', defaultName: 'Contacts', words: 'address book' },
} as const satisfies Record<string, { kind: CollectionKind; defaultName: string; words: string }>
type Key = keyof typeof KEYS
const NAMES = Object.keys(KEYS) as Key[]

export const CHOICE_KEYS = {
  Calendars: z.array(ROW).min(1, 'is empty; remove it to sync the default calendar, or remove the user').optional(),
  TaskLists: z.array(ROW).optional(),
  AddressBooks: z.array(ROW).optional(),
}
export type ChosenRows = Partial<Record<Key, Row[] | undefined>>

/** Without a key the default folder alone: further ones are opt-in. */
export function choicesOf(entry: ChosenRows): CollectionChoices {
  return {
    calendar: choicesOfKey(entry, 'Calendars'),
    tasks: choicesOfKey(entry, 'TaskLists'),
    contacts: choicesOfKey(entry, 'AddressBooks'),
  }
}

/** What the schema alone cannot say. */
export function choiceProblems(entry: ChosenRows): string[] {
  return NAMES.flatMap((key) => keyProblems(key, choicesOfKey(entry, key)))
}

function choicesOfKey(entry: ChosenRows, key: Key): CollectionChoice[] {
  return (entry[key] ?? [{}]).map(({ Exchange, Nextcloud, Direction }) => ({
    exchange: exchangeOf(Exchange, KEYS[key].defaultName),
    nextcloud: nextcloudOf(Nextcloud),
    direction: Direction ?? 'both',
  }))
}

function exchangeOf(name: string | undefined, defaultName: string): ExchangeChoice {
  if (name === '*') return { kind: 'others' }
  const isDefault = name === undefined || name.toLowerCase() === defaultName.toLowerCase()
  return isDefault ? { kind: 'default' } : { kind: 'folder', name }
}

function nextcloudOf(name: string | undefined): NextcloudChoice {
  if (name === undefined) return { kind: 'auto' }
  return name === '*' ? { kind: 'others' } : { kind: 'named', name }
}

function keyProblems(key: Key, choices: readonly CollectionChoice[]): string[] {
  const { words } = KEYS[key]
  const folders = choices.map(({ exchange }) => nameOf(exchange, KEYS[key].defaultName))
  const targets = choices.flatMap(({ nextcloud }) => (nextcloud.kind === 'named' ? [nextcloud.name.toLowerCase()] : []))
  const problems = [
    ...repeated(folders).map((name) => `${key} names the Exchange ${words} ${name} twice`),
    ...repeated(targets).map((name) => `${key} names the Nextcloud ${words} ${name} twice`),
  ]
  if (choices.some(({ exchange, nextcloud }) => exchange.kind === 'others' && nextcloud.kind === 'named')) {
    problems.push(
      `${key}: "*" links each further Exchange ${words} with one of the same name, so it takes no Nextcloud but "*"`,
    )
  }
  if (choices.some(({ exchange, nextcloud }) => nextcloud.kind === 'others' && exchange.kind !== 'others')) {
    problems.push(`${key}: "*" for Nextcloud stands together with "*" for Exchange`)
  }
  return problems
}

function nameOf(exchange: ExchangeChoice, defaultName: string): string {
  if (exchange.kind === 'folder') return exchange.name.toLowerCase()
  return exchange.kind === 'default' ? defaultName : '*'
}

/** Each value that is there more than once, named once. */
export function repeated(values: readonly string[]): string[] {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const value of values) (seen.has(value) ? twice : seen).add(value)
  return [...twice]
}
