/** Two-way sync with a real Nextcloud: the server of NEXTCLOUD_URL, whose test user's calendars may be written to, or one started from NEXTCLOUD_DIR. */
import { randomUUID } from 'node:crypto'
import { test } from 'vitest'
import { nextcloudAccount } from '../nextcloud/account.ts'
import { fullSync, rawDav } from './full-sync.ts'

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
