/** Golden documents, one folder per case of the casebook: what is read of native.ics, and what it becomes when change.json is written into it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readEvent } from '../../src/mapping/ical/read-event.ts'
import { writeEvent } from '../../src/mapping/ical/write-event.ts'

const folder = new URL('../golden/ical/', import.meta.url)
const context = { floatingZone: 'Europe/Berlin', nowMs: Date.UTC(2026, 0, 2, 3, 4, 5) }
/** `UPDATE_GOLDEN=1` writes the files anew; read the difference before you keep it. */
const update = process.env.UPDATE_GOLDEN === '1'

const cases: Readonly<Record<string, string>> = {
  'tim-1-windows-zone': 'TIM-1: a moved event gets its IANA zone with a VTIMEZONE, the rest stays',
  'tim-2-display-name': 'TIM-2: a display name as TZID is understood and kept',
  'tim-2-custom-zone': 'TIM-2: a zone that only its VTIMEZONE describes keeps its rules',
  'tim-3-all-day': 'TIM-3: all-day events are dates both ways',
  'tim-4-two-zones': 'TIM-4: start and end keep their own zones',
  'tim-4-floating': 'TIM-4: floating times stay floating, their UNTIL too',
  'tim-5-birthday': 'TIM-5: a birthday before 1970 is a date',
  'rec-1-deleted-occurrence': 'REC-1: EXDATEs of all forms leave out occurrences; wanted ones stay as written',
  'rec-3-exception': 'REC-3: an exception has every property of its own and no rule',
  'rec-4-relative': 'REC-4: weekdays and weekend days map to BYDAY and BYSETPOS',
  'rec-5-own-zone': 'REC-5: a weekly rule stays on its weekday in its own zone',
  'rec-6-instance-only': 'REC-6: an instance without its series stays one',
  'rec-8-verbatim-rule': 'REC-8: a rule beyond Exchange is named and stays word for word',
  'srv-5-unknown-survives': 'SRV-5: what the model does not know survives an edit in its place',
  'srv-6-html-body': 'SRV-6: an HTML body stays when something else changes',
  'inv-7-people': 'INV-7: people are patched line by line, the organizer stays',
}

function golden(name: string, text: string): string {
  const file = new URL(name, folder)
  if (update) writeFileSync(file, text)
  return readFileSync(file, 'utf8')
}

describe('golden documents', () => {
  it('has a name for every folder', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(cases).sort())
  })

  it.each(Object.entries(cases).map(([name, title]) => [title, name]))('%s', (_, name) => {
    const native = readFileSync(new URL(`${name}/native.ics`, folder), 'utf8')
    const read = readEvent(native, context)
    const modelText = `${JSON.stringify(read, null, 2)}\n`
    expect(modelText).toBe(golden(`${name}/model.json`, modelText))
    expect(writeEvent(native, read.event, context).text).toBe(native)
    const change = new URL(`${name}/change.json`, folder)
    if (!existsSync(change)) return
    const wanted = { ...read.event, ...JSON.parse(readFileSync(change, 'utf8')) }
    const { text, losses } = writeEvent(native, wanted, context)
    expect(text).toBe(golden(`${name}/written.ics`, text))
    expect(losses).toEqual([])
    expect(readEvent(text, context).event).toEqual(wanted)
  })
})
