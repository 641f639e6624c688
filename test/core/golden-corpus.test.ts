/**
 * Files of other programs there and back: iCalendar to Exchange and back onto the native document, with the share of properties
 * preserved. What Exchange cannot hold must be named; what it never had must still stand in the document.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readEvent as readExchange } from '../../src/mapping/ews/event.ts'
import { fitEvent as fitOnExchange } from '../../src/mapping/ews/fit.ts'
import { readEvent as readNextcloud } from '../../src/mapping/ical/read-event.ts'
import { splitResources } from '../../src/mapping/ical/split-resources.ts'
import { writeEvent } from '../../src/mapping/ical/write-event.ts'
import { applyPatch, differingPaths, flatten, unflatten } from '../../src/model/flat.ts'
import type { Loss } from '../../src/model/item.ts'
import { eventOf } from '../../src/model/kinds.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import { render } from './ews-renderer.ts'
import { eventLines } from './golden-compare.ts'

/** Another folder of files: `ICAL_CORPUS=/path/ npx vitest run test/core/...-corpus.test.ts`. */
const folder = process.env.ICAL_CORPUS
  ? pathToFileURL(`${process.env.ICAL_CORPUS}/`)
  : new URL('../../../shared/corpus/ical/', import.meta.url)
const context = { mailbox: 'anna@example.test', mailboxName: 'Anna Example', floatingZone: 'Europe/Berlin', nowMs: 0 }

type Counts = { resources: number; unreadable: number; stays: number; lines: number; kept: number; forced: number }
type Found = Counts & { losses: Map<string, number>; reasons: Set<string> }

/** As Nextcloud would store it: a bare event in a calendar object, an event without a UID with one. */
function asStored(text: string): string {
  let count = 0
  const bare = /^BEGIN:VEVENT/.test(text.trimStart())
  const whole = bare ? `BEGIN:VCALENDAR\r\n${text.trim()}\r\nEND:VCALENDAR\r\n` : text
  return whole.replace(/BEGIN:VEVENT\r*\n[\s\S]*?END:VEVENT/g, (event) => {
    count += 1
    return /^UID[;:]/m.test(event) ? event : event.replace(/\r*\n/, `\r\nUID:given-${count}@example.test\r\n`)
  })
}

/** The resources of a file; a file that is refused as a whole counts as one. */
function partsOf(text: string): string[] {
  try {
    return splitResources(text)
  } catch (error) {
    reasonOf(error)
    return [text]
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof ConnectorError && error.code === 'item.unreadable') return String(error.fields.reason)
  throw error
}

/** One resource: lines of its events, and how many of them are the same after the way there and back. */
function roundTrip(ics: string, found: Found): void {
  found.resources += 1
  let read: ReturnType<typeof readNextcloud>
  try {
    read = readNextcloud(ics, context)
  } catch (error) {
    found.reasons.add(reasonOf(error))
    found.unreadable += 1
    return
  }
  const { event, problems } = read
  const fit = fitOnExchange(event, context)
  const losses: Loss[] = [...problems, ...fit.losses]
  for (const { path, reason } of losses) {
    const name = `${path.split(':', 1)[0]} ${reason}`
    found.losses.set(name, (found.losses.get(name) ?? 0) + 1)
  }
  const before = eventLines(ics)
  found.lines += before.length
  if (fit.kind === 'unrepresentable') {
    found.stays += 1
    found.kept += before.length
    found.forced += before.length
    return
  }
  const document = render(fit.item, context)
  const held = readExchange(document.master, document.exceptions, context)
  const lost = differingPaths(flatten(event), flatten(held))
  const named = new Set(losses.map(({ path }) => path))
  const silent = lost.filter((path) => !named.has(path) && !saysTheSame(path, event, held))
  expect(silent).toEqual([])
  // The sync merges field by field: what Exchange could not hold and nobody changed there is not written back.
  const own = new Map(lost.map((path) => [path, flatten(event).get(path)] as const))
  const merged = eventOf(unflatten(applyPatch(flatten(held), own), event.uid))
  const after = eventLines(writeEvent(ics, merged, context).text)
  found.kept += before.filter((line) => after.includes(line)).length
  expect(before.filter((line) => !after.includes(line))).toEqual([])
  // The hardest case: Exchange's version taken as a whole, its losses included.
  const forced = new Set(eventLines(writeEvent(ics, held, context).text))
  found.forced += before.filter((line) => forced.has(line)).length
}

function saysTheSame(path: string, one: ReturnType<typeof readNextcloud>['event'], other: typeof one): boolean {
  const words = (event: typeof one) => event.body?.text.replace(/[^\p{L}\p{N}]+/gu, '') ?? ''
  if (path === 'status') return one.status === 'confirmed' && other.status === 'none'
  if (path === 'body') return words(one) === words(other)
  // The directory's name of the mailbox; an exception is told as its difference from the master.
  return path === 'organizer' || path.startsWith('occurrence:')
}

describe.skipIf(!existsSync(folder))('files of other programs', () => {
  it('come back from Exchange with every property, or with a named loss', () => {
    const losses = new Map<string, number>()
    const found: Found = {
      resources: 0,
      unreadable: 0,
      stays: 0,
      lines: 0,
      kept: 0,
      forced: 0,
      losses,
      reasons: new Set(),
    }
    const files = readdirSync(folder).filter((name) => name.endsWith('.ics'))
    for (const name of files)
      for (const ics of partsOf(asStored(readFileSync(new URL(name, folder), 'utf8')))) roundTrip(ics, found)
    const share = (kept: number) => `${((100 * kept) / found.lines).toFixed(2)} %`
    console.info(
      [
        `corpus: ${files.length} files, ${found.resources} resources, ${found.unreadable} refused (${[...found.reasons].join(', ')}), ${found.stays} stay on Nextcloud alone`,
        `corpus: of ${found.lines} properties ${share(found.kept)} are the same after a sync there and back,`,
        `        ${share(found.forced)} when all of Exchange's version is written over them`,
        `corpus: losses by name: ${JSON.stringify(Object.fromEntries([...losses].sort()))}`,
      ].join('\n'),
    )
    expect(found.resources).toBeGreaterThan(50)
    expect(found.kept).toBe(found.lines)
    expect(found.forced / found.lines).toBeGreaterThan(0.85)
  })
})

if (!existsSync(folder)) console.info('skipped: the iCalendar corpus is not beside the project')
