/** A hostile HTML body must not hold up the pass: flattening is bounded on both sides' way in. */
import { expect, test } from 'vitest'
import { htmlBody, htmlText } from '../../src/mapping/ews/body.ts'

const NESTED = `${'<div>'.repeat(100_000)}meet at ten${'</div>'.repeat(100_000)}`

test('keeps the words of an HTML body that nests a hundred thousand elements', () => {
  expect(htmlText(NESTED).trim()).toBe('meet at ten')
  expect(htmlBody(NESTED)?.text.trim()).toBe('meet at ten')
})

test('still flattens what people write', () => {
  expect(htmlText('<div><p>Agenda</p><ul><li>one</li><li>two</li></ul></div>')).toBe('Agenda\n\n * one\n * two')
})
