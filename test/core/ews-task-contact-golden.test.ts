/**
 * Golden pairs of tasks, contacts and lists: what an Exchange item reads as, what a new one is written as, and what an update says.
 * `item.xml` + `model.json`: reading. `desired.json` + `written.xml` + `losses.json`: writing; without an item a creation, with one an update.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fieldNode } from '../../src/exchange/ews/ids.ts'
import { singleChanges } from '../../src/exchange/ews/side-single-changes.ts'
import { fitSingle } from '../../src/exchange/ews/side-single-fit.ts'
import type { EwsFieldChange, XmlNode } from '../../src/mapping/ews/change.ts'
import { nodeText } from '../../src/mapping/ews/preview.ts'
import { isSingleItem, readSingleDocument, readSingleItem, singlePreview } from '../../src/mapping/ews/single-item.ts'
import { applyPatch, flatten, unflatten } from '../../src/model/flat.ts'
import type { Fit, Item, Json } from '../../src/model/item.ts'
import type { ItemId, SideItem, Version } from '../../src/ports/side.ts'

const GOLDEN = new URL('../golden/', import.meta.url)
const SETS = ['ews-task', 'ews-contact'] as const
const CASES_MIN = 60

type Case = { set: (typeof SETS)[number]; name: string; read(file: string): string | null }

function cases(): Case[] {
  return SETS.flatMap((set) =>
    readdirSync(new URL(`${set}/`, GOLDEN)).map((name) => ({
      set,
      name,
      read: (file: string) => {
        const url = new URL(`${set}/${name}/${file}`, GOLDEN)
        return existsSync(url) ? readFileSync(url, 'utf8') : null
      },
    })),
  )
}

/** A golden case may say in which zone its mailbox is: `zone.txt`. */
function contextOf(one: Case) {
  return { mailbox: 'anna@example.test', floatingZone: one.read('zone.txt')?.trim() ?? 'Europe/Berlin' }
}

function shown(item: Item): { uid: string; fields: { [path: string]: Json } } {
  return { uid: item.uid, fields: Object.fromEntries(flatten(item)) }
}

/** `fields` replaces fields of the item there is; null takes one away. */
function desiredItem(text: string, current: Item | null): Item {
  const { uid, fields } = JSON.parse(text) as { uid: string; fields: { [path: string]: Json } }
  const patch = new Map(Object.entries(fields).map(([path, value]) => [path, value ?? undefined] as const))
  return unflatten(
    applyPatch(current ? flatten(current) : new Map(), patch),
    current?.uid ?? uid,
    current ? [current] : [],
  )
}

function written(one: Case, fit: Fit<Item>, current: SideItem | null): string {
  if (fit.kind === 'unrepresentable' || !isSingleItem(fit.item)) return 'not representable\n'
  if (current === null) return `${singlePreview(fit.item, contextOf(one))}\n`
  const { first, changes } = singleChanges(contextOf(one), current, fit.item)
  const updates = (list: readonly EwsFieldChange[]): XmlNode => ({ name: 'Updates', children: list.map(changeNode) })
  const parts = first.length > 0 ? [updates(first), updates(changes)] : [updates(changes)]
  return `${parts.map(nodeText).join('\n')}\n`
}

function changeNode(change: EwsFieldChange): XmlNode {
  const path = fieldNode(change.field)
  return change.kind === 'delete'
    ? { name: 'DeleteItemField', children: [path] }
    : { name: 'SetItemField', children: [path, change.value] }
}

function sideItem(text: string, model: Item): SideItem {
  const native = { format: 'ews' as const, text }
  return { id: 'id' as ItemId, version: 'key' as Version, uid: model.uid, model, native }
}

describe.each(cases())('$set/$name', (one) => {
  const item = one.read('item.xml')
  const model = item === null ? null : readSingleItem(readSingleDocument(item), contextOf(one))

  it.runIf(item !== null)('reads as its model', () => {
    expect(model && shown(model)).toEqual(JSON.parse(one.read('model.json') ?? 'null'))
  })

  const desired = one.read('desired.json')
  it.runIf(desired !== null)('is written as expected, with its losses named', () => {
    const kind = one.set === 'ews-task' ? 'tasks' : 'contacts'
    const fit = fitSingle({ kind, lens: contextOf(one) }, desiredItem(desired ?? '', model), model ?? undefined)
    expect(fit.losses).toEqual(JSON.parse(one.read('losses.json') ?? '[]'))
    expect(written(one, fit, item && model ? sideItem(item, model) : null)).toBe(one.read('written.xml'))
  })
})

it(`has at least ${CASES_MIN} cases, and each of them says something`, () => {
  const all = cases()
  expect(all.length).toBeGreaterThanOrEqual(CASES_MIN)
  const empty = all.filter((one) => one.read('model.json') === null && one.read('written.xml') === null)
  expect(empty.map(({ name }) => name)).toEqual([])
})
