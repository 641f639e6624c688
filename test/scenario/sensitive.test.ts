/** The sensitive mode over both simulated servers: what crosses, what never does, and what switching does (docs/sensitive-mode.md). */
import { afterEach, describe, expect, it } from 'vitest'
import { ics, property } from './items.ts'
import { SensitiveStage, secretAppointment, secretLines, sensitive, titles } from './sensitive-stage.ts'

const DENTIST = 'Dentist EXCHANGECANARY'
const PARTY = 'Party NEXTCLOUDCANARY'

let open: SensitiveStage | null = null

async function opened(env = sensitive()): Promise<SensitiveStage> {
  open = await SensitiveStage.open(env)
  return open
}

afterEach(async () => {
  await open?.close()
  open = null
})

/** One secret appointment on either side, in step. */
async function twoSecrets(env = sensitive()): Promise<SensitiveStage> {
  const on = await opened(env)
  on.stage.mailbox().addEvent(secretAppointment('Dentist', { day: 3 }))
  on.stage.calendar().put('party.ics', ics('party@example.org', ...secretLines('Party')), { silent: true })
  await on.stage.settle()
  return on
}

describe('The sensitive mode', () => {
  it('shows on the other side that the time is taken, and nothing else', async () => {
    const on = await twoSecrets()
    expect(titles(on)).toEqual({ exchange: ['Busy', DENTIST], nextcloud: ['Busy', PARTY] })
    const { fields } = on.stage.item('Busy')
    expect(fields).toMatchObject({ Start: Date.parse('2026-03-03T09:00:00Z'), ReminderIsSet: false })
    expect([fields.Location, fields.Categories].filter((one) => one !== undefined && String(one) !== '')).toEqual([])
    const { text } = on.stage.object('SUMMARY:Busy')
    for (const name of ['LOCATION', 'DESCRIPTION', 'CATEGORIES', 'CLASS', 'PRIORITY', 'ATTENDEE'])
      expect(property(text, name)).toEqual([])
    expect(property(text, 'X-EXC-MASKED')).toEqual(['X-EXC-MASKED:Busy'])
  })

  it('writes nothing when nothing changed', async () => {
    const on = await twoSecrets()
    on.stage.takeWrites()
    await on.stage.pass()
    expect(on.stage.takeWrites()).toEqual([])
  })
})
