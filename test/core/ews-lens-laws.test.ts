/** The laws of the Exchange lens on generated events: what is written reads as fit promised, and what is lost is named (I19, P7). */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDocument, readDocuments, writeDocument } from '../../src/mapping/ews/document.ts'
import { readEvent } from '../../src/mapping/ews/event.ts'
import { fitEvent } from '../../src/mapping/ews/fit.ts'
import { masterChanges } from '../../src/mapping/ews/write.ts'
import { fieldChanges } from '../../src/mapping/ews/write-fields.ts'
import { occurrenceWork } from '../../src/mapping/ews/write-occurrences.ts'
import type { Event } from '../../src/model/event.ts'
import { differingPaths, flatten } from '../../src/model/flat.ts'
import { event as anyEvent } from './arbitrary-event.ts'
import { CONTEXT, render } from './ews-renderer.ts'

const numRuns = Number(process.env.LENS_RUNS ?? 1000)

function expectSame(actual: Event, expected: Event): void {
  const [one, other] = [flatten(actual), flatten(expected)]
  const paths = differingPaths(one, other)
  expect(paths.map((path) => ({ path, actual: one.get(path), expected: other.get(path) }))).toEqual([])
}

describe('I19: the Exchange lens', () => {
  it('reads back what fit promised of what was written', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const fit = fitEvent(event, CONTEXT)
        if (fit.kind === 'unrepresentable') return
        const { master, exceptions } = render(fit.item)
        expectSame(readEvent(master, exceptions, CONTEXT), fit.item)
      }),
      { numRuns },
    )
  })

  it('fits what it read without any change or loss, and then has nothing to write', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const fit = fitEvent(event, CONTEXT)
        if (fit.kind === 'unrepresentable') return
        const document = render(fit.item)
        const current = readEvent(document.master, document.exceptions, CONTEXT)
        expect(fitEvent(current, CONTEXT, current)).toEqual({ kind: 'fits', item: current, losses: [] })
        expect(masterChanges(current, current, { context: CONTEXT, native: document.master })).toEqual([])
        expect(occurrenceWork(current, current, { document, context: CONTEXT })).toEqual([])
      }),
      { numRuns },
    )
  })

  it('names every field that it cannot hold, and why a whole event is not representable', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const fit = fitEvent(event, CONTEXT)
        expect(fit.kind === 'fits' || fit.losses.length > 0).toBe(true)
        if (fit.kind === 'unrepresentable') return
        const named = new Set(fit.losses.map((loss) => loss.path))
        const lost = differingPaths(flatten(event), flatten(fit.item)).filter((path) => !named.has(path))
        expect(lost.filter((path) => !isSameInOtherWords(path, event, fit.item))).toEqual([])
      }),
      { numRuns },
    )
  })

  it('keeps a document through its text, byte for byte the second time', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const fit = fitEvent(event, CONTEXT)
        if (fit.kind === 'unrepresentable') return
        const document = render(fit.item)
        const text = writeDocument(document)
        expect(writeDocument(readDocument(text))).toBe(text)
        const { master, exceptions } = readDocument(text)
        expectSame(readEvent(master, exceptions, CONTEXT), fit.item)
        expect(readDocuments(text).length).toBe(1)
      }),
      { numRuns: Math.min(numRuns, 300) },
    )
  })

  it('never mentions a field that did not change: an unchanged body is not written (SRV-6)', () => {
    fc.assert(
      fc.property(anyEvent, anyEvent, (event, other) => {
        const fit = fitEvent(event, CONTEXT)
        if (fit.kind === 'unrepresentable') return
        const { master } = render(fit.item)
        const desired = { ...fit.item, title: `${other.title.trim()}!`.slice(0, 50).replace(/\s+/g, ' ') }
        const uris = fieldChanges(fit.item, desired, master).map(({ field }) => ('uri' in field ? field.uri : ''))
        expect(uris).toEqual(desired.title === fit.item.title ? [] : ['item:Subject'])
      }),
      { numRuns: Math.min(numRuns, 300) },
    )
  })
})

/** Differences that say the same: a rule in its normal form, UTC by another name, a layout of the text, the directory's name of me. */
function isSameInOtherWords(path: string, event: Event, fitted: Event): boolean {
  const words = (body: Event['body']) => body?.text.replace(/[^\p{L}\p{N}]+/gu, '') ?? ''
  if (path === 'body') return words(event.body) === words(fitted.body) || event.body?.html != null
  if (path === 'status') return event.status === 'confirmed'
  if (path === 'schedule') return JSON.stringify(event.start) === JSON.stringify(fitted.start)
  // An exception is told as its difference from the master: that changes with the master's own losses.
  return path === 'organizer' || path.startsWith('occurrence:') || isTidied(path)
}

/** Space around an attendee's name, and the other spelling of a category. */
function isTidied(path: string): boolean {
  return path.startsWith('attendee:') || path.startsWith('category:')
}
