/** The Exchange simulator as a server: who may ask, what is mailed, how the feed runs, and every fault it can show. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Effect } from '../simulators/exchange/faults.ts'
import { all, envelope, type Fixture, setField, startFixture, text } from './exchange-simulator-fixture.ts'

const GET_CALENDAR =
  '<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="calendar"/></m:FolderIds></m:GetFolder>'
const SINGLE = { subject: 'S', start: '2026-03-02T09:00:00Z', end: '2026-03-02T10:00:00Z' }
const BOB = { name: 'Bob', email: 'bob@example.org' }

let fixture: Fixture
beforeEach(async () => {
  fixture = await startFixture({ recordBodies: true })
})
afterEach(async () => {
  expect(fixture.invalidAnswers()).toEqual([])
  await fixture.simulator.close()
})

describe('sign-in and impersonation', () => {
  it('asks for Basic credentials and takes no wrong ones', async () => {
    for (const authorization of ['', `Basic ${btoa('svc:wrong')}`, `Basic ${btoa('nobody:secret')}`]) {
      const response = await fixture.post(envelope(GET_CALENDAR), { authorization })
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="127.0.0.1"'])
      await response.text()
    }
  })

  it('lets only accounts with the role act for others, and only for mailboxes that exist', async () => {
    fixture.simulator.addServiceAccount('plain', 'secret', { impersonation: false })
    const denied = await fixture.post(envelope(GET_CALENDAR), { authorization: `Basic ${btoa('plain:secret')}` })
    expect([denied.status, await denied.text()]).toEqual([500, expect.stringContaining('ErrorImpersonateUserDenied')])
    expect((await fixture.send(GET_CALENDAR, { mailbox: 'nobody@example.org' })).codes).toEqual([
      'ErrorNonExistentMailbox',
    ])
    expect((await fixture.send(GET_CALENDAR, { mailbox: '' })).codes).toEqual(['ErrorMissingEmailAddress'])
  })

  it('refuses the folders of a mailbox that is not impersonated', async () => {
    fixture.simulator.addMailbox('carl@example.org')
    const foreign = GET_CALENDAR.replace(
      'Id="calendar"/>',
      'Id="calendar"><t:Mailbox><t:EmailAddress>carl@example.org</t:EmailAddress></t:Mailbox></t:DistinguishedFolderId>',
    )
    expect((await fixture.send(foreign)).codes).toEqual(['ErrorAccessDenied'])
  })

  it('refuses more open requests than the account may have', async () => {
    fixture.simulator.addServiceAccount('svc', 'secret', { connectionsMax: 2 })
    fixture.simulator.faults.add({ effect: { kind: 'delay', ms: 100 } })
    const answers = await Promise.all([1, 2, 3, 4].map(() => fixture.send(GET_CALENDAR)))
    expect(answers.flatMap((answer) => answer.codes).sort()).toEqual([
      'ErrorExceededConnectionCount',
      'ErrorExceededConnectionCount',
      'NoError',
      'NoError',
    ])
  })
})

describe('requests that are no EWS', () => {
  it.each([
    ['no XML', 'hello', 'ErrorSchemaValidation'],
    ['a DTD', '<!DOCTYPE a><a/>', 'ErrorSchemaValidation'],
    [
      'an illegal character',
      envelope(
        '<m:ResolveNames ReturnFullContactData="false"><m:UnresolvedEntry>&#x1F;</m:UnresolvedEntry></m:ResolveNames>',
      ),
      'ErrorSchemaValidation',
    ],
    ['an unknown operation', envelope('<m:Invented/>'), 'ErrorInvalidRequest'],
    ['an unknown version', envelope(GET_CALENDAR).replace('Exchange2016', 'Exchange2099'), 'ErrorInvalidServerVersion'],
  ])('are refused: %s', async (_name, body, code) => {
    const response = await fixture.post(body)
    expect([response.status, await response.text()]).toEqual([500, expect.stringContaining(code)])
  })
})

describe('mail', () => {
  const meeting =
    '<t:CalendarItem><t:Subject>M</t:Subject><t:Start>2026-03-02T09:00:00Z</t:Start><t:End>2026-03-02T10:00:00Z</t:End><t:RequiredAttendees><t:Attendee><t:Mailbox><t:EmailAddress>bob@example.org</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees></t:CalendarItem>'
  const sent = () => fixture.simulator.outbox.mails.map(({ kind, to, cause }) => [kind, to.join(), cause])

  it('goes out for nothing that says SendToNone', async () => {
    const answer = await fixture.create(meeting)
    const { Id: id = '', ChangeKey: key = '' } = all(answer.root, 'ItemId')[0]?.attributes ?? {}
    await fixture.update(id, key, setField('item:Subject', '<t:Subject>N</t:Subject>'))
    expect(text(await fixture.get(id), 'MeetingRequestWasSent')).toBe('false')
    await fixture.remove(id)
    expect(sent()).toEqual([])
  })

  it('goes to attendees when a write says so: request, update, cancellation', async () => {
    const answer = await fixture.create(meeting, { send: 'SendToAllAndSaveCopy' })
    const { Id: id = '', ChangeKey: key = '' } = all(answer.root, 'ItemId')[0]?.attributes ?? {}
    const swap =
      '<t:RequiredAttendees><t:Attendee><t:Mailbox><t:EmailAddress>carl@example.org</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees>'
    await fixture.update(id, key, setField('calendar:RequiredAttendees', swap), 'SendOnlyToChanged')
    await fixture.remove(id, { send: 'SendOnlyToAll' })
    expect(sent()).toEqual([
      ['request', 'bob@example.org', 'CreateItem SendToAllAndSaveCopy'],
      ['update', 'carl@example.org', 'UpdateItem SendOnlyToChanged'],
      ['cancellation', 'bob@example.org', 'UpdateItem SendOnlyToChanged'],
      ['cancellation', 'carl@example.org', 'DeleteItem SendOnlyToAll'],
    ])
    expect(fixture.mailbox.list('sentitems').length).toBe(1)
  })

  const respond = (element: string, id: string, disposition: string) =>
    fixture.send(
      `<m:CreateItem MessageDisposition="${disposition}"><m:Items><t:${element}><t:ReferenceItemId Id="${id}"/></t:${element}></m:Items></m:CreateItem>`,
    )

  it('carries answers to the organizer unless they are saved only', async () => {
    const id = fixture.mailbox.addEvent({
      ...SINGLE,
      organizer: BOB,
      required: [{ name: 'Anna', email: 'anna@example.org' }],
    })
    expect(text(await fixture.get(id), 'MyResponseType')).toBe('NoResponseReceived')
    expect((await respond('TentativelyAcceptItem', id, 'SaveOnly')).codes).toEqual(['NoError'])
    expect(sent()).toEqual([])
    const item = await fixture.get(id)
    expect([text(item, 'MyResponseType'), text(item, 'LegacyFreeBusyStatus'), text(item, 'IsOrganizer')]).toEqual([
      'Tentative',
      'Tentative',
      'false',
    ])
    await respond('AcceptItem', id, 'SendAndSaveCopy')
    expect(sent()).toEqual([['response', 'bob@example.org', 'CreateItem SendAndSaveCopy']])
    expect((await respond('DeclineItem', id, 'SaveOnly')).codes).toEqual(['NoError'])
    expect(fixture.mailbox.get(id)).toBeUndefined()
  })

  it('of an organizer is no answer, and an attendee cannot cancel', async () => {
    const own = fixture.mailbox.addEvent({ ...SINGLE, required: [BOB] })
    const foreign = fixture.mailbox.addEvent({ ...SINGLE, organizer: BOB })
    expect((await respond('AcceptItem', own, 'SaveOnly')).codes).toEqual(['ErrorCalendarIsOrganizerForAccept'])
    expect((await respond('CancelCalendarItem', foreign, 'SendOnly')).codes).toEqual(['ErrorCalendarIsNotOrganizer'])
    expect((await respond('CancelCalendarItem', own, 'SendOnly')).codes).toEqual(['NoError'])
    expect(sent()).toEqual([['cancellation', 'bob@example.org', 'CreateItem SendOnly']])
  })

  it('keeps the answers that attendees gave when the organizer writes the list again', async () => {
    const id = fixture.mailbox.addEvent({ ...SINGLE, required: [{ ...BOB, response: 'Accept' }] })
    const list =
      '<t:RequiredAttendees><t:Attendee><t:Mailbox><t:EmailAddress>BOB@example.org</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees>'
    await fixture.update(id, fixture.mailbox.get(id)?.changeKey ?? '', setField('calendar:RequiredAttendees', list))
    expect(text(await fixture.get(id), 'ResponseType')).toBe('Accept')
  })
})

describe('the feed', () => {
  it('pages through everything once, and then tells what happened since', async () => {
    const ids = Array.from({ length: 5 }, () => fixture.mailbox.addEvent(SINGLE))
    const first = await fixture.sync('', 2)
    const second = await fixture.sync(first.state, 2)
    const third = await fixture.sync(second.state, 2)
    expect([first.last, second.last, third.last]).toEqual([false, false, true])
    expect([...first.changes, ...second.changes, ...third.changes]).toEqual(ids.map((id) => ['Create', id]))
    const [one = '', two = '', three = ''] = ids
    fixture.mailbox.editEvent(two, { subject: 'T' })
    fixture.mailbox.deleteItem(one)
    const moved = fixture.mailbox.moveItem(three, 'drafts')
    const born = fixture.mailbox.addEvent(SINGLE)
    fixture.mailbox.deleteItem(fixture.mailbox.addEvent(SINGLE), 'hard')
    const later = await fixture.sync(third.state)
    expect(later.changes).toEqual([
      ['Update', two],
      ['Delete', one],
      ['Delete', three],
      ['Create', born],
    ])
    expect(moved).not.toBe(three)
    expect((await fixture.sync(later.state)).changes).toEqual([])
  })

  it('tells a changed read flag apart', async () => {
    const id = fixture.mailbox.addItem('Message', { fields: { Subject: 'M' } })
    const sync = (state: string) =>
      fixture.send(
        `<m:SyncFolderItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:SyncFolderId><t:DistinguishedFolderId Id="inbox"/></m:SyncFolderId><m:SyncState>${state}</m:SyncState><m:MaxChangesReturned>10</m:MaxChangesReturned></m:SyncFolderItems>`,
      )
    const state = text((await sync('')).root, 'SyncState') ?? ''
    await fixture.send(
      `<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="message:IsRead"/><t:Message><t:IsRead>true</t:IsRead></t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    )
    const [change] = all((await sync(state)).root, 'Changes')[0]?.children ?? []
    expect([change?.name, change && text(change, 'IsRead')]).toEqual(['ReadFlagChange', 'true'])
  })

  it('refuses states that are damaged, of another folder, or invalidated: like the last page to who does not look', async () => {
    fixture.mailbox.addEvent(SINGLE)
    const { state } = await fixture.sync()
    const damaged = await fixture.sync(`${state.slice(0, -8)}AAAAAAA=`)
    expect(damaged.answer.codes).toEqual(['ErrorInvalidSyncStateData'])
    expect([damaged.changes, damaged.last]).toEqual([[], true])
    fixture.mailbox.invalidateSyncStates()
    expect((await fixture.sync(state)).answer.codes).toEqual(['ErrorInvalidSyncStateData'])
  })

  it('can lag, repeat itself, and start all over', async () => {
    const ids = Array.from({ length: 3 }, () => fixture.mailbox.addEvent(SINGLE))
    const lag = fixture.simulator.faults.add({
      operation: 'SyncFolderItems',
      times: 1,
      effect: { kind: 'feedLag', changes: 1 },
    })
    const early = await fixture.sync()
    expect(early.changes.map(([, id]) => id)).toEqual(ids.slice(0, 2))
    expect((await fixture.sync(early.state)).changes).toEqual([['Create', ids[2]]])
    expect(lag.fired).toBe(1)
    const { state } = await fixture.sync()
    fixture.simulator.faults.add({ operation: 'SyncFolderItems', times: 1, effect: { kind: 'feedRepeat', changes: 2 } })
    expect((await fixture.sync(state)).changes).toEqual(ids.slice(1).map((id) => ['Update', id]))
    fixture.simulator.faults.add({ operation: 'SyncFolderItems', times: 1, effect: { kind: 'resendAll' } })
    expect((await fixture.sync(state)).changes).toEqual(ids.map((id) => ['Create', id]))
    fixture.simulator.faults.add({ operation: 'SyncFolderItems', nth: 1, effect: { kind: 'syncStateInvalid' } })
    expect((await fixture.sync(state)).answer.codes).toEqual(['ErrorInvalidSyncStateData'])
  })

  it('says nothing about changed occurrences when asked to be like gromox', async () => {
    const quiet = await startFixture({ occurrenceChangesInFeed: false })
    try {
      const rule = { pattern: { kind: 'DailyRecurrence', interval: 1 }, count: 3 } as const
      const id = quiet.mailbox.addEvent({ ...SINGLE, recurrence: rule })
      const { state } = await quiet.sync()
      quiet.mailbox.editOccurrence(id, 2, { subject: 'x' })
      expect((await quiet.sync(state)).changes).toEqual([])
    } finally {
      await quiet.simulator.close()
    }
  })
})

describe('faults', () => {
  const create = () => fixture.create('<t:CalendarItem><t:Subject>F</t:Subject></t:CalendarItem>')
  const strike = (effect: Effect) => fixture.simulator.faults.add({ operation: 'CreateItem', nth: 1, effect })

  it('cut the connection before the work, after it, and in the middle of the answer', async () => {
    for (const [when, stored] of [
      ['before', 0],
      ['after', 1],
      ['middle', 2],
    ] as const) {
      strike({ kind: 'cut', when })
      await expect(create()).rejects.toThrow()
      expect(fixture.mailbox.list()).toHaveLength(stored)
    }
    expect((await create()).codes).toEqual(['NoError'])
  })

  it('cut the body short under a correct length', async () => {
    strike({ kind: 'truncated' })
    await expect(create()).rejects.toThrow(/unclosed|unexpected end/)
    fixture.answers.pop()
    expect(fixture.mailbox.list()).toHaveLength(1)
  })

  it.each<[Effect, number, RegExp]>([
    [{ kind: 'http', status: 502 }, 502, /^$/],
    [{ kind: 'unavailable', retryAfterSeconds: 30 }, 503, /Unavailable/],
    [{ kind: 'loginPage' }, 200, /<form action="\/owa/],
    [{ kind: 'busy', backOffMs: 1500 }, 500, /ErrorServerBusy[\s\S]*Name="BackOffMilliseconds">1500</],
    [{ kind: 'soapFault', code: 'ErrorInternalServerError' }, 500, /ErrorInternalServerError/],
  ])('answer %j instead of the work', async (effect, status, body) => {
    strike(effect)
    const response = await fixture.post(
      envelope('<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem/></m:Items></m:CreateItem>'),
    )
    expect([response.status, response.headers.get('retry-after')]).toEqual([status, status === 503 ? '30' : null])
    expect(await response.text()).toMatch(body)
    expect(fixture.mailbox.list()).toEqual([])
  })

  it('strike one item, or stop the batch after it', async () => {
    const ids = Array.from({ length: 3 }, () => fixture.mailbox.addEvent(SINGLE))
    const get = () =>
      fixture.send(
        `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ItemIds>${ids.map((id) => `<t:ItemId Id="${id}"/>`).join('')}</m:ItemIds></m:GetItem>`,
      )
    const one = fixture.simulator.faults.add({
      operation: 'GetItem',
      nth: 1,
      effect: { kind: 'itemError', code: 'ErrorItemCorrupt', item: ids[1] ?? '' },
    })
    expect((await get()).codes).toEqual(['NoError', 'ErrorItemCorrupt', 'NoError'])
    expect(one.fired).toBe(1)
    fixture.simulator.faults.add({
      operation: 'GetItem',
      nth: 1,
      effect: { kind: 'batchStop', code: 'ErrorServerBusy', index: 1 },
    })
    expect((await get()).codes).toEqual(['NoError', 'ErrorServerBusy', 'ErrorBatchProcessingStopped'])
    fixture.simulator.faults.add({
      operation: 'GetItem',
      nth: 1,
      effect: { kind: 'busy', backOffMs: 9, perItem: true },
    })
    const busy = await get()
    expect(new Set(busy.codes)).toEqual(new Set(['ErrorServerBusy']))
    expect(text(busy.root, 'Value')).toBe('9')
  })

  it('send characters that XML forbids, as a mailbox may hold them', async () => {
    const id = fixture.mailbox.addEvent({ ...SINGLE, fields: { Subject: 'a\u001Fb' } })
    const shape = '<m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape>'
    const response = await fixture.post(
      envelope(`<m:GetItem>${shape}<m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`),
    )
    expect(await response.text()).toContain('<t:Subject>a&#x1F;b</t:Subject>')
  })

  it('come from a hook, too, which sees every request', async () => {
    const seen: string[] = []
    fixture.simulator.faults.hook = ({ operation, mailbox }) => {
      seen.push(`${operation} ${mailbox}`)
      return operation === 'GetFolder' ? { kind: 'soapFault', code: 'ErrorMailboxMoveInProgress' } : undefined
    }
    expect((await fixture.send(GET_CALENDAR)).codes).toEqual(['ErrorMailboxMoveInProgress'])
    expect(seen).toEqual(['GetFolder anna@example.org'])
    expect(fixture.simulator.requests.count('GetFolder')).toBe(1)
  })
})

describe('scale', () => {
  it('feeds 20,000 items in pages of 512 and pages FindItem by 1,000', { timeout: 60_000 }, async () => {
    const before = process.memoryUsage().heapUsed
    for (let index = 0; index < 20_000; index++) fixture.mailbox.addEvent({ ...SINGLE, subject: `Item ${index}` })
    const bytesPerItem = (process.memoryUsage().heapUsed - before) / 20_000
    expect(bytesPerItem).toBeLessThan(4000)
    const ids = new Set<string>()
    let state = ''
    let pages = 0
    for (let last = false; !last; pages++) {
      const page = await fixture.sync(state)
      for (const [, id] of page.changes) ids.add(id)
      state = page.state
      last = page.last
    }
    expect([pages, ids.size]).toEqual([40, 20_000])
    fixture.answers.length = 0
    const find = (view: string) =>
      fixture.send(
        `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>${view}<m:ParentFolderIds><t:DistinguishedFolderId Id="calendar"/></m:ParentFolderIds></m:FindItem>`,
      )
    const page = await find('<m:IndexedPageItemView MaxEntriesReturned="5000" Offset="19500" BasePoint="Beginning"/>')
    expect(all(page.root, 'ItemId')).toHaveLength(500)
    expect((await find('')).codes).toEqual(['ErrorExceededFindCountLimit'])
  })
})
