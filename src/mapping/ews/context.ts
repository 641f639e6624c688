/** What the Exchange lens must know besides the item: whose calendar it is, and in which zone times without a zone are meant. */
import type { FieldPath, Loss, LossReason } from '../../model/item.ts'
import type { ZoneId } from '../../model/time.ts'

export type EwsContext = {
  /** Primary SMTP address of the mailbox, lower case. */
  mailbox: string
  /** The mailbox's display name, when known: Exchange writes it as the organizer's name. */
  mailboxName?: string
  /** Zone of floating times and of all-day events on Exchange. */
  floatingZone: ZoneId
  /** Files of an event that are bigger do not travel. */
  fileBytesMax?: number
}

/** Collects what does not fit. An exception's losses are all named by its occurrence path. */
export type LossList = {
  add(path: FieldPath, reason: LossReason, detail?: string): void
  forOccurrence(path: FieldPath): LossList
}

export function lossList(target: Loss[]): LossList {
  const add: LossList['add'] = (path, reason, detail) => {
    target.push(detail === undefined ? { path, reason } : { path, reason, detail })
  }
  return {
    add,
    forOccurrence: (path) => ({
      add: (field, reason, detail) => add(path, reason, detail === undefined ? field : `${field}: ${detail}`),
      forOccurrence: () => lossList(target),
    }),
  }
}
