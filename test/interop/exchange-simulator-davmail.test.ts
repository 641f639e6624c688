/**
 * DavMail, a CalDAV gateway that this project did not write, in front of the Exchange simulator: sign-in, folders and listings.
 * Contents are left out: DavMail reads and writes them as MimeContent, which the simulator does not convert.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../free-port.ts'
import { type ExchangeSimulator, startExchangeSimulator } from '../simulators/exchange/simulator.ts'

const DAVMAIL = '/usr/bin/davmail-server'
const USER = 'anna@example.org'
const present = existsSync(DAVMAIL)

describe.skipIf(!present)('the Exchange simulator behind DavMail (skipped: davmail-server is not installed)', () => {
  let simulator: ExchangeSimulator
  let davmail: ChildProcess
  let origin = ''
  const folder = mkdtempSync(join(tmpdir(), 'davmail-'))

  beforeAll(async () => {
    simulator = await startExchangeSimulator()
    simulator.addServiceAccount(USER, 'secret', { impersonation: false })
    const mailbox = simulator.addMailbox(USER, { displayName: 'Anna Example' })
    mailbox.addEvent({ subject: 'One', start: '2026-03-02T09:00:00Z', end: '2026-03-02T10:00:00Z' })
    mailbox.addEvent({
      subject: 'Weekly',
      start: '2026-03-02T09:00:00Z',
      end: '2026-03-02T10:00:00Z',
      recurrence: {
        pattern: { kind: 'WeeklyRecurrence', interval: 1, days: ['Monday'], firstDay: 'Monday' },
        count: 4,
      },
    })
    const port = await freePort()
    origin = `http://127.0.0.1:${port}`
    const settings = {
      server: true,
      mode: 'EWS',
      url: simulator.url,
      caldavPort: port,
      bindAddress: '127.0.0.1',
      allowRemote: false,
      disableUpdateCheck: true,
      caldavPastDelay: 0,
      logFilePath: join(folder, 'davmail.log'),
      imapPort: '',
      popPort: '',
      smtpPort: '',
      ldapPort: '',
    }
    const file = join(folder, 'davmail.properties')
    writeFileSync(
      file,
      Object.entries(settings)
        .map(([name, value]) => `davmail.${name}=${value}\n`)
        .join(''),
    )
    davmail = spawn(DAVMAIL, ['-server', file], { stdio: 'ignore' })
    for (let tries = 0; tries < 120; tries++) {
      const answer = await fetch(origin).catch(() => undefined)
      if (answer) break
      await sleep(250)
    }
  })

  afterAll(async () => {
    davmail?.kill()
    await simulator.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function propfind(path: string, depth: string): Promise<string> {
    const response = await fetch(`${origin}${path}`, {
      method: 'PROPFIND',
      headers: { authorization: `Basic ${btoa(`${USER}:secret`)}`, depth, 'content-type': 'text/xml' },
      body: '<propfind xmlns="DAV:"><prop><displayname/><getetag/><resourcetype/></prop></propfind>',
    })
    expect(response.status).toBe(207)
    return response.text()
  }

  it('signs in and finds the calendar', async () => {
    expect(await propfind(`/users/${USER}/calendar/`, '0')).toContain('<D:displayname>Calendar</D:displayname>')
  })

  it('lists single events and masters, each once', async () => {
    const response = await fetch(`${origin}/users/${USER}/calendar/`, {
      method: 'REPORT',
      headers: { authorization: `Basic ${btoa(`${USER}:secret`)}`, depth: '1', 'content-type': 'text/xml' },
      body: '<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter></C:calendar-query>',
    })
    const listing = await response.text()
    expect(listing.match(/<D:getetag>[^<]+<\/D:getetag>/g)).toHaveLength(2)
    expect(simulator.outbox.mails).toEqual([])
  })

  it('refuses a wrong password', async () => {
    const response = await fetch(`${origin}/users/${USER}/calendar/`, {
      method: 'PROPFIND',
      headers: { authorization: `Basic ${btoa(`${USER}:wrong`)}`, depth: '0' },
    })
    expect(response.status).toBe(401)
  })
})
