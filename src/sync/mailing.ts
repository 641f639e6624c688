/**
 * Whether a write may make Exchange write to people (promises.md P6, docs/decisions/0016). Only news of a person does: what a feed told,
 * of a meeting of the mailbox's own that is not over. First sync, resync, scrub, restore and masked items are silent (INV-3).
 */
import type { Item } from '../model/item.ts'
import type { Mail, SideItem } from '../ports/side.ts'
import type { Observation } from '../ports/state-store.ts'

export type MailRule = {
  authority: 'nextcloud' | 'exchange'
  /** The mailbox's address, lower case. */
  me: string
  nowMs: number
  firstPassDone: boolean
}

/** `news`: what was seen on Nextcloud. `items`: all that take part, as they are seen: a masked one never causes mail. */
export function mailFor(
  rule: MailRule,
  news: Pick<Observation, 'side' | 'seenBy' | 'dirty' | 'spanEndMs'>,
  items: readonly Pick<SideItem, 'mask'>[],
): Mail {
  if (rule.authority !== 'exchange' || !rule.firstPassDone) return 'nobody'
  if (news.side !== 'nextcloud' || news.seenBy !== 'feed' || !news.dirty) return 'nobody'
  if (news.spanEndMs !== null && news.spanEndMs <= rule.nowMs) return 'nobody'
  return items.some(({ mask }) => mask?.view === 'masked') ? 'nobody' : 'people'
}

/** My own meeting with somebody in it. */
export function isOwnMeeting(item: Item, me: string): boolean {
  return item.kind === 'event' && item.organizer?.email === me && item.attendees.length > 0
}
