/** Two-way sync with a real Nextcloud: NEXTCLOUD_URL and NEXTCLOUD_USER, NEXTCLOUD_APP_PASSWORD name a test user whose calendars may be written to. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { fullSync } from './full-sync.ts'

const { NEXTCLOUD_URL: url, NEXTCLOUD_USER: username, NEXTCLOUD_APP_PASSWORD: password } = process.env

if (!url || !username || !password) {
  console.log('skipped: real Nextcloud (set NEXTCLOUD_URL, NEXTCLOUD_USER and NEXTCLOUD_APP_PASSWORD)')
}

test.skipIf(!url || !username || !password)(
  'syncs an Exchange mailbox with a real Nextcloud both ways, field by field',
  async () => {
    const davUrl = new URL('remote.php/dav/', `${url?.replace(/\/$/, '')}/`).href
    const account = { davUrl, username: username ?? '', password: password ?? '' }
    const name = `interop-${randomUUID().slice(0, 8)}`
    const collection = `${davUrl}calendars/${account.username}/${name}/`
    const authorization = `Basic ${Buffer.from(`${account.username}:${account.password}`).toString('base64')}`
    const body = `<c:mkcalendar xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:set><d:prop><d:displayname>${name}</d:displayname><c:supported-calendar-component-set><c:comp name="VEVENT"/></c:supported-calendar-component-set></d:prop></d:set></c:mkcalendar>`
    const made = await fetch(collection, {
      method: 'MKCALENDAR',
      headers: { authorization, 'Content-Type': 'application/xml' },
      body,
    })
    expect(made.status).toBe(201)
    try {
      await fullSync(account, { name, url: collection })
    } finally {
      await fetch(collection, { method: 'DELETE', headers: { authorization, 'X-NC-CalDAV-No-Trashbin': '1' } })
    }
  },
)
