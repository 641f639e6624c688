/** The place of a fault in a file that a person wrote, found without quoting it. */
import { expect, it } from 'vitest'
import { jsonFault } from '../../src/ports/json-fault.ts'

const ENTRY = '[{"Username": "svc",\n  "Password": "canary"}'

it.each([
  ['a value without quotes', '[{"Username": "svc",\n  "Password": canary}]', 'line 2, column 15'],
  ['a comma too many', '[{"Username": "svc",\n}]', 'line 2, column 1'],
  ['a comma that is missing', '[{"Username": "svc"\n "Password": "canary"}]', 'line 2, column 2'],
  ['single quotes', "[{'Username': 'canary'}]", 'line 1, column 3'],
  ['two lists', '[]\n[]', 'line 2, column 1'],
  ['a line break in a text', '["canary\n"]', 'line 1, column 9'],
  ['an end that is missing', ENTRY, 'it ends too early'],
  ['a text that does not end', '["canary', 'it ends too early'],
  ['an empty file', '', 'it ends too early'],
])('names the place of %s', (_, text, place) => {
  expect(() => JSON.parse(text)).toThrow()
  expect(jsonFault(text)).toBe(`is not valid JSON: ${place}`)
})

it('is where the first character stands that no end could mend', () => {
  for (let at = 1; at < ENTRY.length; at++) {
    const broken = `${ENTRY.slice(0, at)}\u0001${ENTRY.slice(at)}`
    const lines = broken.slice(0, at).split('\n')
    expect(jsonFault(broken)).toBe(`is not valid JSON: line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`)
  }
})
