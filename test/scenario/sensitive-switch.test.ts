/** Switching the sensitive mode on, off and over, with state and without: nothing is lost, doubled, mailed or called `Busy` for good. */
import { afterEach, describe, expect, it } from 'vitest'
import { ics, property, times } from './items.ts'
import {
  BUSY,
  DENTIST,
  FULL,
  OPEN,
  PARTY,
  SensitiveStage,
  secretAppointment,
  secretLines,
  sensitive,
  titles,
} from './sensitive-stage.ts'
import { pairOf } from './stage.ts'

let open: SensitiveStage | null = null
let wasFull = true

async function withSecrets(env: Record<string, string>): Promise<SensitiveStage> {
  open = await SensitiveStage.open(env)
  wasFull = true
  await open.addSecrets()
  return open
}

afterEach(async () => {
  const on = open
  open = null
  await on?.close({ wasFull })
})

/** The whole text of everything on both sides. */
function everything({ stage }: SensitiveStage): { exchange: string; nextcloud: string } {
  return {
    exchange: JSON.stringify(stage.mailbox().list()),
    nextcloud: stage
      .calendar()
      .list()
      .map(({ text }) => text)
      .join(),
  }
}

async function switchTo(on: SensitiveStage, env: Record<string, string>, lose: 'state' | 'nothing' = 'nothing') {
  await on.stage.restart(env)
  if (lose === 'state') await on.stage.loseState()
  const report = await on.stage.settle()
  expect(pairOf(report).counts.conflicts).toBe(0)
}

const LOSSES = ['nothing', 'state'] as const
const POLICIES = ['exchange', 'nextcloud'] as const

describe.each(LOSSES)('Switching while the database loses %s', (lose) => {
  it.each(POLICIES)('fills copies in when the mode ends (policy %s)', async (policy) => {
    const on = await withSecrets({ ...sensitive(), Service__ConflictPolicy: policy })
    await switchTo(on, FULL, lose)
    expect(titles(on)).toEqual(OPEN)
    expect(everything(on).nextcloud).not.toContain('X-EXC-MASKED')
    expect(on.stage.item(PARTY).fields).toMatchObject({ Location: `Room ${PARTY}`, ReminderMinutesBeforeStart: 17 })
    const { text } = on.stage.object(DENTIST)
    expect(property(text, 'LOCATION')).toEqual([`LOCATION:Room ${DENTIST}`])
    expect(text).toContain(`Body ${DENTIST}`)
  })

  it.each(POLICIES)('masks full copies, never originals, when the mode begins (policy %s)', async (policy) => {
    const on = await withSecrets({ ...FULL, Service__ConflictPolicy: policy })
    expect(titles(on)).toEqual(OPEN)
    await switchTo(on, sensitive(), lose)
    expect(titles(on)).toEqual(BUSY)
    const copies = { exchange: JSON.stringify(on.stage.item('Busy')), nextcloud: on.stage.object('SUMMARY:Busy').text }
    expect(copies.exchange).not.toContain('CANARY')
    expect(copies.nextcloud).not.toContain('CANARY')
  })

  it('survives every switch in a row', async () => {
    const on = await withSecrets(sensitive())
    for (const env of [FULL, sensitive('private'), sensitive('all'), sensitive('all', 'Belegt'), FULL, sensitive()]) {
      await switchTo(on, env, lose)
      expect(on.stage.item(DENTIST).fields.Location).toBe(`Room ${DENTIST}`)
      expect(property(on.stage.object(PARTY).text, 'LOCATION')).toEqual([`LOCATION:Room ${PARTY}`])
      expect(titles(on).exchange).toHaveLength(2)
    }
    expect(titles(on)).toEqual(BUSY)
  })

  it('takes another placeholder over', async () => {
    const on = await withSecrets(sensitive())
    wasFull = false
    await switchTo(on, sensitive('all', 'Belegt'), lose)
    expect(titles(on)).toEqual({ exchange: ['Belegt', DENTIST], nextcloud: ['Belegt', PARTY] })
  })

  it('fills in copies that lost their mark to another program', async () => {
    const on = await withSecrets(sensitive())
    on.stage.editObject('SUMMARY:Busy', (text) => text.replace('X-EXC-MASKED:Busy\r\n', ''))
    await switchTo(on, FULL, lose)
    expect(titles(on)).toEqual(OPEN)
  })

  it('keeps what was written on a copy in the archive when it is filled in', async () => {
    const on = await withSecrets(sensitive())
    on.stage.editObject('SUMMARY:Busy', (text) => text.replace('SUMMARY:Busy', 'SUMMARY:Mine'))
    await on.stage.settle()
    await switchTo(on, FULL, lose)
    expect(titles(on)).toEqual(OPEN)
    const entries = await on.stage.connector.store.archiveEntries({})
    expect(entries.map(({ document }) => document.text)).toEqual([expect.stringContaining('SUMMARY:Mine')])
  })

  it('goes on moving both items after the switch', async () => {
    const on = await withSecrets(sensitive())
    await switchTo(on, FULL, lose)
    on.stage.editObject(DENTIST, (text) => text.replace('SUMMARY:Dentist', 'SUMMARY:Doctor'))
    await on.stage.settle()
    expect(titles(on).exchange).toEqual(['Doctor EXCHANGECANARY', PARTY])
  })
})

describe('State lost in the sensitive mode', () => {
  it('finds every copy again and writes nothing', async () => {
    const on = await withSecrets(sensitive())
    wasFull = false
    await on.stage.loseState()
    on.stage.takeWrites()
    await on.stage.settle()
    expect(on.stage.takeWrites()).toEqual([])
    expect(titles(on)).toEqual(BUSY)
  })

  it('leaves both as they are when nobody knows which one is the copy', async () => {
    open = await SensitiveStage.open(sensitive())
    wasFull = false
    const uid = 'invited@example.org'
    open.stage.mailbox().addEvent(secretAppointment('Invited', { uid }))
    open.stage.calendar().put('i.ics', ics(uid, ...times(3), ...secretLines('Invited')), { silent: true })
    await open.stage.settle()
    expect(titles(open)).toEqual({ exchange: ['Invited EXCHANGECANARY'], nextcloud: ['Invited NEXTCLOUDCANARY'] })
  })
})

describe('The scope of private items', () => {
  const flagged = { ...sensitive('private') }

  it('masks what is private where it comes from, and syncs everything else in full', async () => {
    open = await SensitiveStage.open(flagged)
    wasFull = false
    const { stage } = open
    stage.mailbox().addEvent(secretAppointment('Dentist', { sensitivity: 'Private' }))
    stage.mailbox().addEvent({ subject: 'Lunch', start: '2026-03-05T12:00:00', end: '2026-03-05T13:00:00' })
    stage
      .calendar()
      .put('p.ics', ics('p@x', ...times(4), ...secretLines('Party'), 'CLASS:CONFIDENTIAL'), { silent: true })
    stage.calendar().put('w.ics', ics('w@x', ...times(6), 'SUMMARY:Walk'), { silent: true })
    await stage.settle()
    expect(titles(open)).toEqual({
      exchange: ['Busy', DENTIST, 'Lunch', 'Walk'],
      nextcloud: ['Busy', 'Lunch', PARTY, 'Walk'],
    })
    await stage.loseState()
    await stage.settle()
    expect(titles(open).exchange).toEqual(['Busy', DENTIST, 'Lunch', 'Walk'])
  })

  it('masks the copy when its original becomes private, and fills it in when that ends', async () => {
    const on = await withSecrets(flagged)
    expect(titles(on)).toEqual(OPEN)
    on.stage.mailbox().editEvent(on.stage.item(DENTIST).id, { sensitivity: 'Private' })
    on.stage.editObject(PARTY, (text) => text.replace('SUMMARY:Party', 'CLASS:PRIVATE\r\nSUMMARY:Party'))
    await on.stage.settle()
    expect(titles(on)).toEqual(BUSY)
    expect(on.stage.object('SUMMARY:Busy').text).not.toContain('CANARY')
    on.stage.mailbox().editEvent(on.stage.item(DENTIST).id, { sensitivity: 'Normal', location: 'New EXCHANGECANARY' })
    on.stage.editObject(PARTY, (text) => text.replace('CLASS:PRIVATE', 'CLASS:PUBLIC'))
    await on.stage.settle()
    expect(titles(on)).toEqual(OPEN)
    expect(property(on.stage.object(DENTIST).text, 'LOCATION')).toEqual(['LOCATION:New EXCHANGECANARY'])
  })

  it('lets no words of a copy travel that its reader flags as private', async () => {
    const on = await withSecrets(flagged)
    on.stage.editObject(DENTIST, (text) => text.replace('SUMMARY:Dentist', 'CLASS:PRIVATE\r\nSUMMARY:Hidden'))
    await on.stage.settle()
    expect(titles(on).exchange).toEqual([DENTIST, PARTY])
    expect(titles(on).nextcloud).toEqual(['Hidden EXCHANGECANARY', PARTY])
  })
})
