/** What Exchange makes of a task, contact or list that is written to it, as a pure function: its habits without a server, for properties. */
import type { EwsFieldChange, ExtendedField, XmlNode } from '../../src/mapping/ews/change.ts'
import { extendedText } from '../../src/mapping/ews/extended.ts'
import { child, textAt, type XmlElement } from '../../src/mapping/ews/xml.ts'
import { element } from './ews-renderer.ts'

/** What other programs left in the item: it must come through every change. */
const FOREIGN: readonly XmlElement[] = [element('Mileage', '12'), element('BillingInformation', 'to nobody')]

export function asElement({ name, attributes = {}, children = [], text = '' }: XmlNode): XmlElement {
  return { ...element(name, '', { ...attributes }), children: children.map(asElement), text }
}

/** The item as GetItem gives it after CreateItem. */
export function created(kind: 'Task' | 'Contact' | 'DistributionList', properties: readonly XmlNode[]): XmlElement {
  const id = element('ItemId', '', { Id: 'an-item', ChangeKey: 'key' })
  const item = element(kind, [id, ...FOREIGN, ...properties.map(asElement)])
  return settled(item, new Set(properties.map(({ name }) => name)))
}

/** The item after UpdateItem. */
export function updated(item: XmlElement, changes: readonly EwsFieldChange[]): XmlElement {
  const names: string[] = []
  let result = item
  for (const change of changes) {
    names.push(nameOf(change))
    result = applied(result, change)
  }
  return settled(result, new Set(names))
}

export function isForeignKept(item: XmlElement): boolean {
  return FOREIGN.every(({ name, text }) => textAt(item, name) === text)
}

function nameOf(change: EwsFieldChange): string {
  return change.field.kind === 'field' ? (change.field.uri.split(':')[1] ?? '') : ''
}

function applied(item: XmlElement, change: EwsFieldChange): XmlElement {
  const { field } = change
  const value = change.kind === 'set' ? asElement(change.value) : null
  switch (field.kind) {
    case 'field':
      return replaced(item, nameOf(change), value)
    case 'extended': {
      const others = item.children.filter((one) => !isProperty(one, field))
      return { ...item, children: value ? [...others, value] : others }
    }
    case 'indexed':
      return replaced(item, dictionaryOf(field.uri), entries(item, field, value))
  }
}

function replaced(item: XmlElement, name: string, value: XmlElement | null): XmlElement {
  const others = item.children.filter((one) => one.name !== name)
  return { ...item, children: value ? [...others, value] : others }
}

function isProperty(one: XmlElement, field: ExtendedField): boolean {
  return one.name === 'ExtendedProperty' && extendedText({ ...one, children: [one] }, field) !== null
}

const DICTIONARIES: Record<string, string> = {
  EmailAddress: 'EmailAddresses',
  PhoneNumber: 'PhoneNumbers',
  ImAddress: 'ImAddresses',
  PhysicalAddress: 'PhysicalAddresses',
}

function dictionaryOf(uri: string): string {
  return DICTIONARIES[uri.split(':')[1] ?? ''] ?? ''
}

function entries(item: XmlElement, field: { uri: string; index: string }, value: XmlElement | null): XmlElement | null {
  const dictionary = dictionaryOf(field.uri)
  const part = field.uri.split(':')[2]
  const all = child(item, dictionary)?.children ?? []
  const old = all.find(({ attributes }) => attributes.Key === field.index)
  const others = all.filter((one) => one !== old)
  const given = value?.children[0]
  const parts = (old?.children ?? []).filter(({ name }) => name !== part)
  const whole =
    part === undefined
      ? given
      : { ...element('Entry', '', { Key: field.index }), children: [...parts, ...(given?.children ?? [])] }
  const kept = whole ? [...others, whole] : others
  return kept.length === 0 ? null : element(dictionary, kept)
}

function settled(item: XmlElement, changed: ReadonlySet<string>): XmlElement {
  return item.name === 'Task' ? settledTask(item, changed) : item
}

/** The last of the three that was set decides (EWS reference, CompleteDate). Dates lose their time of day. */
function settledTask(item: XmlElement, changed: ReadonlySet<string>): XmlElement {
  const last = [...changed].filter((name) => ['CompleteDate', 'PercentComplete', 'Status'].includes(name)).at(-1)
  const percent = Number(textAt(item, 'PercentComplete') ?? '0')
  const status = textAt(item, 'Status') ?? 'NotStarted'
  const done =
    last === 'CompleteDate' ||
    (last === 'Status' && status === 'Completed') ||
    (last === 'PercentComplete' && percent === 100)
  let result = cutDates(item)
  const put = (name: string, text: string | null) => {
    result = replaced(result, name, text === null ? null : element(name, text))
  }
  if (done) {
    put('Status', 'Completed')
    put('PercentComplete', '100')
    if (last !== 'CompleteDate') put('CompleteDate', '2026-03-05T00:00:00Z')
  } else if (last !== undefined) {
    put('CompleteDate', null)
    if (status === 'NotStarted' && last === 'Status') put('PercentComplete', '0')
    if (last === 'PercentComplete' && !changed.has('Status')) put('Status', percent === 0 ? 'NotStarted' : 'InProgress')
    put('Status', textAt(result, 'Status') ?? 'NotStarted')
  }
  return result
}

function cutDates(item: XmlElement): XmlElement {
  const dates = new Set(['StartDate', 'DueDate', 'CompleteDate'])
  const children = item.children.map((one) =>
    dates.has(one.name) ? { ...one, text: `${one.text.slice(0, 10)}T00:00:00Z` } : one,
  )
  return { ...item, children }
}
