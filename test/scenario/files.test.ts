/** Files on events, over both servers: both ways, within the limit, and never in the sensitive mode. */
import { afterEach, describe, expect, it } from 'vitest'
import { appointment, ics, linesOf, property } from './items.ts'
import { Stage } from './stage.ts'

let stage: Stage
afterEach(() => stage.close())

const PDF = Buffer.from('%PDF-1.4 the agenda of Monday')
const inline = (name: string, content: Buffer) =>
  `ATTACH;FMTTYPE=application/pdf;ENCODING=BASE64;VALUE=BINARY;FILENAME=${name}:${content.toString('base64')}`
const LINK = 'ATTACH;FMTTYPE=text/html:https://cloud.example.org/f/42'

function names(subject: string): string[] {
  return stage.item(subject).attachments.map(({ name }) => name)
}

function downloads(): number {
  return stage.world.exchange.requests.count('GetAttachment')
}

describe('files on events', () => {
  it('go from Nextcloud to Exchange with their bytes; links stay', async () => {
    stage = await Stage.open()
    stage.calendar().put('a.ics', ics('a@x', 'SUMMARY:Plan', LINK, inline('Agenda.pdf', PDF)), { silent: true })
    await stage.settle()
    const [attachment] = stage.item('Plan').attachments
    expect(attachment).toMatchObject({ name: 'Agenda.pdf', contentType: 'application/pdf', content: PDF })
    expect(property(stage.object('a@x').text, 'ATTACH')).toEqual([LINK, inline('Agenda.pdf', PDF)])
  })

  it('go from Exchange to Nextcloud, are fetched when they are new, and never again for a renamed event', async () => {
    stage = await Stage.open()
    const id = stage.mailbox().addEvent(appointment('Plan', { uid: 'a@x' }))
    stage.mailbox().attach(id, { name: 'Agenda.pdf', content: PDF, contentType: 'application/pdf' })
    await stage.settle()
    expect(property(stage.object('a@x').text, 'ATTACH').map((line) => line.split(':').at(-1))).toEqual([
      PDF.toString('base64'),
    ])
    const before = downloads()
    stage.mailbox().editEvent(id, { subject: 'New plan' })
    await stage.settle()
    expect(stage.object('a@x').text).toContain('SUMMARY:New plan')
    expect(downloads()).toBe(before)
  })

  it('are added and removed one by one from both sides at once', async () => {
    stage = await Stage.open()
    const other = Buffer.from('%PDF-1.4 other')
    stage
      .calendar()
      .put('a.ics', ics('a@x', 'SUMMARY:Plan', inline('One.pdf', PDF), inline('Two.pdf', other)), { silent: true })
    await stage.settle()
    stage.mailbox().attach(stage.item('Plan').id, { name: 'Three.pdf', content: Buffer.from('three') })
    stage.editObject('a@x', (text) =>
      linesOf(text)
        .filter((line) => !line.includes('One.pdf'))
        .join('\r\n'),
    )
    await stage.settle()
    expect(names('Plan').sort()).toEqual(['Three.pdf', 'Two.pdf'])
    expect(property(stage.object('a@x').text, 'ATTACH').length).toBe(2)
  })

  it('over the limit stay where they are, named, and everything else goes on', async () => {
    stage = await Stage.open({ env: { Service__AttachmentLimitInBytes: '20' } })
    stage.calendar().put('a.ics', ics('a@x', 'SUMMARY:Plan', inline('Agenda.pdf', PDF)), { silent: true })
    const id = stage.mailbox().addEvent(appointment('Report', { uid: 'b@x' }))
    stage.mailbox().attach(id, { name: 'Report.pdf', content: Buffer.alloc(600_000) })
    const report = await stage.pass({ dryRun: true })
    const losses = report.pairs.flatMap(({ actions }) => actions.flatMap((action) => action.losses))
    expect(losses.map(({ reason, detail }) => `${reason} ${detail}`).sort()).toEqual([
      'too-long Agenda.pdf: 29 bytes',
      'too-long Report.pdf: 600230 bytes, not looked into',
    ])
    await stage.settle()
    expect(names('Plan')).toEqual([])
    expect(downloads()).toBe(0)
    stage.editObject('b@x', (text) => text.replace('SUMMARY:Report', 'SUMMARY:Renamed'))
    await stage.settle()
    expect(names('Renamed')).toEqual(['Report.pdf'])
    expect(property(stage.object('a@x').text, 'ATTACH').length).toBe(1)
  })

  it('never cross in the sensitive mode, in either direction', async () => {
    stage = await Stage.open({ env: { Service__SyncType: '1' } })
    stage.calendar().put('a.ics', ics('a@x', 'SUMMARY:Plan', inline('Agenda.pdf', PDF)), { silent: true })
    const id = stage.mailbox().addEvent(appointment('Report', { uid: 'b@x', day: 5 }))
    stage.mailbox().attach(id, { name: 'Report.pdf', content: PDF })
    await stage.settle()
    expect(
      stage
        .mailbox()
        .list()
        .map(({ attachments }) => attachments.length),
    ).toEqual([1, 0])
    expect(
      stage
        .calendar()
        .list()
        .filter(({ text }) => text.includes('ATTACH')).length,
    ).toBe(1)
  })

  it('go away from the copy when the mode becomes sensitive, and come again when it becomes full', async () => {
    stage = await Stage.open()
    stage.calendar().put('a.ics', ics('a@x', 'SUMMARY:Plan', inline('Agenda.pdf', PDF)), { silent: true })
    await stage.settle()
    expect(names('Plan')).toEqual(['Agenda.pdf'])
    await stage.restart({ Service__SyncType: '1' })
    await stage.settle()
    expect(names('Busy')).toEqual([])
    expect(property(stage.object('a@x').text, 'ATTACH').length).toBe(1)
    await stage.restart({ Service__SyncType: '0' })
    await stage.settle()
    expect(names('Plan')).toEqual(['Agenda.pdf'])
  })

  it('P2: a stop between an item and its file is completed by the next pass, once', async () => {
    stage = await Stage.open()
    stage.calendar().put('a.ics', ics('a@x', 'SUMMARY:Plan', inline('Agenda.pdf', PDF)), { silent: true })
    stage.world.exchange.faults.add({ operation: 'CreateAttachment', times: 1, effect: { kind: 'cut', when: 'after' } })
    await stage.pass()
    await stage.settle()
    expect(names('Plan')).toEqual(['Agenda.pdf'])
    expect(stage.calendar().list().length).toBe(1)
  })
})
