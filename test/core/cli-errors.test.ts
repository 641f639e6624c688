/** The error boundary: every code has words, and nothing secret gets out of any error. */
import { describe, expect, it } from 'vitest'
import { ERROR_TEXTS } from '../../src/cli/errors/table.ts'
import { fill } from '../../src/cli/errors/text.ts'
import { describeError, errorJson, errorText, stackText } from '../../src/cli/errors.ts'
import { EXIT } from '../../src/cli/exit-codes.ts'
import { redactor } from '../../src/cli/redact.ts'
import { ConnectorError, ERROR_CODES } from '../../src/ports/errors.ts'

const redact = redactor(['canary-secret'])

describe('the table', () => {
  it.each(ERROR_CODES)('says of %s what happened, why, and what to do next', (code) => {
    const { what, why, next, exit } = ERROR_TEXTS[code]
    for (const text of [what, why, next]) expect(text.length).toBeGreaterThan(10)
    expect(what).toMatch(/[.}\]]$/)
    expect(why).toMatch(/\.$/)
    expect(next).not.toMatch(/\.$/)
    expect(EXIT[exit]).toBeGreaterThan(0)
    expect(fill(what, {})).not.toMatch(/[[\]{}]/)
  })

  it('puts fields in and leaves absent parts out', () => {
    expect(fill('A[ at {host}][ ({reason})].', { host: 'h' })).toBe('A at h.')
    expect(fill('A {limit}', {})).toBe('A (unknown)')
  })

  it('makes control characters of other systems harmless', () => {
    expect(fill('[{detail}]', { detail: 'a\u001B[31mb\u202Ec' })).toBe('a [31mb c')
  })
})

describe('an error on a terminal', () => {
  const error = new ConnectorError('exchange.impersonation-denied', { account: 'svc', mailbox: 'anna@example.org' })
  const shown = describeError(error, redact)

  it('keeps to its width, and a command to copy begins a line of its own', () => {
    for (const width of [40, 60, 80]) {
      const lines = errorText(shown, width).split('\n')
      expect(lines.filter((line) => line.length > width)).toEqual([])
      expect(lines.some((line) => line.startsWith('       connector sync user'))).toBe(true)
      expect(lines.at(-1)).toBe('       (exchange.impersonation-denied)')
    }
  })

  it('stays one line each where a program reads them', () => {
    expect(errorText(shown).split('\n')).toHaveLength(4)
  })

  it('names the mailbox in the command that comes next, and leaves no gap open', () => {
    expect(shown.next).toMatch(/connector sync user anna@example\.org --dry-run$/)
    const plan = new ConnectorError('guard.plan-changed', { email: 'anna@example.org', added: 1, dropped: 2 })
    expect(describeError(plan, redact).next).not.toMatch(/[{}]/)
  })
})

describe('describeError', () => {
  it('gives the code, the exit code and the allowed fields', () => {
    const error = new ConnectorError('exchange.throttled', { backOffMs: 5000, authorization: 'x', body: 'y' })
    expect(errorJson(describeError(error, redact)).error).toMatchObject({
      code: 'exchange.throttled',
      exitCode: 75,
      fields: { backOffMs: 5000 },
    })
    expect(JSON.stringify(errorJson(describeError(error, redact)))).not.toMatch(/authorization|body/)
  })

  it('shows of an unknown error its class only', () => {
    const error = Object.assign(new TypeError('canary-message'), {
      token: 'canary-token',
      config: { headers: 'canary' },
    })
    const shown = describeError(error, redact)
    expect(shown).toMatchObject({ code: 'bug', exitCode: 70, fields: { type: 'TypeError' } })
    expect(errorText(shown) + JSON.stringify(errorJson(shown))).not.toContain('canary')
  })

  it('shows of a bug where it was, not the foreign message inside', () => {
    const shown = describeError(
      new ConnectorError('bug', { where: 'state', reason: 'canary-row', detail: 'canary' }),
      redact,
    )
    expect(JSON.stringify(shown)).not.toContain('canary')
    expect(shown.message).toContain('state')
  })

  it('takes what the argument parser refuses as usage', () => {
    const error = Object.assign(new Error('Nonexistent flag: --x\nSee more help with --help'), { oclif: { exit: 2 } })
    expect(describeError(error, redact)).toMatchObject({
      code: 'usage',
      exitCode: 64,
      message: 'Nonexistent flag: --x',
    })
  })

  it.each([
    ['command sync:usr:a@b not found', 'There is no command: sync usr a@b', 'Did you mean: connector sync user'],
    ['command stats not found', 'There is no command: stats', 'Did you mean: connector status'],
    ['command foo not found', 'There is no command: foo', 'See the commands with: connector --help'],
    ['Parsing --limit \n\tExpected 1', '--limit: Expected 1', 'See how it is used with: connector sync run --help'],
    [
      'The following error occurred:\n  --a needs --b',
      '--a needs --b',
      'See how it is used with: connector sync run --help',
    ],
  ])('says of "%s" what is meant', (thrown, message, next) => {
    const error = Object.assign(new Error(thrown), { oclif: { exit: 2 } })
    const typed = { words: thrown.startsWith('command') ? '' : 'sync run', ids: ['sync user', 'sync run', 'status'] }
    expect(describeError(error, redact, typed)).toMatchObject({ code: 'usage', message, next })
  })

  it('explains what the operating system says in one word, and leaves the field as it is', () => {
    const shown = describeError(new ConnectorError('config.file', { path: '/x', reason: 'EACCES' }), redact)
    expect(shown.message).toContain('/x (EACCES: this user may not)')
    expect(shown.fields.reason).toBe('EACCES')
    const other = describeError(new ConnectorError('config.file', { path: '/x', reason: 'constructor' }), redact)
    expect(other.message).toContain('(constructor)')
  })

  it('masks known secrets in fields, messages and stacks', () => {
    const inner = new Error('password=hunter22 canary-secret Authorization: Basic Y2FuYXJ5')
    const error = new ConnectorError('exchange.bad-response', { detail: 'said canary-secret' }, inner)
    const all = errorText(describeError(error, redact)) + stackText(error, redact)
    expect(all).toContain('caused by')
    expect(all).not.toMatch(/canary-secret|hunter22|Y2FuYXJ5/)
  })

  it.each([undefined, null, 'text', 42, { message: 'canary' }])('survives %j being thrown', (thrown) => {
    expect(describeError(thrown, redact)).toMatchObject({ code: 'bug', exitCode: 70 })
  })
})

describe('redactor', () => {
  it('masks a secret in its plain, URL-encoded and base64 form', () => {
    const mask = redactor(['pa ss/wörd'])
    const forms = ['pa ss/wörd', encodeURIComponent('pa ss/wörd'), Buffer.from('pa ss/wörd').toString('base64')]
    for (const form of forms) expect(mask(`x ${form} y`)).toBe('x *** y')
  })

  it('masks passwords of URLs and JSON that it does not know', () => {
    expect(redactor([])('postgres://u:pw@h/db')).toBe('postgres://u:***@h/db')
    expect(redactor([])('{"Password": "abc", "a": 1}')).toBe('{"Password": "***", "a": 1}')
  })

  it('leaves the names of keys and what is said of them readable', () => {
    const text = 'Service__NextcloudConfiguration__AppPassword: given twice'
    expect(redactor(['abc'])(text)).toBe(text)
  })
})
