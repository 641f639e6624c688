/** Two-way sync of an Exchange mailbox (simulator) with Radicale and Xandikos, field by field. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { type DavProgram, hasRadicale, hasXandikos, startRadicale, startXandikos } from './dav-programs.ts'
import { fullSync } from './full-sync.ts'

const PROGRAMS = [
  { name: 'Radicale', present: hasRadicale, start: startRadicale },
  { name: 'Xandikos', present: hasXandikos, start: startXandikos },
]

for (const { name, present, start } of PROGRAMS) {
  if (!present) console.log(`skipped: ${name} is not installed (apt-get install ${name.toLowerCase()})`)
  test.skipIf(!present)(`syncs an Exchange mailbox with ${name} both ways, field by field`, async () => {
    const program = await start()
    try {
      const calendar = await makeCalendar(program)
      const { url: davUrl, username, password } = program
      await fullSync({ davUrl, username, password }, calendar)
    } finally {
      await program.close()
    }
  })
}

/** A fresh calendar under the principal's home, made by plain HTTP. */
async function makeCalendar({ url, username, password }: DavProgram): Promise<{ name: string; url: string }> {
  const name = `interop-${randomUUID().slice(0, 8)}`
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const homes = [`${url}${username}/calendars/`, `${url}${username}/`]
  const body = `<c:mkcalendar xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:d="DAV:"><d:set><d:prop><d:displayname>${name}</d:displayname><c:supported-calendar-component-set><c:comp name="VEVENT"/></c:supported-calendar-component-set></d:prop></d:set></c:mkcalendar>`
  const headers = { authorization, 'Content-Type': 'application/xml' }
  for (const home of homes) {
    const collection = `${home}${name}/`
    const { status } = await fetch(collection, { method: 'MKCALENDAR', headers, body })
    if (status === 201) return { name, url: collection }
  }
  expect.fail('no calendar could be made')
}
