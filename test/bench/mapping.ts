/** What mapping costs: CPU time of one typical event in each direction, documents included (parse, read, fit, write). */
import { readFileSync } from 'node:fs'
import { readDocument } from '../../src/mapping/ews/document.ts'
import { readEvent as readExchange } from '../../src/mapping/ews/event.ts'
import { fitEvent as fitOnExchange } from '../../src/mapping/ews/fit.ts'
import { previewText } from '../../src/mapping/ews/preview.ts'
import { fitEvent as fitOnNextcloud } from '../../src/mapping/ical/fit-event.ts'
import { readEvent as readNextcloud } from '../../src/mapping/ical/read-event.ts'
import { writeEvent } from '../../src/mapping/ical/write-event.ts'

const context = { mailbox: 'anna@example.org', mailboxName: 'Anna Example', floatingZone: 'Europe/Berlin', nowMs: 0 }
/** An appointment, a meeting with guests, and a series with exceptions: what calendars are made of. */
const CASES = ['inv-2-meeting-of-mine', 'body-html-x-alt-desc', 'rec-3-in-another-zone', 'tim-4-duration-one-hour']
const ROUNDS = 300
const REPEATS = 5

export type MappingCost = { toExchangeMs: number; toNextcloudMs: number }

/** The best of several repeats, after a warm-up: other load on the machine can only make it look slower. */
export function mappingCost(names: readonly string[] = CASES): MappingCost {
  const cases = names.map((name) => {
    const read = (file: string) => readFileSync(new URL(`../golden/events/${name}/${file}`, import.meta.url), 'utf8')
    return { ics: read('nextcloud.ics'), xml: read('exchange.xml') }
  })
  const toExchangeMs = best(() => {
    for (const { ics } of cases) {
      const fit = fitOnExchange(readNextcloud(ics, context).event, context)
      if (fit.kind === 'fits') previewText(fit.item, context)
    }
  })
  const toNextcloudMs = best(() => {
    for (const { xml } of cases) {
      const { master, exceptions } = readDocument(xml)
      writeEvent(null, fitOnNextcloud(readExchange(master, exceptions, context), context).item, context)
    }
  })
  return { toExchangeMs: toExchangeMs / cases.length, toNextcloudMs: toNextcloudMs / cases.length }
}

/** CPU milliseconds of one round. */
function best(round: () => void): number {
  const took = Array.from({ length: REPEATS + 1 }, () => {
    const before = process.cpuUsage()
    for (let count = 0; count < ROUNDS; count++) round()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000 / ROUNDS
  })
  return Math.min(...took.slice(1))
}
