/** The laws of the Exchange lenses for tasks, contacts and lists on generated items (I19, P7). */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EwsFieldChange } from '../../src/mapping/ews/change.ts'
import { readContact } from '../../src/mapping/ews/contact.ts'
import { fitContact } from '../../src/mapping/ews/contact-fit.ts'
import { contactChanges, contactElements, photoChange } from '../../src/mapping/ews/contact-write.ts'
import { writeDocument } from '../../src/mapping/ews/document.ts'
import { fitGroup, groupChanges, groupElements, readGroup } from '../../src/mapping/ews/group.ts'
import { readSingleDocument } from '../../src/mapping/ews/single-item.ts'
import { readTask } from '../../src/mapping/ews/task.ts'
import { fitTask } from '../../src/mapping/ews/task-fit.ts'
import { taskChanges, taskElements } from '../../src/mapping/ews/task-write.ts'
import type { XmlElement } from '../../src/mapping/ews/xml.ts'
import type { Contact, Group } from '../../src/model/contact.ts'
import { differingPaths, flatten } from '../../src/model/flat.ts'
import type { Fit, Item } from '../../src/model/item.ts'
import type { Task } from '../../src/model/task.ts'
import { CONTEXT, element } from './ews-renderer.ts'
import { anyContact, anyGroup, anyTask } from './ews-task-contact-arbitrary.ts'
import { created, isForeignKept, updated } from './ews-task-contact-server.ts'

const numRuns = Number(process.env.LENS_RUNS ?? 1000)

/** A lens with a server behind it. */
type Lens<T extends Item> = {
  any: fc.Arbitrary<T>
  fit(item: T, current?: T): Fit<T>
  /** The native item that a creation of a fitted item makes. */
  create(item: T): XmlElement
  update(native: XmlElement, current: T, desired: T): XmlElement
  changes(current: T, desired: T, native: XmlElement): readonly EwsFieldChange[]
  read(native: XmlElement): T
}

const TASKS: Lens<Task> = {
  any: anyTask,
  fit: (task, current) => fitTask(task, CONTEXT, current),
  create: (task) => created('Task', taskElements(task, CONTEXT, 'token')),
  changes: (current, desired) => {
    const { first, changes } = taskChanges(current, desired, { context: CONTEXT, marked: false })
    return [...first, ...changes]
  },
  update: (native, current, desired) => {
    const { first, changes } = taskChanges(current, desired, { context: CONTEXT, marked: false })
    return updated(first.length > 0 ? updated(native, first) : native, changes)
  },
  read: (native) => readTask(native, CONTEXT),
}

const CONTACTS: Lens<Contact> = {
  any: anyContact,
  fit: (contact, current) => fitContact(contact, CONTEXT, current),
  create: (contact) => withPhoto(created('Contact', contactElements(contact, 'token')), null, contact),
  changes: (current, desired, native) => contactChanges(current, desired, native),
  update: (native, current, desired) =>
    withPhoto(updated(native, contactChanges(current, desired, native)), current, desired),
  read: (native) => readContact(native, CONTEXT),
}

const GROUPS: Lens<Group> = {
  any: anyGroup,
  fit: (group, current) => fitGroup(group, current),
  create: (group) => created('DistributionList', groupElements(group, 'token')),
  changes: (current, desired, native) => groupChanges(current, desired, native),
  update: (native, current, desired) => updated(native, groupChanges(current, desired, native)),
  read: (native) => readGroup(native),
}

/** The side writes photos as attachments. */
function withPhoto(native: XmlElement, current: Contact | null, desired: Contact): XmlElement {
  const change = photoChange(current, desired)
  if (change.kind === 'keep') return native
  const others = native.children.filter(({ name }) => name !== 'Attachments')
  if (change.kind === 'remove') return { ...native, children: others }
  const attachment = element('FileAttachment', [
    element('AttachmentId', '', { Id: 'photo' }),
    element('ContentType', change.photo.mediaType),
    element('IsContactPhoto', 'true'),
    element('Content', change.photo.base64),
  ])
  return { ...native, children: [...others, element('Attachments', [attachment])] }
}

/** Exchange dates a completion by itself: nobody can say to when. */
function dated<T extends Item>(item: T): T {
  return item.kind === 'task' && item.status === 'completed' ? { ...item, completed: null } : item
}

function expectSame(actual: Item, expected: Item): void {
  const [one, other] = [flatten(dated(actual)), flatten(dated(expected))]
  const paths = differingPaths(one, other)
  expect(paths.map((path) => ({ path, actual: one.get(path), expected: other.get(path) }))).toEqual([])
}

function laws<T extends Item>(name: string, lens: Lens<T>): void {
  describe(`I19: the Exchange lens for ${name}`, () => {
    it('reads back what fit promised of what was created, with our UID', () => {
      fc.assert(
        fc.property(lens.any, (item) => {
          const fit = lens.fit(item)
          if (fit.kind === 'unrepresentable') return
          const read = lens.read(lens.create(fit.item))
          expectSame(read, fit.item)
          expect(read.uid).toBe(item.uid)
        }),
        { numRuns },
      )
    })

    it('fits what it read without any change or loss, and then has nothing to write', () => {
      fc.assert(
        fc.property(lens.any, (item) => {
          const fit = lens.fit(item)
          if (fit.kind === 'unrepresentable') return
          const native = lens.create(fit.item)
          const current = lens.read(native)
          const again = lens.fit(current, current)
          expect(again).toMatchObject({ kind: 'fits', losses: [] })
          if (again.kind === 'fits') expectSame(again.item, current)
          expect(lens.changes(current, current, native)).toEqual([])
        }),
        { numRuns },
      )
    })

    it('reads back what fit promised of an update, and what it does not know stays', () => {
      fc.assert(
        fc.property(lens.any, lens.any, (before, after) => {
          const first = lens.fit(before)
          if (first.kind === 'unrepresentable') return
          const native = lens.create(first.item)
          const current = lens.read(native)
          const wanted = lens.fit({ ...after, uid: current.uid }, current)
          if (wanted.kind === 'unrepresentable') return
          const result = lens.update(native, current, wanted.item)
          expectSame(lens.read(result), wanted.item)
          expect(isForeignKept(result)).toBe(true)
        }),
        { numRuns },
      )
    })

    it('names every field that it cannot hold, and fits only once', () => {
      fc.assert(
        fc.property(lens.any, (item) => {
          const fit = lens.fit(item)
          expect(fit.kind === 'fits' || fit.losses.length > 0).toBe(true)
          if (fit.kind === 'unrepresentable') return
          const named = new Set(fit.losses.map(({ path }) => path))
          const lost = differingPaths(flatten(item), flatten(fit.item)).filter((path) => !named.has(path))
          expect(lost.filter((path) => !isTidied(path, item, fit.item))).toEqual([])
          const again = lens.fit(fit.item)
          expect(again.kind === 'fits' && again.item).toEqual(fit.item)
        }),
        { numRuns },
      )
    })

    it('keeps a document whole on its way through the archive', () => {
      fc.assert(
        fc.property(lens.any, (item) => {
          const fit = lens.fit(item)
          if (fit.kind === 'unrepresentable') return
          const native = lens.create(fit.item)
          const text = writeDocument({ master: native, exceptions: [] })
          expectSame(lens.read(readSingleDocument(text)), lens.read(native))
        }),
        { numRuns: Math.ceil(numRuns / 10) },
      )
    })
  })
}

/** The same in other words: a body is a text, notes end with their last line. */
function isTidied(path: string, item: Item, fitted: Item): boolean {
  const texts = [item, fitted].map((one) => {
    const value = flatten(one).get(path) as { text?: string } | string | undefined
    return (typeof value === 'string' ? value : (value?.text ?? '')).replace(/[\s\p{Cc}\p{Cs}\uFFFE\uFFFF]+/gu, '')
  })
  return (path === 'body' || path === 'note') && texts[0] === texts[1]
}

laws('tasks', TASKS)
laws('contacts', CONTACTS)
laws('distribution lists', GROUPS)
