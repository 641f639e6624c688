/** Tries every row of the tables of tasks, contacts and distribution lists on the lenses, as mapping-tables.test.ts does for events. */
import { describe, expect, it } from 'vitest'
import { singleChanges } from '../../src/exchange/ews/side-single-changes.ts'
import { fitSingle } from '../../src/exchange/ews/side-single-fit.ts'
import {
  readSingleDocument,
  readSingleItem,
  type SingleItem,
  singlePreview,
} from '../../src/mapping/ews/single-item.ts'
import { EWS_CONTACT_PROPERTIES, EWS_GROUP_PROPERTIES } from '../../src/mapping/ews/table-contact.ts'
import { EWS_TASK_PROPERTIES } from '../../src/mapping/ews/table-task.ts'
import type { MappedField, NativeProperty } from '../../src/mapping/ical/table.ts'
import { ICAL_TODO_PROPERTIES } from '../../src/mapping/ical/table-todo.ts'
import { TASK_FIELDS } from '../../src/mapping/ical/table-todo-fields.ts'
import { readTodo } from '../../src/mapping/ical/todo-read.ts'
import { writeTodo } from '../../src/mapping/ical/todo-write.ts'
import { readContact } from '../../src/mapping/vcard/read-contact.ts'
import { CARD_GROUP_PROPERTIES, CARD_PROPERTIES } from '../../src/mapping/vcard/table-contact.ts'
import { CONTACT_FIELDS, GROUP_FIELDS } from '../../src/mapping/vcard/table-contact-fields.ts'
import { writeContact } from '../../src/mapping/vcard/write-contact.ts'
import { applyPatch, differingPaths, flatten, unflatten } from '../../src/model/flat.ts'
import type { Item, Loss } from '../../src/model/item.ts'
import { cardOf, taskOf } from '../../src/model/kinds.ts'
import type { ItemId, SideItem, Version } from '../../src/ports/side.ts'

const context = { mailbox: 'anna@example.org', floatingZone: 'Europe/Berlin', nowMs: 0 }
const TYPES = 'http://schemas.microsoft.com/exchange/services/2006/types'
const UID =
  '<t:ExtendedProperty><t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="exchange-connector-uid" PropertyType="String"/><t:Value>probe@example.org</t:Value></t:ExtendedProperty>'

type Kind = {
  element: string
  collection: 'tasks' | 'contacts'
  /** The native document with these lines in place of the usual ones. */
  native(lines: readonly string[]): string
  usualElements: Readonly<Record<string, string>>
  read(text: string): { item: Item; problems: Loss[] }
  write(native: string | null, item: Item): { text: string; losses: Loss[] }
  fields: readonly MappedField[]
  exchange: readonly NativeProperty[]
  nextcloud: readonly NativeProperty[]
  /** Lines that have every field. */
  full: readonly string[]
}

const lineName = (line: string) => /^(?:[\w-]+\.)?([\w-]+)/.exec(line)?.[1] ?? ''

function withUsual(usual: readonly string[], lines: readonly string[]): string[] {
  const own = new Set(lines.map(lineName))
  return [...usual.filter((line) => !own.has(lineName(line))), ...lines]
}

const task: Kind = {
  element: 'Task',
  collection: 'tasks',
  native: (lines) => {
    const end = lines.indexOf('END:VTODO')
    const own = end < 0 ? lines : lines.slice(0, end)
    const rest = end < 0 ? [] : lines.slice(end)
    const todo = [...withUsual(['UID:probe@example.org', 'SUMMARY:Probe'], own), ...rest]
    return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VTODO', ...todo, 'END:VTODO', 'END:VCALENDAR', ''].join('\r\n')
  },
  usualElements: { Subject: '<t:Subject>Probe</t:Subject>' },
  read: (text) => {
    const { task: item, problems } = readTodo(text, context)
    return { item, problems }
  },
  write: (native, item) => writeTodo(native, taskOf(item), context),
  fields: TASK_FIELDS,
  exchange: EWS_TASK_PROPERTIES,
  nextcloud: ICAL_TODO_PROPERTIES,
  full: [
    ...['DESCRIPTION:x', 'CATEGORIES:x', 'DTSTART;VALUE=DATE:20260302', 'BEGIN:VALARM', 'TRIGGER:-PT5M', 'END:VALARM'],
  ],
}

const cards = (version: string, usual: readonly string[]): Pick<Kind, 'collection' | 'native' | 'read' | 'write'> => ({
  collection: 'contacts',
  native: (lines) => {
    const all = withUsual([`VERSION:${version}`, 'UID:probe@example.org', ...usual], lines)
    return ['BEGIN:VCARD', ...all, 'END:VCARD', ''].join('\r\n')
  },
  read: (text) => {
    const { contact, problems } = readContact(text)
    return { item: contact, problems }
  },
  write: (native, item) => writeContact(native, cardOf(item), context),
})

const contact: Kind = {
  element: 'Contact',
  ...cards('3.0', ['FN:Probe', 'N:Probe;;;;']),
  usualElements: { DisplayName: '<t:DisplayName>Probe</t:DisplayName>' },
  fields: CONTACT_FIELDS,
  exchange: EWS_CONTACT_PROPERTIES,
  nextcloud: CARD_PROPERTIES,
  full: [
    'ORG:A;B',
    'ADR;TYPE=work,pref:;;Ring 1;;;;',
    ...CARD_PROPERTIES.flatMap(({ path, probe }) => (path ? probe.to : [])),
  ],
}

const group: Kind = {
  element: 'DistributionList',
  ...cards('4.0', ['KIND:group', 'FN:Probe']),
  usualElements: { DisplayName: '<t:DisplayName>Probe</t:DisplayName>' },
  fields: GROUP_FIELDS,
  exchange: EWS_GROUP_PROPERTIES,
  nextcloud: CARD_GROUP_PROPERTIES,
  full: CARD_GROUP_PROPERTIES.flatMap(({ probe }) => probe.to),
}

const isOf = (path: string) => (own: string) => (path.endsWith(':') ? own.startsWith(path) : own === path)
const differing = (one: Item, other: Item) => differingPaths(flatten(one), flatten(other))

describe.each(Object.entries({ tasks: task, contacts: contact, 'distribution lists': group }))(
  'the tables of %s',
  (_, kind) => {
    const xml = (elements: readonly string[]): string => {
      const own = new Set(elements.map((element) => /^<t:(\w+)/.exec(element)?.[1]))
      const usual = Object.entries(kind.usualElements).flatMap(([name, element]) => (own.has(name) ? [] : [element]))
      const inside = ['<t:ItemId Id="x" ChangeKey="y"/>', UID, ...usual, ...elements].join('')
      return `<t:${kind.element} xmlns:t="${TYPES}">${inside}</t:${kind.element}>`
    }
    const fromXml = (elements: readonly string[]): SingleItem =>
      readSingleItem(readSingleDocument(xml(elements)), context)
    const fromNative = (lines: readonly string[]): Item => kind.read(kind.native(lines)).item
    const fitted = (item: Item) => fitSingle({ kind: kind.collection, lens: context }, item)
    const rows = (properties: readonly NativeProperty[], isMapped: boolean) =>
      properties
        .filter(({ path }) => (path !== null) === isMapped)
        .map((row) => [`${row.property} ${row.path ?? ''}`, row] as const)

    /** Names of the properties that a creation writes differently. */
    function writtenDifferently(one: Item, other: Item): string[] {
      const lines = (item: Item): Map<string, string> => {
        const fit = fitted(item)
        if (fit.kind !== 'fits') throw new Error(JSON.stringify(fit.losses))
        const { children } = readSingleDocument(singlePreview(fit.item as SingleItem, context))
        const all = new Map<string, string>()
        for (const child of children) all.set(child.name, `${all.get(child.name) ?? ''}${JSON.stringify(child)}`)
        return all.set('Attachments', 'photo' in fit.item ? (fit.item.photo?.hash ?? '') : '')
      }
      const [was, is] = [lines(one), lines(other)]
      return [...new Set([...was.keys(), ...is.keys()])].filter((name) => was.get(name) !== is.get(name))
    }

    it('have both sides of every field, and no property of an unknown field', () => {
      const paths = kind.fields.map(({ path }) => path).sort()
      const of = (properties: readonly NativeProperty[]) =>
        [...new Set(properties.flatMap(({ path }) => path ?? []))].sort()
      expect(of(kind.exchange)).toEqual(paths)
      expect(of(kind.nextcloud)).toEqual(paths)
    })

    it('have every field of the model', () => {
      const held = [...flatten(fromNative(kind.full)).keys()].filter((path) => path !== 'kind')
      expect(held.filter((path) => !kind.fields.some((field) => isOf(field.path)(path)))).toEqual([])
      expect(kind.fields.filter((field) => !held.some(isOf(field.path))).map(({ path }) => path)).toEqual([])
    })

    it.each(rows(kind.nextcloud, true))(
      '%s of Nextcloud is the field that its row says, and is written on Exchange',
      (_name, row) => {
        const [before, after] = [fromNative(row.probe.from), fromNative(row.probe.to)]
        const paths = differing(before, after)
        expect(paths.length).toBeGreaterThan(0)
        expect(paths.filter((path) => !isOf(row.path ?? '')(path))).toEqual([])
        const names = writtenDifferently(before, after)
        const allowed = kind.exchange
          .filter(({ path }) => path === row.path)
          .map(({ property }) =>
            property.startsWith('Pid') ? 'ExtendedProperty' : property.slice(property.indexOf(':') + 1),
          )
        expect(names.length).toBeGreaterThan(0)
        // Exchange files a contact by its name where nobody said how.
        expect(names.filter((name) => !allowed.includes(name) && name !== 'FileAsMapping')).toEqual([])
      },
    )

    it.each(rows(kind.exchange, true))(
      '%s of Exchange is the field that its row says, and is written on Nextcloud',
      (_name, row) => {
        const [before, after] = [fromXml(row.probe.from), fromXml(row.probe.to)]
        const paths = differing(before, after)
        expect(paths.length).toBeGreaterThan(0)
        expect(paths.filter((path) => !isOf(row.path ?? '')(path))).toEqual([])
        const native = kind.write(null, before).text
        const { text, losses } = kind.write(native, after)
        expect(losses).toEqual([])
        expect(differing(kind.read(text).item, after)).toEqual([])
      },
    )

    it.each(rows(kind.nextcloud, false))('%s stays on Nextcloud, and is not in the model', (_name, row) => {
      const [before, after] = [fromNative(row.probe.from), fromNative(row.probe.to)]
      expect(differing(before, after)).toEqual([])
      const title = 'displayName' in before ? 'displayName' : 'title'
      const moved = unflatten(applyPatch(flatten(before), new Map([[title, 'Other']])), before.uid, [before])
      const lines = kind.write(kind.native(row.probe.from), moved).text.split('\r\n')
      expect(row.probe.from.filter((line) => !lines.includes(line))).toEqual([])
    })

    it.each(rows(kind.exchange, false))('%s stays on Exchange, and no update mentions it', (_name, row) => {
      const [before, after] = [fromXml(row.probe.from), fromXml(row.probe.to)]
      expect(differing(before, after)).toEqual([])
      const text = xml(row.probe.from)
      const title = 'displayName' in before ? 'displayName' : 'title'
      const moved = unflatten(applyPatch(flatten(before), new Map([[title, 'Other']])), before.uid, [before])
      const native = { format: 'ews' as const, text }
      const current: SideItem = { id: 'id' as ItemId, version: 'v' as Version, uid: before.uid, model: before, native }
      const { first, changes } = singleChanges(context, current, moved as SingleItem)
      const uris = [...first, ...changes].map(({ field }) =>
        field.kind === 'field' ? field.uri : JSON.stringify(field),
      )
      expect(uris).toEqual([kind.element === 'Task' ? 'item:Subject' : 'contacts:DisplayName'])
    })

    it.each(
      kind.fields.flatMap(({ label, limits }) => limits.map((limit) => [`${label}: ${limit.says}`, limit] as const)),
    )('%s', (_name, { lines, loss, says }) => {
      const { item, problems } = kind.read(kind.native(lines))
      const fit = fitted(item)
      expect([...problems, ...fit.losses].map(({ path, reason }) => `${path} ${reason}`)).toContain(loss)
      expect(fit.kind).toBe(says.endsWith('not written to Exchange') ? 'unrepresentable' : 'fits')
    })
  },
)
