/**
 * The Exchange lens for distribution lists (MS-OXWSDLIST 2.2.4.1), the groups of the model. EWS holds members by address; a member
 * that has none (a list in the list, somebody from the directory who is gone) is not known to the model and stays.
 */
import type { Group, GroupMember } from '../../model/contact.ts'
import { canonicalJson } from '../../model/flat.ts'
import { memberKey, sortedMembers } from '../../model/flat-group.ts'
import type { Fit, Json, Loss } from '../../model/item.ts'
import { textBody } from './body.ts'
import { type EwsFieldChange, field, type XmlNode } from './change.ts'
import { noteOf } from './contact.ts'
import { noteNode } from './contact-write.ts'
import { type LossList, lossList } from './context.ts'
import { extendedElement } from './extended.ts'
import { tidyCategories } from './fields.ts'
import { fitCategories, fitLine } from './fit-fields.ts'
import { UID_FIELD, uidOf } from './identity.ts'
import { SENSITIVITY } from './names.ts'
import { readPerson } from './people.ts'
import { categoriesNode } from './task-write.ts'
import { line } from './text.ts'
import { extendedNode, TOKEN_FIELD } from './unfinished.ts'
import { toNode } from './write-fields.ts'
import { child, childrenOf, textAt, type XmlElement } from './xml.ts'

const text = (name: string, value: string): XmlNode => ({ name, text: value })

export function readGroup(item: XmlElement): Group {
  const members = membersOf(item).flatMap(({ member }) => (member === null ? [] : [member]))
  return {
    kind: 'group',
    uid: uidOf(item),
    title: line(textAt(item, 'DisplayName') ?? textAt(item, 'Subject') ?? ''),
    members: sortedMembers(members),
    note: noteOf(item),
    categories: tidyCategories(childrenOf(child(item, 'Categories'), 'String').map((category) => category.text)),
    sensitivity: SENSITIVITY.fromEws.get(textAt(item, 'Sensitivity') ?? '') ?? 'normal',
  }
}

/** Which contact a member is, EWS says by an item id alone: the model's `uid` stays empty. */
function membersOf(item: XmlElement): { element: XmlElement; member: GroupMember | null }[] {
  return childrenOf(child(item, 'Members'), 'Member').map((element) => {
    const person = readPerson(element)
    return { element, member: person && { ...person, uid: null } }
  })
}

/** What Exchange would give back of a group, and what would be lost. Pure; idempotent. */
export function fitGroup(group: Group, current: Group | null = null): Fit<Group> {
  const found: Loss[] = []
  const losses = lossList(found)
  const item: Group = {
    kind: 'group',
    uid: group.uid,
    title: group.title === current?.title ? group.title : fitLine('title', group.title, losses),
    members: sortedMembers(group.members.flatMap((member) => fitMember(member, losses, current))),
    note: group.note === current?.note ? group.note : (textBody(group.note)?.text ?? ''),
    categories: fitCategories(group.categories, losses),
    sensitivity: group.sensitivity,
  }
  return { kind: 'fits', item, losses: found }
}

function fitMember(member: GroupMember, losses: LossList, current: Group | null): GroupMember[] {
  const path = `member:${memberKey(member)}`
  const email = line(member.email).toLowerCase()
  if (email === '' || !email.includes('@')) {
    losses.add(path, 'value-not-held', 'Exchange lists members by address')
    return []
  }
  if (member.uid !== null) losses.add(path, 'no-such-field', 'which contact it is')
  const held = current?.members.find((one) => one.email === email)
  // The name of somebody who is in the list already is the server's.
  const name = held?.name ?? fitLine(path, member.name, losses)
  if (held !== undefined && held.name !== member.name) losses.add(path, 'server-owned', 'the name of a member')
  return [{ email, name, uid: null }]
}

/** Properties of a DistributionList for CreateItem, in the order of the schema. */
export function groupElements(group: Group, token: string | null): XmlNode[] {
  const nodes: (XmlNode | null)[] = [
    text('Sensitivity', SENSITIVITY.toEws[group.sensitivity]),
    group.note === '' ? null : noteNode(group.note),
    categoriesNode(group.categories),
    token === null ? null : extendedNode(TOKEN_FIELD, token),
    group.uid === '' ? null : extendedElement(UID_FIELD, group.uid),
    text('DisplayName', group.title),
    membersNode(group, null),
  ]
  return nodes.filter((node) => node !== null)
}

/** UpdateItem changes from `current` to `desired` (fitted). Members are one property: those who stay are written as Exchange knows them. */
export function groupChanges(current: Group, desired: Group, native: XmlElement): EwsFieldChange[] {
  const changes: EwsFieldChange[] = []
  const change = (uri: string, value: XmlNode | null): void => {
    changes.push(value === null ? { kind: 'delete', field: field(uri) } : { kind: 'set', field: field(uri), value })
  }
  if (current.sensitivity !== desired.sensitivity) {
    change('item:Sensitivity', text('Sensitivity', SENSITIVITY.toEws[desired.sensitivity]))
  }
  if (current.note !== desired.note) change('item:Body', noteNode(desired.note))
  if (!same(current.categories, desired.categories)) change('item:Categories', categoriesNode(desired.categories))
  if (current.title !== desired.title) change('contacts:DisplayName', text('DisplayName', desired.title))
  const emails = ({ members }: Group) => members.map(({ email }) => email)
  if (!same(emails(current), emails(desired))) change('distributionlist:Members', membersNode(desired, native))
  return changes
}

function membersNode(group: Group, native: XmlElement | null): XmlNode | null {
  const known = native === null ? [] : membersOf(native)
  const wanted = new Set(group.members.map(({ email }) => email))
  const kept = known.filter(({ member }) => member === null || wanted.has(member.email))
  const there = new Set(kept.map(({ member }) => member?.email))
  const added = group.members.filter(({ email }) => !there.has(email)).map(newMember)
  const entries = [...kept.map(({ element }) => keptMember(element)), ...added]
  return entries.length === 0 ? null : { name: 'Members', children: entries }
}

function keptMember(element: XmlElement): XmlNode {
  const { attributes, children } = element
  return { name: 'Member', attributes, children: children.filter(({ name }) => name === 'Mailbox').map(toNode) }
}

/** One-off: an address that stands for itself (MailboxTypeType OneOff). */
function newMember({ email, name }: GroupMember): XmlNode {
  const mailbox = [
    ...(name === '' ? [] : [text('Name', name)]),
    text('EmailAddress', email),
    text('RoutingType', 'SMTP'),
    text('MailboxType', 'OneOff'),
  ]
  return { name: 'Member', children: [{ name: 'Mailbox', children: mailbox }] }
}

function same(one: unknown, other: unknown): boolean {
  return canonicalJson(one as Json) === canonicalJson(other as Json)
}
