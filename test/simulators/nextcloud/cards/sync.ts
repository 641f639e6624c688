/** sync-collection of address books: truncated at 2,500 with `init_<id>_<token>` tokens and a 507 element (nextcloud-facts 3.1). */
import type { SyncAnswer } from '../report/sync.ts'
import type { AddressBook } from './address-book.ts'

/** The first sync goes through the cards in the order of their ids; the token carries the last id and where the feed starts. */
function initialPage(book: AddressBook, from: { id: number; token: number }, pageSize: number): SyncAnswer {
  const rest = [...book.objects.live.values()].filter((card) => card.id > from.id).sort((a, b) => a.id - b.id)
  const page = rest.slice(0, pageSize)
  const truncated = rest.length > page.length
  const token = truncated ? `init_${page.at(-1)?.id ?? 0}_${from.token}` : String(from.token)
  return { changed: page.map((card) => card.uri), deleted: [], token, truncated }
}

export function cardChanges(book: AddressBook, token: string | null, pageSize: number): SyncAnswer {
  const resumed = /^init_(\d+)_(\d+)$/.exec(token ?? '')
  if (resumed) return initialPage(book, { id: Number(resumed[1]), token: Number(resumed[2]) }, pageSize)
  if (token === null || !/^\d+$/.test(token) || token === '0')
    return initialPage(book, { id: 0, token: book.objects.token }, pageSize)
  const since = Number(token)
  const until = Math.min(book.objects.token, since + pageSize)
  const changes = book.objects.changes({ since, until }, 'last')
  const truncated = until < book.objects.token
  return { ...changes, token: String(until), truncated }
}
