/** Where mailboxes are, as autodiscover found them (src/ports/endpoint-book.ts). */
import { DISCOVERY_KEPT_MS } from '../limits.ts'
import type { EndpointBook, KnownEndpoint } from '../ports/endpoint-book.ts'
import { read, type StateDatabase, write } from './database.ts'
import type { MailboxEndpointRow } from './schema.ts'
import { storable, wholeMs, wholeMsOrNull } from './text.ts'

export function sqlEndpointBook(state: StateDatabase): EndpointBook {
  return {
    async read(email) {
      const row = await read(state, (db) =>
        db.selectFrom('mailbox_endpoint').selectAll().where('email', '=', keyOf(email)).executeTakeFirst(),
      )
      return row === undefined ? null : endpointOf(row)
    },
    async all() {
      const rows = await read(state, (db) => db.selectFrom('mailbox_endpoint').selectAll().execute())
      return new Map(rows.map((row) => [row.email, endpointOf(row)]))
    },
    put: (email, known) => write(state, (trx) => put(trx, email, known)),
    noteFailed: (email, url, atMs) =>
      write(state, async (trx) => {
        await trx
          .updateTable('mailbox_endpoint')
          .set({ failed_at_ms: wholeMs(atMs) })
          .where('email', '=', keyOf(email))
          .where('url', '=', url)
          .execute()
      }),
  }
}

async function put(
  trx: Parameters<Parameters<typeof write>[1]>[0],
  email: string,
  { place, url, foundAtMs, failedAtMs }: KnownEndpoint,
): Promise<void> {
  const found_at_ms = wholeMs(foundAtMs)
  const row = { place, url: storable(url), found_at_ms, failed_at_ms: wholeMsOrNull(failedAtMs) }
  await trx
    .insertInto('mailbox_endpoint')
    .values({ email: keyOf(email), ...row })
    .onConflict((oc) => oc.column('email').doUpdateSet(row))
    .execute()
  await trx
    .deleteFrom('mailbox_endpoint')
    .where('found_at_ms', '<', found_at_ms - DISCOVERY_KEPT_MS)
    .execute()
}

function endpointOf({ place, url, found_at_ms, failed_at_ms }: MailboxEndpointRow): KnownEndpoint {
  return { place, url, foundAtMs: found_at_ms, failedAtMs: failed_at_ms }
}

function keyOf(email: string): string {
  return storable(email.toLowerCase())
}
