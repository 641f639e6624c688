/** The flat form of a group of contacts: its members merge one by one. */
import type { Group, GroupMember } from './contact.ts'
import { CATEGORY_PREFIX, suffixesOf, valueAt } from './flat-values.ts'
import type { FieldPath, FlatItem, Json } from './item.ts'

const MEMBER_PREFIX = 'member:'

export function flattenGroup(group: Group): FlatItem {
  const flat = new Map<FieldPath, Json>()
  flat.set('title', group.title)
  if (group.note !== '') flat.set('note', group.note)
  flat.set('sensitivity', group.sensitivity)
  for (const category of [...group.categories].sort()) flat.set(CATEGORY_PREFIX + category, true)
  for (const member of sortedMembers(group.members)) {
    const { email, name, uid } = member
    flat.set(MEMBER_PREFIX + memberKey(member), { email, name, uid })
  }
  return flat
}

export function unflattenGroup(flat: FlatItem, uid: string): Group {
  return {
    kind: 'group',
    uid,
    title: valueAt(flat, 'title', ''),
    members: suffixesOf(flat, MEMBER_PREFIX).map((key) => ({
      ...valueAt<GroupMember>(flat, MEMBER_PREFIX + key, { email: '', name: '', uid: null }),
    })),
    note: valueAt(flat, 'note', ''),
    categories: suffixesOf(flat, CATEGORY_PREFIX),
    sensitivity: valueAt<Group['sensitivity']>(flat, 'sensitivity', 'normal'),
  }
}

/** What makes a member the same one on both sides: the address, else the contact that the card names. */
export function memberKey({ email, uid }: GroupMember): string {
  return email === '' ? `urn:uuid:${uid ?? ''}` : email
}

/** In the one order of the model, one per key (the first of several). */
export function sortedMembers(members: readonly GroupMember[]): GroupMember[] {
  const byKey = new Map<string, GroupMember>()
  for (const member of members) if (!byKey.has(memberKey(member))) byKey.set(memberKey(member), member)
  return [...byKey].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, member]) => member)
}
