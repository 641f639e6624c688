/** Secrets as a value, a file or a command: exactly one of them, never empty, never slow, never in an error. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resolveSecret, type SecretSource } from '../../src/config/secret.ts'
import { ConnectorError } from '../../src/ports/errors.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'secret-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

const resolve = (source: SecretSource, timeoutMs?: number) =>
  resolveSecret('X', source, { baseDir: dir, ...(timeoutMs === undefined ? {} : { timeoutMs }) })

function reasonOf(source: SecretSource, timeoutMs?: number): string {
  try {
    resolve(source, timeoutMs)
  } catch (error) {
    if (error instanceof ConnectorError) return `${error.code} ${error.fields.key}: ${error.fields.reason}`
    throw error
  }
  return 'accepted'
}

describe('resolveSecret', () => {
  it('takes the value as it is, blanks included', () => {
    expect(resolve({ X: ' p w ' })).toEqual({ value: ' p w ', form: 'value', warning: null })
  })

  it('takes a file relative to the base directory, without its last line end', () => {
    writeFileSync(join(dir, 'pw'), 'one\ntwo\r\n', { mode: 0o600 })
    expect(resolve({ X_FILE: 'pw' })).toEqual({ value: 'one\ntwo', form: 'file', warning: null })
  })

  it('takes what a command prints', () => {
    expect(resolve({ X_COMMAND: 'printf "a b\\n"' })).toMatchObject({ value: 'a b', form: 'command' })
  })

  it('gives null when there is none', () => {
    expect(resolve({ Y: '1' })).toBeNull()
  })

  it('refuses two forms at once', () => {
    expect(reasonOf({ X: 'a', X_FILE: 'b' })).toBe('config.secret X: given twice, as X and X_FILE; keep exactly one')
    expect(reasonOf({ X_FILE: 'a', X_COMMAND: 'b' })).toMatch(/given twice/)
  })

  it('refuses empty secrets of every form', () => {
    writeFileSync(join(dir, 'empty'), '\n')
    expect(reasonOf({ X: '' })).toMatch(/X: is empty/)
    expect(reasonOf({ X_FILE: 'empty' })).toMatch(/X_FILE: the file is empty/)
    expect(reasonOf({ X_COMMAND: 'true' })).toMatch(/X_COMMAND: the command printed nothing/)
  })

  it('names what is wrong with a file or a command, never its output', () => {
    expect(reasonOf({ X_FILE: 'absent' })).toMatch(/cannot be read \(ENOENT\)/)
    expect(reasonOf({ X_COMMAND: 'echo canary-1; echo canary-2 >&2; exit 3' })).toBe(
      'config.secret X_COMMAND: the command ended with 3',
    )
  })

  it('ends a command that does not answer', () => {
    expect(reasonOf({ X_COMMAND: 'sleep 30' }, 200)).toMatch(/did not end within 0.2 s/)
  })

  it('refuses a command that prints without end', () => {
    expect(reasonOf({ X_COMMAND: 'yes' }, 5000)).toMatch(/more than 65536 bytes/)
  })

  it('warns of a file that others can read', () => {
    writeFileSync(join(dir, 'open'), 'pw', { mode: 0o644 })
    expect(resolve({ X_FILE: 'open' })?.warning).toMatch(/mode 644.*chmod 600/)
  })
})
