/** Two-way sync with a real Nextcloud: the server of NEXTCLOUD_URL, whose test user's calendars may be written to, or one started from NEXTCLOUD_DIR. */
import { randomUUID } from 'node:crypto'
import { test } from 'vitest'
import { nextcloudAccount } from '../nextcloud/account.ts'
import { fullSync, rawDav } from './full-sync.ts'
import { fullSyncOfCollections } from './full-sync-collections.ts'

const given = nextcloudAccount()
if (given.kind === 'skip') console.log(`skipped: real Nextcloud (${given.reason})`)

test.skipIf(given.kind === 'skip')(
  'syncs an Exchange mailbox with a real Nextcloud both ways, field by field',
  async () => {
    if (given.kind === 'skip') return
    const { account, close } = await given.start()
    const name = `interop-${randomUUID().slice(0, 8)}`
    const collection = `${account.davUrl}calendars/${account.username}/${name}/`
    const authorization = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`
    try {
      await rawDav(account, collection).makeCalendar(name)
      await fullSync(account, { name, url: collection })
    } finally {
      await fetch(collection, { method: 'DELETE', headers: { authorization, 'X-NC-CalDAV-No-Trashbin': '1' } })
      await close()
    }
  },
)

/** Only on a server of our own: an account that is given may hold collections that are nobody's business. */
const isOwnServer = given.kind === 'account' && process.env.NEXTCLOUD_URL === undefined
if (!isOwnServer) console.log('skipped: collections of a real Nextcloud (set NEXTCLOUD_DIR, and not NEXTCLOUD_URL)')

test.skipIf(!isOwnServer)('syncs tasks, contacts and further collections with a real Nextcloud both ways', async () => {
  if (given.kind === 'skip') return
  const { account, close } = await given.start()
  try {
    await fullSyncOfCollections(account)
  } finally {
    await close()
  }
})
