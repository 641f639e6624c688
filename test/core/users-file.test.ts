/** users.json: what it may say, and what is refused by name. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { resolveSecret } from '../../src/config/secret.ts'
import { loadUsersFile } from '../../src/nextcloud/users-file.ts'
import { ConnectorError } from '../../src/ports/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'users-file-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'users.json')
const SECRET = 'canary-4711'

const anna = {
  Email: 'Anna@Example.Test',
  DavUrl: 'https://cloud.example.test/',
  Username: 'anna',
  AppPassword: SECRET,
}
const DEFAULT = { exchange: { kind: 'default' }, nextcloud: { kind: 'auto' }, direction: 'both' }
const write = (content: unknown, mode = 0o600) => {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  chmodSync(path, mode)
}
const load = (content: unknown, options: { defaultDavUrl?: string; mode?: number } = {}) => {
  write(content, options.mode)
  return loadUsersFile(path, { resolveSecret, defaultDavUrl: options.defaultDavUrl })
}
function refusal(content: unknown, options: { defaultDavUrl?: string } = {}): ConnectorError {
  try {
    load(content, options)
  } catch (error) {
    if (error instanceof ConnectorError) return error
    throw error
  }
  throw new Error('accepted')
}
const problems = (content: unknown) => String(refusal(content).fields.problems).replaceAll(`${path}: `, '')

describe('a good file', () => {
  it('gives the mailbox in lower case, the account, and the default calendar alone', () => {
    const { users, warnings } = load([anna])
    expect(users[0]).toMatchObject({
      email: 'anna@example.test',
      davUrl: 'https://cloud.example.test/',
      username: 'anna',
      timeZone: null,
      choices: { calendar: [DEFAULT], tasks: [DEFAULT], contacts: [DEFAULT] },
    })
    expect(users[0]?.appPassword().value).toBe(SECRET)
    expect(warnings).toEqual([])
  })

  it('reads a password from a file beside it or from a command, each time anew', () => {
    const file = join(folder, 'anna.secret')
    writeFileSync(file, 'first\n', { mode: 0o600 })
    const { AppPassword: _, ...rest } = anna
    const { users } = load([
      { ...rest, AppPassword_FILE: 'anna.secret' },
      { ...rest, Email: 'ben@example.test', Username: 'ben', AppPassword_COMMAND: 'printf %s from-a-vault' },
    ])
    expect(users.map((user) => user.appPassword().value)).toEqual(['first', 'from-a-vault'])
    writeFileSync(file, 'rotated\n')
    expect(users[0]?.appPassword().value).toBe('rotated')
  })

  it('links further calendars by name, and all of them with *', () => {
    const Calendars = [{ Nextcloud: 'work' }, { Exchange: 'Projects' }, { Exchange: '*' }]
    const { users } = load([{ ...anna, Calendars, TimeZone: 'Europe/Berlin' }])
    expect(users[0]?.timeZone).toBe('Europe/Berlin')
    expect(users[0]?.choices.calendar).toEqual([
      { exchange: { kind: 'default' }, nextcloud: { kind: 'named', name: 'work' }, direction: 'both' },
      { exchange: { kind: 'folder', name: 'Projects' }, nextcloud: { kind: 'auto' }, direction: 'both' },
      { exchange: { kind: 'others' }, nextcloud: { kind: 'auto' }, direction: 'both' },
    ])
  })

  it('links task lists and address books in the same form, one way if asked to, and none where the list is empty', () => {
    const AddressBooks = [{ Exchange: 'contacts' }, { Exchange: '*', Nextcloud: '*', Direction: 'to-nextcloud' }]
    const { users } = load([{ ...anna, TaskLists: [], AddressBooks }])
    expect(users[0]?.choices).toEqual({
      calendar: [DEFAULT],
      tasks: [],
      contacts: [DEFAULT, { exchange: { kind: 'others' }, nextcloud: { kind: 'others' }, direction: 'to-nextcloud' }],
    })
  })

  it('takes the configured Nextcloud where an entry names none', () => {
    const { DavUrl: _, ...rest } = anna
    const { users } = load([rest], { defaultDavUrl: 'https://default.example.test' })
    expect(users[0]?.davUrl).toBe('https://default.example.test')
    expect(String(refusal([rest]).fields.problems)).toContain('needs DavUrl')
  })

  it('warns of passwords that other users of the machine can read, and of plain http to another machine', () => {
    expect(load([anna], { mode: 0o644 }).warnings[0]).toMatch(/chmod 600/)
    expect(load([{ ...anna, DavUrl: 'http://cloud.example.test' }]).warnings[0]).toMatch(/unencrypted/)
    expect(load([{ ...anna, DavUrl: 'http://127.0.0.1:8080' }]).warnings).toEqual([])
  })

  it('may hold no user', () => {
    expect(load([]).users).toEqual([])
  })
})

describe('a wrong file', () => {
  it('is refused with everything that is wrong at once, each with entry and key, and no secret in it', () => {
    const error = refusal([
      { ...anna, Emial: 'x', TimeZone: 'Berlin' },
      { Email: 'no-address', Username: '', AppPassword: SECRET, DavUrl: 'ftp://x' },
      { ...anna, Email: 'carl@example.test', Username: 'carl', AppPassword_COMMAND: 'pass show x' },
    ])
    const text = String(error.fields.problems)
    expect(error.code).toBe('config.invalid')
    expect(text).toContain('entry 1 (Anna@Example.Test): unknown key Emial; known: Email, DavUrl,')
    expect(text).toContain('entry 1 (Anna@Example.Test): TimeZone must be an IANA time zone')
    expect(text).toContain('entry 2 (no-address): Email must be an e-mail address')
    expect(text).toContain('entry 2 (no-address): Username is empty')
    expect(text).toContain('entry 2 (no-address): DavUrl must be an http or https URL')
    expect(text).toContain('entry 3 (carl@example.test): needs exactly one of AppPassword')
    expect(JSON.stringify([error.fields, error.message])).not.toContain(SECRET)
  })

  it('names one mailbox or one account that is there twice, in whatever case', () => {
    const twice = problems([
      anna,
      { ...anna, Email: 'anna@example.test', DavUrl: 'https://CLOUD.example.test/remote.php/dav', Username: 'ANNA' },
    ])
    expect(twice).toContain('anna@example.test is there twice')
    expect(twice).toContain('the Nextcloud user anna at cloud.example.test is there for two mailboxes')
  })

  it('refuses links that could not both hold', () => {
    const wrong = (Calendars: unknown) => problems([{ ...anna, Calendars }])
    expect(problems([{ ...anna, TaskLists: [{ Exchange: 'Tasks' }, {}] }])).toContain(
      'the Exchange task list Tasks twice',
    )
    expect(wrong([])).toContain('Calendars is empty')
    expect(wrong([{ Exchange: 'A' }, { Exchange: 'a' }])).toContain('names the Exchange calendar a twice')
    expect(wrong([{ Exchange: 'A', Nextcloud: 'x' }, { Nextcloud: 'X' }])).toContain(
      'names the Nextcloud calendar x twice',
    )
    expect(wrong([{ Exchange: '*', Nextcloud: 'x' }])).toContain('"*" links each further')
    expect(wrong([{ Exchange: 'A', Nextcloud: '*' }])).toContain('stands together with "*" for Exchange')
    expect(wrong([{ Direction: 'sideways' }])).toContain('must be both, to-nextcloud or to-exchange')
    expect(wrong([{ Exchnage: 'A' }])).toContain('unknown key Exchnage')
  })

  it('is refused when it is no JSON, no list, or cannot be read; its text is not quoted', () => {
    const noJson = refusal(`[{"AppPassword": "${SECRET}" oops`)
    expect(noJson.fields.problems).toContain('is not valid JSON')
    expect(JSON.stringify(noJson.fields) + String(noJson.cause)).not.toContain(SECRET)
    expect(refusal({ users: [] }).fields.problems).toContain('must be a JSON list')
    const absent = () => loadUsersFile(join(folder, 'absent.json'), { resolveSecret })
    expect(absent).toThrow(
      expect.objectContaining({ code: 'config.file', fields: expect.objectContaining({ reason: 'ENOENT' }) }),
    )
  })
})
