/** The file's way to the other side and back, for each kind of file that an administrator may have at hand. */
import { expect, test } from 'vitest'
import { dryRunFile } from '../../src/mapping/dry-run.ts'

const lines = (...texts: string[]) => `${texts.join('\r\n')}\r\n`

test('shows events and tasks of one calendar file, each with the Exchange item that it becomes', () => {
  const text = lines(
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'BEGIN:VEVENT',
    'UID:a',
    'DTSTART:20260302T090000Z',
    'DTEND:20260302T100000Z',
    'SUMMARY:Meeting',
    'END:VEVENT',
    'BEGIN:VTODO',
    'UID:b',
    'SUMMARY:Buy milk',
    'DUE;VALUE=DATE:20260303',
    'END:VTODO',
    'END:VCALENDAR',
  )
  const { items, problems } = dryRunFile({ name: 'x.ics', text })
  expect(problems).toEqual([])
  expect(items.map(({ title, fits, changedOnReturn }) => [title, fits, changedOnReturn])).toEqual([
    ['Meeting', true, []],
    ['Buy milk', true, []],
  ])
  expect(items[0]?.written).toContain('<Subject>Meeting</Subject>')
  expect(items[1]?.written).toMatch(/<Task>[\s\S]*<DueDate>2026-03-03/)
})

test('says what stays in the file beside what is lost, and calls no difference what means the same', () => {
  const text = lines(
    'BEGIN:VCALENDAR',
    'BEGIN:VEVENT',
    'UID:a',
    'DTSTART:20260302T090000Z',
    'SUMMARY:Meeting',
    'STATUS:CONFIRMED',
    'GEO:1;2',
    'ATTACH:https://example.org/minutes',
    'ATTACH;ENCODING=BASE64;VALUE=BINARY;FILENAME=a.txt:T25l',
    'END:VEVENT',
    'END:VCALENDAR',
  )
  const [item] = dryRunFile({ name: 'x.ics', text }).items
  expect(item).toMatchObject({ fits: true, losses: [], stays: ['ATTACH', 'GEO'], changedOnReturn: [] })
  expect(item?.written).toContain('FileAttachment a.txt: 3 bytes')
})

test('says by name what Exchange cannot hold', () => {
  const rule = 'RRULE:FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR'
  const text = lines(
    'BEGIN:VCALENDAR',
    'BEGIN:VEVENT',
    'UID:a',
    'DTSTART:20260313T090000Z',
    rule,
    'END:VEVENT',
    'END:VCALENDAR',
  )
  const [item] = dryRunFile({ name: 'x.ics', text }).items
  expect(item).toMatchObject({
    fits: false,
    written: null,
    losses: expect.arrayContaining([
      expect.objectContaining({ path: 'schedule', reason: 'recurrence-not-representable' }),
    ]),
  })
})

test('reads a card without UID under a made-up one, and says so', () => {
  const text = lines(
    'BEGIN:VCARD',
    'VERSION:3.0',
    'FN:Ada Lovelace',
    'N:Lovelace;Ada;;;',
    'EMAIL:ada@example.org',
    'END:VCARD',
  )
  const { format, items } = dryRunFile({ name: 'x.vcf', text })
  expect(format).toBe('vcard')
  expect(items).toMatchObject([
    { title: 'Ada Lovelace', fits: true, losses: [{ path: 'UID', detail: 'the file has none' }] },
  ])
  expect(items[0]?.written).toContain('ada@example.org')
})

test('maps an Exchange contact to a card', () => {
  const text =
    '<t:Contact xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><t:ItemId Id="i" ChangeKey="c"/><t:FileAs>Lovelace, Ada</t:FileAs><t:GivenName>Ada</t:GivenName><t:Surname>Lovelace</t:Surname></t:Contact>'
  const { from, items } = dryRunFile({ name: 'x.xml', text })
  expect(from).toBe('exchange')
  expect(items[0]?.written).toMatch(/^N:Lovelace;Ada/m)
})

test('tells why a file holds nothing that can be mapped', () => {
  expect(dryRunFile({ name: 'x.ics', text: lines('BEGIN:VCALENDAR', 'END:VCALENDAR') }).problems).toEqual([
    'no item in it',
  ])
  expect(() => dryRunFile({ name: 'x.txt', text: 'hello' })).toThrow('usage.bad-file')
})

test('names what stays where it is for want of a place, and nothing that has one', () => {
  const card = ['FN:Ada', 'CLASS:PUBLIC', 'GENDER:F', 'GEO:geo:1,1', 'item1.X-THEIRS:a', 'item1.X-ABLabel:b', 'REV:1']
  const todo = [
    'SUMMARY:Milk',
    'PRIORITY:0',
    'LOCATION:Shop',
    'BEGIN:VALARM',
    'X-THEIRS:a',
    'TRIGGER:-PT5M',
    'END:VALARM',
  ]
  const staying = (name: string, ...texts: string[]) => dryRunFile({ name, text: lines(...texts) }).items[0]?.stays
  expect(staying('x.vcf', 'BEGIN:VCARD', 'VERSION:4.0', 'UID:a', ...card, 'END:VCARD')).toEqual(['GEO', 'X-THEIRS'])
  const calendar = ['BEGIN:VCALENDAR', 'BEGIN:VTODO', 'UID:a', ...todo, 'END:VTODO', 'END:VCALENDAR']
  expect(staying('x.ics', ...calendar)).toEqual(['LOCATION'])
})
