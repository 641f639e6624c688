/** The Exchange simulator as a store of single items: what is written, what comes back, what is refused. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { all, type Fixture, MAILBOX, setField, startFixture, text } from './exchange-simulator-fixture.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await startFixture()
})
afterEach(() => fixture.simulator.outbox.clear())
afterAll(async () => {
  await fixture.simulator.close()
})

const times = '<t:Start>2026-03-02T09:00:00Z</t:Start><t:End>2026-03-02T10:00:00Z</t:End>'

async function made(inner = `<t:Subject>S</t:Subject>${times}`): Promise<{ id: string; changeKey: string }> {
  const answer = await fixture.create(`<t:CalendarItem>${inner}</t:CalendarItem>`)
  const { Id: id = '', ChangeKey: changeKey = '' } = all(answer.root, 'ItemId')[0]?.attributes ?? {}
  expect(answer.codes).toEqual(['NoError'])
  return { id, changeKey }
}

describe('a single event', () => {
  it('comes back with Exchange’s habits: trimmed subject, CRLF, wrapped HTML, UTC', async () => {
    const { id } = await made(
      '<t:Subject>  Two\n lines </t:Subject><t:Body BodyType="HTML">&lt;p&gt;a\nb&lt;/p&gt;</t:Body><t:UID>own-uid</t:UID><t:Start>2026-03-02T09:00:00+01:00</t:Start><t:End>2026-03-02T10:00:00+01:00</t:End><t:StartTimeZone Id="W. Europe Standard Time"/>',
    )
    const item = await fixture.get(id)
    expect(text(item, 'Subject')).toBe('Two  lines')
    expect(text(item, 'Body')).toMatch(/^<html>\r\n<head>[\s\S]*<p>a\r\nb<\/p>[\s\S]*<\/html>/)
    expect(text(item, 'Start')).toBe('2026-03-02T08:00:00Z')
    expect(text(item, 'UID')).toBe('own-uid')
    expect(all(item, 'StartTimeZone')[0]?.attributes).toEqual({
      Id: 'W. Europe Standard Time',
      Name: '(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna',
    })
    expect(text(item, 'MyResponseType')).toBe('Organizer')
    expect(text(item, 'IsMeeting')).toBe('false')
  })

  it('gives its HTML body as text on demand, and its text body as HTML', async () => {
    const { id } = await made(`<t:Body BodyType="HTML">&lt;p&gt;a&amp;amp;b&lt;/p&gt;</t:Body>${times}`)
    expect(text(await fixture.get(id, '<t:BodyType>Text</t:BodyType>'), 'Body')).toBe('a&b\r\n')
    const plain = await made(`<t:Body BodyType="Text">x &lt; y</t:Body>${times}`)
    expect(text(await fixture.get(plain.id), 'Body')).toBe('x < y')
    expect(text(await fixture.get(plain.id, '<t:BodyType>HTML</t:BodyType>'), 'Body')).toContain('x &lt; y')
  })

  it('is put on midnights of its zone when it lasts all day', async () => {
    const { id } = await made(
      '<t:Start>2026-03-02T10:00:00Z</t:Start><t:End>2026-03-03T10:00:00Z</t:End><t:IsAllDayEvent>true</t:IsAllDayEvent><t:StartTimeZone Id="Romance Standard Time"/>',
    )
    const item = await fixture.get(id)
    expect([text(item, 'Start'), text(item, 'End')]).toEqual(['2026-03-01T23:00:00Z', '2026-03-03T23:00:00Z'])
  })

  it('answers in the zone of the TimeZoneContext, and reads bare times in it', async () => {
    const header = '<t:TimeZoneContext><t:TimeZoneDefinition Id="Eastern Standard Time"/></t:TimeZoneContext>'
    const created = await fixture.send(
      '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem><t:Start>2026-07-01T09:00:00</t:Start><t:End>2026-07-01T10:00:00</t:End></t:CalendarItem></m:Items></m:CreateItem>',
      { header },
    )
    const id = all(created.root, 'ItemId')[0]?.attributes.Id ?? ''
    const answer = await fixture.send(
      `<m:GetItem><m:ItemShape><t:BaseShape>AllProperties</t:BaseShape></m:ItemShape><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`,
      { header },
    )
    expect(text(answer.root, 'Start')).toBe('2026-07-01T09:00:00-04:00')
    expect(all(answer.root, 'StartTimeZone')[0]?.attributes.Id).toBe('Eastern Standard Time')
  })

  it('keeps the rules of a zone that it does not know', async () => {
    const zone =
      '<t:StartTimeZone Id="Own" Name="Own zone"><t:Periods><t:Period Bias="-PT90M" Name="Standard" Id="S"/><t:Period Bias="-PT150M" Name="Daylight" Id="D"/></t:Periods><t:TransitionsGroups><t:TransitionsGroup Id="0"><t:RecurringDayTransition><t:To Kind="Period">D</t:To><t:TimeOffset>PT2H</t:TimeOffset><t:Month>3</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek><t:Occurrence>-1</t:Occurrence></t:RecurringDayTransition><t:RecurringDayTransition><t:To Kind="Period">S</t:To><t:TimeOffset>PT3H</t:TimeOffset><t:Month>10</t:Month><t:DayOfWeek>Sunday</t:DayOfWeek><t:Occurrence>-1</t:Occurrence></t:RecurringDayTransition></t:TransitionsGroup></t:TransitionsGroups><t:Transitions><t:Transition><t:To Kind="Group">0</t:To></t:Transition></t:Transitions></t:StartTimeZone>'
    const { id } = await made(
      `<t:Start>2026-07-01T09:00:00Z</t:Start><t:End>2026-07-01T10:00:00Z</t:End><t:IsAllDayEvent>true</t:IsAllDayEvent>${zone}`,
    )
    const item = await fixture.get(id)
    expect(text(item, 'Start')).toBe('2026-06-30T21:30:00Z')
    expect(all(item, 'Period')).toHaveLength(4)
  })

  it('has a time in the gap or the overlap of summer time as Windows reads it', () => {
    const startOf = (start: string) => {
      const id = fixture.mailbox.addEvent({ start, end: '2026-12-01T00:00:00', zone: 'W. Europe Standard Time' })
      return new Date(fixture.mailbox.get(id)?.fields.Start ?? 0).toISOString()
    }
    expect(startOf('2026-03-29T02:30:00')).toBe('2026-03-29T01:30:00.000Z')
    expect(startOf('2026-10-25T02:30:00')).toBe('2026-10-25T00:30:00.000Z')
  })

  it('is found only where all parts of a restriction hold', async () => {
    const { id } = await made(`<t:Subject>Both parts</t:Subject>${times}<t:Location>Here</t:Location>`)
    await made(`<t:Subject>Both parts</t:Subject>${times}<t:Location>There</t:Location>`)
    const equal = (uri: string, value: string) =>
      `<t:IsEqualTo><t:FieldURI FieldURI="${uri}"/><t:FieldURIOrConstant><t:Constant Value="${value}"/></t:FieldURIOrConstant></t:IsEqualTo>`
    const answer = await fixture.send(
      `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:Restriction><t:And>${equal('item:Subject', 'both parts')}${equal('calendar:Location', 'Here')}</t:And></m:Restriction><m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>`,
    )
    expect(all(answer.root, 'ItemId').map((node) => node.attributes.Id)).toEqual([id])
  })

  it('has a reminder of 15 minutes unless the request says something else', async () => {
    const silent = await fixture.get((await made()).id)
    expect([text(silent, 'ReminderIsSet'), text(silent, 'ReminderMinutesBeforeStart')]).toEqual(['true', '15'])
    const none = await fixture.get((await made(`<t:ReminderIsSet>false</t:ReminderIsSet>${times}`)).id)
    expect(text(none, 'ReminderIsSet')).toBe('false')
  })

  it('is found by a token in an extended property, and by nothing else', async () => {
    const path =
      '<t:ExtendedFieldURI PropertySetId="00020329-0000-0000-C000-000000000046" PropertyName="token" PropertyType="String"/>'
    const { id } = await made(`<t:ExtendedProperty>${path}<t:Value>T1</t:Value></t:ExtendedProperty>${times}`)
    const find = (value: string) =>
      fixture.send(
        `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="token" PropertyType="String"/></t:AdditionalProperties></m:ItemShape><m:IndexedPageItemView Offset="0" BasePoint="Beginning"/><m:Restriction><t:IsEqualTo><t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="token" PropertyType="String"/><t:FieldURIOrConstant><t:Constant Value="${value}"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction><m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>`,
      )
    const found = await find('T1')
    expect(all(found.root, 'ItemId').map((node) => node.attributes.Id)).toEqual([id])
    expect(text(found.root, 'Value')).toBe('T1')
    expect(all((await find('T2')).root, 'ItemId')).toEqual([])
  })
})

describe('an update', () => {
  it('is refused with an old change key, and without one', async () => {
    const { id, changeKey } = await made()
    expect((await fixture.update(id, changeKey, setField('item:Subject', '<t:Subject>1</t:Subject>'))).codes).toEqual([
      'NoError',
    ])
    const second = await fixture.update(id, changeKey, setField('item:Subject', '<t:Subject>2</t:Subject>'))
    expect(second.codes).toEqual(['ErrorIrresolvableConflict'])
    expect((await fixture.update(id, '', setField('item:Subject', '<t:Subject>2</t:Subject>'))).codes).toEqual([
      'ErrorChangeKeyRequiredForWriteOperations',
    ])
    expect(
      (
        await fixture.update(
          id,
          'nonsense',
          '<t:DeleteItemField><t:FieldURI FieldURI="item:Subject"/></t:DeleteItemField>',
        )
      ).codes,
    ).toEqual(['ErrorInvalidChangeKey'])
    expect(text(await fixture.get(id), 'Subject')).toBe('1')
  })

  it.each([
    [
      'calendar:DeletedOccurrences',
      '<t:DeletedOccurrences><t:DeletedOccurrence><t:Start>2026-03-02T09:00:00Z</t:Start></t:DeletedOccurrence></t:DeletedOccurrences>',
      'ErrorInvalidPropertySet',
    ],
    ['calendar:MyResponseType', '<t:MyResponseType>Accept</t:MyResponseType>', 'ErrorInvalidPropertySet'],
    ['item:Subject', '<t:Location>L</t:Location>', 'ErrorUpdatePropertyMismatch'],
    ['item:Subject', '<t:Subject>a</t:Subject><t:Importance>High</t:Importance>', 'ErrorIncorrectUpdatePropertyCount'],
    ['task:Status', '<t:Subject>a</t:Subject>', 'ErrorInvalidPropertyRequest'],
    ['calendar:End', '<t:End>2026-03-01T00:00:00Z</t:End>', 'ErrorCalendarEndDateIsEarlierThanStartDate'],
  ])('of %s with %s is refused', async (uri, inner, code) => {
    const { id, changeKey } = await made()
    const answer = await fixture.update(id, changeKey, setField(uri, inner))
    expect(answer.codes).toEqual([code])
    expect(fixture.mailbox.get(id)?.changeKey).toBe(changeKey)
  })

  it('deletes fields that can be deleted only', async () => {
    const { id, changeKey } = await made(
      `<t:Subject>S</t:Subject><t:Categories><t:String>a</t:String></t:Categories>${times}<t:Location>L</t:Location>`,
    )
    const drop = (uri: string) => `<t:DeleteItemField><t:FieldURI FieldURI="${uri}"/></t:DeleteItemField>`
    expect((await fixture.update(id, changeKey, drop('calendar:Start'))).codes).toEqual(['ErrorInvalidPropertyDelete'])
    expect((await fixture.update(id, changeKey, drop('calendar:Location') + drop('item:Categories'))).codes).toEqual([
      'NoError',
    ])
    const item = await fixture.get(id)
    expect([text(item, 'Location'), text(item, 'Categories')]).toEqual([undefined, undefined])
  })

  it('of one item is no matter of the others in the request', async () => {
    const [one, other] = [await made(), await made()]
    const change = (id: string, key: string) =>
      `<t:ItemChange><t:ItemId Id="${id}" ChangeKey="${key}"/><t:Updates>${setField('item:Subject', '<t:Subject>n</t:Subject>')}</t:Updates></t:ItemChange>`
    const answer = await fixture.send(
      `<m:UpdateItem ConflictResolution="NeverOverwrite" SendMeetingInvitationsOrCancellations="SendToNone"><m:ItemChanges>${change(one.id, other.changeKey)}${change(other.id, other.changeKey)}</m:ItemChanges></m:UpdateItem>`,
    )
    expect(answer.codes).toEqual(['ErrorIrresolvableConflict', 'NoError'])
  })
})

describe('what calendar items demand', () => {
  it('is a word about mail in every write', async () => {
    const { id, changeKey } = await made()
    const item = `<m:Items><t:CalendarItem>${times}</t:CalendarItem></m:Items>`
    const change = `<m:ItemChanges><t:ItemChange><t:ItemId Id="${id}" ChangeKey="${changeKey}"/><t:Updates>${setField('item:Subject', '<t:Subject>n</t:Subject>')}</t:Updates></t:ItemChange></m:ItemChanges>`
    const codes = [
      (await fixture.send(`<m:CreateItem>${item}</m:CreateItem>`)).codes,
      (await fixture.send(`<m:UpdateItem ConflictResolution="NeverOverwrite">${change}</m:UpdateItem>`)).codes,
      (
        await fixture.send(
          `<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`,
        )
      ).codes,
    ]
    expect(codes.flat()).toEqual([
      'ErrorSendMeetingInvitationsRequired',
      'ErrorSendMeetingInvitationsOrCancellationsRequired',
      'ErrorSendMeetingCancellationsRequired',
    ])
  })

  it('is a calendar folder', async () => {
    const answer = await fixture.create(`<t:CalendarItem>${times}</t:CalendarItem>`, {
      folder: '<t:DistinguishedFolderId Id="inbox"/>',
    })
    expect(answer.codes).toEqual(['ErrorCannotCreateCalendarItemInNonCalendarFolder'])
  })
})

describe('a removal', () => {
  it('moves to Deleted Items under a new id; a second one finds nothing', async () => {
    const { id } = await made('<t:Subject>Gone</t:Subject>')
    expect((await fixture.remove(id)).codes).toEqual(['NoError'])
    expect((await fixture.remove(id)).codes).toEqual(['ErrorItemNotFound'])
    const trash = fixture.mailbox.list('deleteditems')
    expect(trash.map((item) => item.fields.Subject)).toContain('Gone')
    expect(trash.map((item) => item.id)).not.toContain(id)
  })

  it('of a task needs a word about its occurrences', async () => {
    const id = fixture.mailbox.addItem('Task', { fields: { Subject: 'T' } })
    expect((await fixture.remove(id)).codes).toEqual(['ErrorAffectedTaskOccurrencesRequired'])
  })
})

describe('ids', () => {
  it.each([
    ['', 'ErrorInvalidIdEmpty'],
    ['abc', 'ErrorInvalidIdMalformed'],
  ])('that are damaged (%j) are refused', async (id, code) => {
    expect((await fixture.remove(id)).codes).toEqual([code])
  })

  it('of another mailbox mean nothing here', async () => {
    const id = fixture.simulator
      .addMailbox('other@example.org')
      .addEvent({ start: '2026-03-02T09:00:00Z', end: '2026-03-02T10:00:00Z' })
    expect((await fixture.remove(id)).codes).toEqual(['ErrorItemNotFound'])
  })

  it('of folders are not ids of items, and change by case', async () => {
    expect((await fixture.remove(fixture.mailbox.folderId())).codes).toEqual(['ErrorCannotUseFolderIdForItemId'])
    const { id } = await made()
    expect((await fixture.remove(id.toLowerCase())).codes[0]).not.toBe('NoError')
  })
})

it('gives only answers that Microsoft’s schema accepts, and mails nobody', () => {
  expect(fixture.invalidAnswers()).toEqual([])
  expect(fixture.mailbox.email).toBe(MAILBOX)
  expect(fixture.simulator.outbox.mails).toEqual([])
})
