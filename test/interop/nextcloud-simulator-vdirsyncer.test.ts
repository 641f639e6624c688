/** vdirsyncer, a CalDAV and CardDAV client that we did not write, syncs the Nextcloud simulator with local folders, both ways. */
import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventText } from '../simulators/nextcloud/raw-client.ts'
import { type NextcloudSimulator, startNextcloudSimulator } from '../simulators/nextcloud/simulator.ts'

const VDIRSYNCER = '/usr/bin/vdirsyncer'
const run = promisify(execFile)

let sim: NextcloudSimulator
let folder: string

const config = (type: 'caldav' | 'carddav', extension: string): string => `
[general]
status_path = "${folder}/status/"

[pair both]
a = "local"
b = "remote"
collections = ["from a", "from b"]
conflict_resolution = "b wins"
metadata = ["displayname", "color"]

[storage local]
type = "filesystem"
path = "${folder}/local/"
fileext = "${extension}"

[storage remote]
type = "${type}"
url = "${sim.url}/"
username = "alice"
password = "secret"
`

async function vdirsyncer(...words: string[]): Promise<string> {
  const environment = { ...process.env, VDIRSYNCER_CONFIG: join(folder, 'config'), LC_ALL: 'C.UTF-8', LANG: 'C.UTF-8' }
  // "discover" asks before it creates collections that only one side has.
  const child = run(VDIRSYNCER, words, { env: environment, timeout: 120_000 })
  child.child.stdin?.end('y\n'.repeat(20))
  const { stdout, stderr } = await child
  return stdout + stderr
}

const localFolder = (name: string): string => join(folder, 'local', name)
const localTexts = (name: string): string[] =>
  readdirSync(localFolder(name))
    .filter((file) => /\.(ics|vcf)$/.test(file))
    .map((file) => readFileSync(join(localFolder(name), file), 'utf8'))
    .sort()
const summaries = (texts: string[]): string[] =>
  texts.map((text) => /(?:SUMMARY|FN):(.*?)\r?\n/.exec(text)?.[1] ?? '').sort()

beforeEach(async () => {
  sim = await startNextcloudSimulator({ version: 34 })
  sim.addUser('alice', 'secret', { email: 'alice@corp.test' })
  folder = mkdtempSync(join(tmpdir(), 'vdirsyncer-'))
  mkdirSync(join(folder, 'local'))
})
afterEach(async () => {
  await sim.close()
  rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(!existsSync(VDIRSYNCER))('vdirsyncer (skipped where /usr/bin/vdirsyncer is absent)', () => {
  it('syncs a calendar to a folder and back: new, changed and deleted on both sides', async () => {
    writeFileSync(join(folder, 'config'), config('caldav', '.ics'))
    const calendar = sim.user('alice').calendar('personal')
    for (const uid of ['keep', 'edit there', 'gone there', 'gone here']) calendar.put(`${uid}.ics`, eventText(uid))
    await vdirsyncer('discover')
    await vdirsyncer('sync')
    expect(summaries(localTexts('personal'))).toEqual([
      'Event edit there',
      'Event gone here',
      'Event gone there',
      'Event keep',
    ])

    calendar.put('edit there.ics', eventText('edit there').replace('Event', 'Edited'))
    calendar.remove('gone there.ics')
    for (const file of readdirSync(localFolder('personal')))
      if (readFileSync(join(localFolder('personal'), file), 'utf8').includes('UID:gone here'))
        unlinkSync(join(localFolder('personal'), file))
    writeFileSync(join(localFolder('personal'), 'new.ics'), eventText('new').replace('Event new', 'Grüße & <mehr>'))
    await vdirsyncer('sync')

    const expected = ['Edited edit there', 'Event keep', 'Grüße & <mehr>']
    expect(summaries(localTexts('personal'))).toEqual(expected)
    expect(summaries(calendar.list().map((object) => object.text))).toEqual(expected)
    expect(
      calendar
        .trash()
        .map((object) => object.uid)
        .sort(),
    ).toEqual(['gone here', 'gone there'])

    sim.requests.reset()
    await vdirsyncer('sync')
    expect(sim.requests.count('PUT') + sim.requests.count('DELETE')).toBe(0)
  })

  it('makes a calendar that only the folder has', async () => {
    writeFileSync(join(folder, 'config'), config('caldav', '.ics'))
    mkdirSync(localFolder('work'))
    writeFileSync(join(localFolder('work'), '1.ics'), eventText('1'))
    await vdirsyncer('discover')
    await vdirsyncer('sync')
    expect(
      sim
        .user('alice')
        .calendar('work')
        .list()
        .map((object) => object.uid),
    ).toEqual(['1'])
  })

  it('syncs an address book', async () => {
    writeFileSync(join(folder, 'config'), config('carddav', '.vcf'))
    const contacts = sim.user('alice').addressBook('contacts')
    const card = (uid: string): string =>
      `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${uid}\r\nFN:Person ${uid}\r\nN:;${uid};;;\r\nEND:VCARD\r\n`
    contacts.put('1.vcf', card('1'))
    await vdirsyncer('discover')
    await vdirsyncer('sync')
    writeFileSync(join(localFolder('contacts'), '2.vcf'), card('2'))
    await vdirsyncer('sync')
    expect(summaries(localTexts('contacts'))).toEqual(['Person 1', 'Person 2'])
    expect(summaries(contacts.list().map((entry) => entry.text))).toEqual(['Person 1', 'Person 2'])
  })
})
