/**
 * Golden pairs of events: the same event as a Nextcloud client and as Exchange would hold it, both written by hand from the
 * specifications, one folder per case. Each side is mapped to the other and compared, then there and back.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readDocument } from '../../src/mapping/ews/document.ts'
import { readEvent as readExchange } from '../../src/mapping/ews/event.ts'
import { fitEvent as fitOnExchange } from '../../src/mapping/ews/fit.ts'
import { masterChanges } from '../../src/mapping/ews/write.ts'
import { occurrenceWork } from '../../src/mapping/ews/write-occurrences.ts'
import { fileContent } from '../../src/mapping/ical/files.ts'
import { fitEvent as fitOnNextcloud } from '../../src/mapping/ical/fit-event.ts'
import { readEvent as readNextcloud } from '../../src/mapping/ical/read-event.ts'
import { writeEvent } from '../../src/mapping/ical/write-event.ts'
import type { Event } from '../../src/model/event.ts'
import { differingPaths, flatten } from '../../src/model/flat.ts'
import type { Loss } from '../../src/model/item.ts'
import { render } from './ews-renderer.ts'
import { createdLines, eventLines, type GoldenCase, icalInstants, xmlInstants } from './golden-compare.ts'

const folder = new URL('../golden/events/', import.meta.url)
const names = readdirSync(folder).sort()

function load(name: string) {
  const read = (file: string) => readFileSync(new URL(`${name}/${file}`, folder), 'utf8')
  const expected: GoldenCase = JSON.parse(read('expected.json'))
  const context = {
    mailbox: 'anna@example.org',
    mailboxName: 'Anna Example',
    floatingZone: expected.floatingZone ?? 'Europe/Berlin',
    nowMs: Date.UTC(2026, 0, 2, 3, 4, 5),
  }
  const ics = read('nextcloud.ics')
  const { event, problems } = readNextcloud(ics, context)
  const files = new Map(event.files.map(({ hash }) => [hash, fileContent(ics, hash) ?? '']))
  return { expected, context: { ...context, files }, ics, event, problems, read }
}

function loadPair(name: string) {
  const one = load(name)
  const document = readDocument(one.read('exchange.xml'))
  const held = readExchange(document.master, document.exceptions, one.context)
  const written = writeEvent(null, fitOnNextcloud(held, one.context).item, one.context)
  return { ...one, document, held, written }
}

const named = (losses: readonly Loss[]) => [...new Set(losses.map(({ path, reason }) => `${path} ${reason}`))].sort()
const differing = (one: Event, other: Event) => differingPaths(flatten(one), flatten(other))
const isPair = (name: string) => existsSync(new URL(`${name}/exchange.xml`, folder))

describe('golden pairs of events', () => {
  it('are at least 190, and cover every casebook id of invitations, recurrence and time', () => {
    expect(names.length).toBeGreaterThanOrEqual(190)
    const wanted = [
      ...[1, 2, 3, 4, 5, 6, 7, 8].flatMap((n) => [`inv-${n}`, `rec-${n}`]),
      ...[1, 2, 3, 4, 5].map((n) => `tim-${n}`),
    ]
    // REC-7 (recurring tasks) and TIM-6 (DUE before DTSTART) are about tasks.
    const missing = wanted.filter((id) => id !== 'rec-7' && !names.some((name) => name.startsWith(`${id}-`)))
    expect(missing).toEqual([])
  })

  it.each(names)('%s: to Exchange', (name) => {
    const { expected, context, event, problems, read } = load(name)
    const fit = fitOnExchange(event, context)
    const losses = named([...problems, ...fit.losses])
    if (!Array.isArray(expected.toExchange)) {
      expect({ kind: fit.kind, losses }).toEqual({
        kind: 'unrepresentable',
        losses: [...expected.toExchange.unrepresentable].sort(),
      })
      expect(isPair(name)).toBe(false)
      return
    }
    expect({ kind: fit.kind, losses }).toEqual({ kind: 'fits', losses: [...expected.toExchange].sort() })
    if (fit.kind !== 'fits' || expected.owner === 'other') return
    const created = createdLines(render(fit.item, context, context.files), expected)
    expect(created).toEqual(createdLines(readDocument(read('exchange.xml')), expected))
  })

  it.each(names.filter(isPair))('%s: to Nextcloud', (name) => {
    const { expected, context, ics, held, document, written } = loadPair(name)
    expect(named([...fitOnNextcloud(held, context).losses, ...written.losses])).toEqual(
      [...expected.toNextcloud].sort(),
    )
    expect(eventLines(written.text)).toEqual(eventLines(ics, expected))
    if (expected.instants === 'differ') return
    expect(icalInstants(written.text)).toEqual(xmlInstants(document, icalInstants(written.text)))
    expect(icalInstants(ics)).toEqual(xmlInstants(document, icalInstants(ics)))
  })

  it.each(names)('%s: there and back on Nextcloud', (name) => {
    const { expected, context, ics, event, problems } = load(name)
    expect(writeEvent(ics, event, context).text).toBe(ics)
    const renamed = writeEvent(ics, { ...event, title: 'Renamed' }, context)
    const kept = eventLines(ics).filter((line) => !/ (SUMMARY|SEQUENCE)\b/i.test(line))
    expect(eventLines(renamed.text)).toEqual(expect.arrayContaining(kept))
    if (!isPair(name)) return
    const { held } = loadPair(name)
    const paths = differing(event, held)
    expect(paths).toEqual([...(expected.differs ?? [])].sort())
    if (paths.length === 0) expect(writeEvent(ics, held, context).text).toBe(ics)
    const fit = fitOnExchange(event, context)
    const explained = new Set([...problems, ...fit.losses].map(({ path }) => path))
    const silent = paths.filter((path) => !explained.has(path) && !expected.sameMeaning?.includes(path))
    expect(silent).toEqual([])
  })

  it.each(names.filter(isPair))('%s: there and back on Exchange', (name) => {
    const { context, document, held, written } = loadPair(name)
    const back = fitOnExchange(readNextcloud(written.text, context).event, context, held)
    expect(back.kind).toBe('fits')
    if (back.kind !== 'fits') return
    expect(differing(held, back.item)).toEqual([])
    expect(masterChanges(held, back.item, { context, native: document.master })).toEqual([])
    expect(occurrenceWork(held, back.item, { document, context })).toEqual([])
  })
})

describe('a change on Exchange, written into the document of Nextcloud', () => {
  const change = (name: string, patch: (event: Event) => Event) => {
    const { context, ics, event } = load(name)
    const held = isPair(name) ? loadPair(name).held : event
    return { held, context, text: writeEvent(ics, patch(held), context).text }
  }

  it('keeps the zone of the event where Windows has one zone for several', () => {
    const { ics, context } = load('tim-4-duration-one-hour')
    const native = ics.replaceAll('Europe/Berlin', 'Europe/Vienna')
    const { event } = readNextcloud(native, context)
    const local = '2026-03-02T12:00:00'
    const moved = { ...event, start: { kind: 'zoned', zone: 'Europe/Berlin', local } as const }
    const { text } = writeEvent(native, moved, context)
    expect(eventLines(text)).toContain('master DTSTART;TZID=Europe/Vienna:20260302T120000')
  })

  it('leaves no end before a start that was moved past it', () => {
    const day = (date: string) => ({ kind: 'date', date }) as const
    const moved = { start: day('2026-03-10'), end: day('2026-03-11') }
    const { text } = change('tim-3-all-day-berlin', (event) => ({ ...event, ...moved }))
    expect(eventLines(text)).toContain('master DTEND;VALUE=DATE:20260311')
  })

  it('keeps an override that differs only in what Exchange does not hold, and lets it follow its series', () => {
    const { context, ics } = load('rec-3-exception-that-differs-in-nothing')
    const native = ics.replace(/(RECURRENCE-ID.*\r\n)/, '$1URL:https://example.org/minutes\r\n')
    const { held } = loadPair('rec-3-exception-that-differs-in-nothing')
    expect(writeEvent(native, held, context).text).toBe(native)
    const { text, losses } = writeEvent(native, { ...held, title: 'Renamed' }, context)
    expect(losses).toEqual([])
    const id = 'RECURRENCE-ID;TZID=Europe/Berlin:20260316T100000'
    expect(eventLines(text)).toEqual(
      expect.arrayContaining([
        `${id} URL:https://example.org/minutes`,
        `${id} SUMMARY:Renamed`,
        'master SUMMARY:Renamed',
      ]),
    )
    const gone = { ...held, occurrences: { '2026-03-16T10:00:00': { kind: 'deleted' } as const } }
    expect(writeEvent(native, gone, context).text).not.toContain('RECURRENCE-ID')
  })
})
