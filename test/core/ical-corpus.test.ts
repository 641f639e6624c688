/** Every iCalendar file of the shared corpus through the lens: nothing throws anything but a named error, and an untouched document stays the same text. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileContent } from '../../src/mapping/ical/files.ts'
import { fitEvent } from '../../src/mapping/ical/fit-event.ts'
import { readEvent } from '../../src/mapping/ical/read-event.ts'
import { writeEvent } from '../../src/mapping/ical/write-event.ts'
import type { Event } from '../../src/model/event.ts'
import { spanOf } from '../../src/model/span.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import { event, FILE_CONTENTS } from './arbitrary-event.ts'

/** Another folder of files: `ICAL_CORPUS=/path/ npx vitest run test/core/...-corpus.test.ts`. */
const folder = process.env.ICAL_CORPUS
  ? pathToFileURL(`${process.env.ICAL_CORPUS}/`)
  : new URL('../../../shared/corpus/ical/', import.meta.url)
const context = { floatingZone: 'Europe/Berlin', nowMs: Date.UTC(2026, 0, 1) }

/** Each event of a file as the one resource that a CalDAV server would hold. */
function resources(text: string): string[] {
  const events = new Map<string, string[]>()
  for (const match of text.matchAll(/BEGIN:VEVENT[\s\S]*?END:VEVENT/g)) {
    const uid = /^UID.*:(.*)$/m.exec(match[0])?.[1]?.trim() ?? `none-${events.size}`
    events.set(uid, [...(events.get(uid) ?? []), match[0]])
  }
  const zones = [...text.matchAll(/BEGIN:VTIMEZONE[\s\S]*?END:VTIMEZONE/g)].map((match) => match[0])
  const wrap = (parts: string[]) =>
    ['BEGIN:VCALENDAR', 'VERSION:2.0', ...zones, ...parts, 'END:VCALENDAR', ''].join('\r\n')
  return [...events.values()].map(wrap)
}

function tryRead(text: string): Event | string {
  try {
    return readEvent(text, context).event
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'item.unreadable') throw error
    return String(error.fields.reason)
  }
}

const unfold = (text: string) =>
  text
    .replace(/\r*\n[ \t]/g, '')
    .split(/\r*\n/)
    .filter((line) => line !== '')

describe.skipIf(!existsSync(folder))('the iCalendar corpus', () => {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.ics')) : []
  it.each(files)('%s is read and written, or refused by name', (name) => {
    const text = readFileSync(new URL(name, folder), 'utf8')
    // Behind END:VCALENDAR (X-COMMENT of one file) is outside of the object and does not survive a change.
    for (const document of [text, ...resources(text)]) {
      const event = tryRead(document)
      if (typeof event === 'string') continue
      expect(spanOf(event, 'Europe/Berlin').startMs).not.toBeNaN()
      expect(fitEvent(event, context).item).toEqual(event)
      expect(writeEvent(document, event, context).text).toBe(document)
      const retitled = writeEvent(document, { ...event, title: 'Retitled' }, context)
      expect(retitled.losses).toEqual([])
      expect(readEvent(retitled.text, context).event).toEqual({ ...event, title: 'Retitled' })
      const before = unfold(document).filter((line) => !/^(SUMMARY|DTSTAMP|LAST-MODIFIED|METHOD)/i.test(line))
      const after = new Set(unfold(retitled.text))
      expect(
        before.filter((line) => !after.has(line) && !/^\s*(\uFEFF|BEGIN:|END:|X-COMMENT:Cached)/i.test(line)),
      ).toEqual([])
      const files = new Map(event.files.map(({ hash }) => [hash, fileContent(document, hash) ?? '']))
      const rewritten = writeEvent(null, event, { ...context, files })
      expect(readEvent(rewritten.text, context).event).toEqual(event)
    }
  })

  it('takes any other event: what is written into a foreign document reads back', () => {
    const natives = files
      .flatMap((name) => resources(readFileSync(new URL(name, folder), 'utf8')))
      .filter((text) => typeof tryRead(text) !== 'string')
    fc.assert(
      fc.property(fc.constantFrom(...natives), event, (native, generated) => {
        const wanted = { ...generated, uid: readEvent(native, context).event.uid }
        const { text, losses } = writeEvent(native, wanted, { ...context, files: FILE_CONTENTS })
        const held = readEvent(native, context).event
        expect(readEvent(text, context).event).toEqual(fitEvent(wanted, context, held).item)
        expect(losses.filter((loss) => loss.detail === 'reads back differently')).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  it('is mostly readable', () => {
    const outcomes = files.flatMap((name) => resources(readFileSync(new URL(name, folder), 'utf8')).map(tryRead))
    const reasons = outcomes.filter((outcome) => typeof outcome === 'string')
    console.info(`corpus: ${outcomes.length} resources, ${reasons.length} refused: ${[...new Set(reasons)].join(', ')}`)
    expect(outcomes.length - reasons.length).toBeGreaterThan(reasons.length * 2)
  })
})

if (!existsSync(folder)) console.info('skipped: the iCalendar corpus is not beside the project')
