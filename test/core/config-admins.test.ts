/** Service accounts: what is accepted, and what is refused by name. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadAdmins } from '../../src/config/admins.ts'
import { ConnectorError } from '../../src/ports/errors.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'admins-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

function write(name: string, content: unknown): string {
  const path = join(dir, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 })
  return path
}

function refusal(content: unknown): string {
  try {
    loadAdmins(write('admins.json', content))
  } catch (error) {
    if (error instanceof ConnectorError) return `${error.code} ${error.fields.problems}`
    throw error
  }
  return 'accepted'
}

const anna = { Username: 'a@example.org', Password: 'pw-a' }

describe('loadAdmins', () => {
  it('reads accounts with passwords from the file, from other files and from commands', () => {
    write('pw', 'from-file\n')
    const path = write('admins.json', [
      anna,
      { Username: 'b', Password_FILE: 'pw' },
      { Username: 'c', Password_COMMAND: 'echo x' },
    ])
    const { admins, warnings } = loadAdmins(path)
    expect(admins.map((admin) => (admin.kind === 'on-premises' ? admin.password : ''))).toEqual([
      'pw-a',
      'from-file',
      'x',
    ])
    expect(warnings).toEqual([])
  })

  it('reads applications of the cloud', () => {
    const path = write('admins.json', [{ AppId: 'id', ClientSecret: 's', TenantId: 't' }])
    expect(loadAdmins(path).admins).toEqual([
      { kind: 'cloud', name: 'id', appId: 'id', clientSecret: 's', tenantId: 't' },
    ])
  })

  it('reads a folder of files in the order of their names', () => {
    mkdirSync(join(dir, 'd'))
    write('d/2.json', [{ Username: 'b', Password: 'x' }])
    write('d/1.json', [anna])
    write('d/readme.txt', 'no')
    expect(loadAdmins(join(dir, 'd')).admins.map((admin) => admin.name)).toEqual(['a@example.org', 'b'])
  })

  it.each([
    ['an empty list', [], /names no service account/],
    ['an object', anna, /must be a list/],
    ['a text', [['x']], /entry 1: must be an object/],
    ['a number', [{ Username: 'a', Password: 1234 }], /Password must be a text/],
    ['no password', [{ Username: 'a' }], /Password is missing/],
    ['an empty password', [{ Username: 'a', Password: '' }], /Password: is empty/],
    ['an empty name', [{ Username: ' ', Password: 'x' }], /Username is missing or empty/],
    [
      'a mistyped field',
      [{ Username: 'a', Pasword: 'x', Password: 'y' }],
      /Pasword is not a known field; did you mean Password\?/,
    ],
    ['a duplicate', [anna, { ...anna, Username: 'A@EXAMPLE.org' }], /is listed twice/],
    ['mixed kinds', [anna, { AppId: 'i', ClientSecret: 's' }], /mixes accounts/],
    ['a mixed entry', [{ ...anna, AppId: 'i' }], /mixes an account/],
    ['broken JSON', '[{"Password": "canary" oops', /is not valid JSON/],
  ])('refuses %s by name', (_, content, message) => {
    const text = refusal(content)
    expect(text).toMatch(message)
    expect(text).not.toMatch(/pw-a|canary/)
  })

  it('names all problems at once', () => {
    expect(refusal([{ Username: 'a' }, { Password: 'x' }]).split('\n')).toHaveLength(2)
  })

  it('says when the file is absent', () => {
    expect(() => loadAdmins(join(dir, 'no.json'))).toThrow('config.file')
  })

  it('warns once when the file holds passwords and others can read it', () => {
    const path = join(dir, 'open.json')
    writeFileSync(path, JSON.stringify([anna, { Username: 'b', Password: 'x' }]), { mode: 0o644 })
    expect(loadAdmins(path).warnings).toHaveLength(1)
  })
})
