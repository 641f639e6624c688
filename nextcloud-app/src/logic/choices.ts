/**
 * SPDX-FileCopyrightText: The Nextcloud Exchange Connector contributors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 * What is linked with what, as rows that a person can switch, and back to the choices that the server keeps. Pure.
 */
import type { Choice, Collection, Direction, ExchangeFolder, Kind } from './types.ts'

/**
 * `default`: the mailbox's own calendar, tasks or contacts. `collection`: a further Nextcloud collection and the Exchange folder of its name.
 * `folder`: a named Exchange folder whose Nextcloud side the connector chooses. `others`: all other Exchange folders.
 */
export type Row = {
  key: string
  role: 'default' | 'collection' | 'folder' | 'others'
  kind: Kind
  exchange: ExchangeFolder
  nextcloud: string | null
  /** Name of the Nextcloud collection or of the Exchange folder. */
  name: string
  isOn: boolean
  direction: Direction
  /** The collection is chosen, but is no longer there. */
  isMissing: boolean
}

export const KINDS: readonly Kind[] = ['calendar', 'tasks', 'contacts']
export const DIRECTIONS: readonly Direction[] = ['both', 'to-nextcloud', 'to-exchange']

/** Own collections of the kind that can be written, the only ones that can be linked. */
export function linkable(kind: Kind, collections: readonly Collection[]): Collection[] {
  return collections.filter((collection) => {
    if (!collection.isOwn || !collection.isWritable || collection.isSubscription || collection.isDeleted) return false
    if (kind === 'contacts') return collection.kind === 'contacts'
    const component = kind === 'calendar' ? 'VEVENT' : 'VTODO'
    return collection.kind === 'calendar' && collection.components.includes(component)
  })
}

/** One row for the default folder, one per further collection, one per named folder, one for all others: in this order, per kind. */
export function rowsOf(choices: readonly Choice[], collections: readonly Collection[]): Row[] {
  return KINDS.flatMap((kind) => {
    const own = linkable(kind, collections)
    const chosen = choices.filter((choice) => choice.kind === kind)
    const main = chosen.find((choice) => choice.exchange.kind === 'default')
    const rows: Row[] = [rowOf({ role: 'default', kind, exchange: { kind: 'default' }, name: '' }, main, own)]
    const taken = new Set(main?.nextcloud ? [main.nextcloud] : [])
    for (const choice of chosen) {
      if (choice.exchange.kind !== 'folder') continue
      const role = choice.nextcloud === null ? 'folder' : 'collection'
      const name = own.find(({ uri }) => uri === choice.nextcloud)?.displayName ?? choice.exchange.name
      rows.push(rowOf({ role, kind, exchange: choice.exchange, name }, choice, own))
      if (choice.nextcloud !== null) taken.add(choice.nextcloud)
    }
    for (const { uri, displayName } of own) {
      if (taken.has(uri)) continue
      const row = rowOf(
        { role: 'collection', kind, exchange: { kind: 'folder', name: displayName }, name: displayName },
        undefined,
        own,
      )
      rows.push({ ...row, key: `${kind}:${uri}`, nextcloud: uri })
    }
    const others = chosen.find((choice) => choice.exchange.kind === 'others')
    return [...rows, rowOf({ role: 'others', kind, exchange: { kind: 'others' }, name: '' }, others, own)]
  })
}

/** What every Nextcloud account begins with. */
const FIRST: Readonly<Record<Kind, string>> = { calendar: 'personal', tasks: 'personal', contacts: 'contacts' }

/**
 * Before the consent the automatic choice of the default rows is written out: a person should read what will be linked, not find it out later.
 * After it (`isConsent` false) only of what is off, so that it is there when it is turned on and nothing that was saved looks changed.
 */
export function withSuggestions(rows: readonly Row[], collections: readonly Collection[], isConsent: boolean): Row[] {
  return rows.map((row) => {
    if (row.role !== 'default' || row.nextcloud !== null || (row.isOn && !isConsent)) return row
    const first = linkable(row.kind, collections).find(({ uri }) => uri === FIRST[row.kind])
    return first === undefined ? row : { ...row, nextcloud: first.uri }
  })
}

type Seed = Pick<Row, 'role' | 'kind' | 'exchange' | 'name'>

function rowOf(seed: Seed, choice: Choice | undefined, own: readonly Collection[]): Row {
  const nextcloud = choice?.nextcloud ?? null
  const named = seed.exchange.kind === 'folder' ? `folder:${seed.exchange.name}` : seed.exchange.kind
  return {
    ...seed,
    key: `${seed.kind}:${seed.role === 'collection' && nextcloud !== null ? nextcloud : named}`,
    nextcloud,
    isOn: choice !== undefined,
    direction: choice?.direction ?? 'both',
    isMissing: nextcloud !== null && !own.some(({ uri }) => uri === nextcloud),
  }
}

/** The rows to show: a collection that the default folder is linked with is not offered a second time. */
export function shownRows(rows: readonly Row[]): Row[] {
  return rows.filter((row) => row.role !== 'collection' || !isMainOf(rows, row))
}

/** The choices that the rows stand for. */
export function choicesOf(rows: readonly Row[]): Choice[] {
  return shownRows(rows)
    .filter((row) => row.isOn)
    .map(({ kind, exchange, nextcloud, direction }) => ({ kind, exchange, nextcloud, direction }))
}

/** Rows with one changed; a new value, so that the form can tell what was saved. */
export function withRow(
  rows: readonly Row[],
  key: string,
  change: Partial<Pick<Row, 'isOn' | 'direction' | 'nextcloud'>>,
): Row[] {
  return rows.map((row) =>
    row.key === key ? { ...row, ...change, isMissing: change.nextcloud === undefined && row.isMissing } : row,
  )
}

export type ChoiceProblem = { kind: Kind; problem: 'same-folder' | 'nothing' }

/** What cannot be saved: two folders of one name in Exchange, or nothing at all. */
export function problemOf(rows: readonly Row[]): ChoiceProblem | null {
  const choices = choicesOf(rows)
  const [first] = KINDS
  if (choices.length === 0) return { kind: first ?? 'calendar', problem: 'nothing' }
  for (const kind of KINDS) {
    const names = choices.flatMap(({ kind: of, exchange }) =>
      of === kind && exchange.kind === 'folder' ? [exchange.name.toLowerCase()] : [],
    )
    if (new Set(names).size < names.length) return { kind, problem: 'same-folder' }
  }
  return null
}

export function isSame(first: readonly Choice[], second: readonly Choice[]): boolean {
  const text = (choices: readonly Choice[]) =>
    choices
      .map(({ kind, exchange, nextcloud, direction }) =>
        JSON.stringify([kind, exchange.kind, 'name' in exchange ? exchange.name : '', nextcloud, direction]),
      )
      .sort()
  return JSON.stringify(text(first)) === JSON.stringify(text(second))
}

function isMainOf(rows: readonly Row[], { kind, nextcloud }: Row): boolean {
  return rows.some((row) => row.role === 'default' && row.kind === kind && row.isOn && row.nextcloud === nextcloud)
}
