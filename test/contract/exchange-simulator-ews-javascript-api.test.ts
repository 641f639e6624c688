/** ews-javascript-api, a port of Microsoft's managed API, against the Exchange simulator: an independent reader of its answers. */
import ews from 'ews-javascript-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Fixture, MAILBOX, startFixture } from './exchange-simulator-fixture.ts'

const {
  Appointment,
  BodyType,
  CalendarFolder,
  CalendarView,
  ConflictResolutionMode,
  ConnectingIdType,
  DateTime,
  DayOfTheWeek,
  DeleteMode,
  ExchangeService,
  ExchangeVersion,
  ImpersonatedUserId,
  ItemId,
  ItemView,
  MessageBody,
  PropertySet,
  Recurrence,
  SendCancellationsMode,
  SendInvitationsMode,
  SendInvitationsOrCancellationsMode,
  SyncFolderItemsScope,
  Uri,
  WebCredentials,
  WellKnownFolderName,
  ChangeType,
} = ews

let fixture: Fixture
let service: InstanceType<typeof ExchangeService>

beforeAll(async () => {
  fixture = await startFixture()
  service = new ExchangeService(ExchangeVersion.Exchange2013)
  service.Url = new Uri(fixture.simulator.url)
  service.Credentials = new WebCredentials('svc', 'secret')
  service.ImpersonatedUserId = new ImpersonatedUserId(ConnectingIdType.SmtpAddress, MAILBOX)
})
afterAll(() => fixture.simulator.close())

function utc(text: string): InstanceType<typeof DateTime> {
  return DateTime.Parse(text)
}

async function create(subject: string, start: string, end: string) {
  const appointment = new Appointment(service)
  appointment.Subject = subject
  appointment.Body = new MessageBody(BodyType.Text, 'words')
  appointment.Start = utc(start)
  appointment.End = utc(end)
  return appointment
}

const save = (appointment: InstanceType<typeof Appointment>) =>
  appointment.Save(WellKnownFolderName.Calendar, SendInvitationsMode.SendToNone)

describe('ews-javascript-api', () => {
  it('binds the calendar', async () => {
    const folder = await CalendarFolder.Bind(service, WellKnownFolderName.Calendar)
    expect([folder.DisplayName, folder.TotalCount]).toEqual(['Calendar', 0])
  })

  it('creates, finds, updates and deletes an appointment', async () => {
    const appointment = await create('Made', '2026-03-02T09:00:00Z', '2026-03-02T10:00:00Z')
    await save(appointment)
    const found = await service.FindItems(WellKnownFolderName.Calendar, new ItemView(10))
    expect(found.Items.map((item) => item.Subject)).toEqual(['Made'])
    const bound = await Appointment.Bind(service, new ItemId(appointment.Id.UniqueId))
    expect(bound.Start.ToISOString()).toBe('2026-03-02T09:00:00.000Z')
    bound.Subject = 'Changed'
    await bound.Update(ConflictResolutionMode.NeverOverwrite, SendInvitationsOrCancellationsMode.SendToNone)
    expect(fixture.mailbox.get(appointment.Id.UniqueId)?.fields.Subject).toBe('Changed')
    await bound.Delete(DeleteMode.MoveToDeletedItems, SendCancellationsMode.SendToNone)
    expect(fixture.mailbox.list()).toEqual([])
    expect(fixture.mailbox.list('deleteditems').map((item) => item.fields.Subject)).toEqual(['Changed'])
  })

  it('creates a series, changes one occurrence and deletes another', async () => {
    const appointment = await create('Weekly', '2026-03-02T09:00:00Z', '2026-03-02T10:00:00Z')
    const pattern = new Recurrence.WeeklyPattern()
    pattern.StartDate = appointment.Start
    pattern.Interval = 1
    pattern.DaysOfTheWeek.Add(DayOfTheWeek.Monday)
    pattern.NumberOfOccurrences = 4
    appointment.Recurrence = pattern
    await save(appointment)
    const second = await Appointment.BindToOccurrence(service, appointment.Id, 2, PropertySet.FirstClassProperties)
    second.Subject = 'Own'
    await second.Update(ConflictResolutionMode.NeverOverwrite, SendInvitationsOrCancellationsMode.SendToNone)
    const third = await Appointment.BindToOccurrence(service, appointment.Id, 3, PropertySet.FirstClassProperties)
    await third.Delete(DeleteMode.MoveToDeletedItems, SendCancellationsMode.SendToNone)
    const view = new CalendarView(utc('2026-03-01T00:00:00Z'), utc('2026-04-01T00:00:00Z'))
    const shown = await service.FindAppointments(WellKnownFolderName.Calendar, view)
    expect(shown.Items.map((item) => `${item.Start.ToISOString().slice(0, 10)} ${item.Subject}`)).toEqual([
      '2026-03-02 Weekly',
      '2026-03-09 Own',
      '2026-03-23 Weekly',
    ])
    const master = await Appointment.Bind(service, new ItemId(appointment.Id.UniqueId))
    expect([master.ModifiedOccurrences.Count, master.DeletedOccurrences.Count]).toEqual([1, 1])
    await master.Delete(DeleteMode.HardDelete, SendCancellationsMode.SendToNone)
  })

  it('follows the feed', async () => {
    const sync = (state: string) =>
      service.SyncFolderItems(
        new ews.FolderId(WellKnownFolderName.Calendar),
        PropertySet.IdOnly,
        [],
        512,
        SyncFolderItemsScope.NormalItems,
        state,
      )
    const { SyncState: state } = await sync('')
    const id = fixture.mailbox.addEvent({ start: '2026-03-02T09:00:00Z', end: '2026-03-02T10:00:00Z' })
    const born = await sync(state)
    expect([born.Count, born._getItem(0).ChangeType, born._getItem(0).ItemId.UniqueId]).toEqual([
      1,
      ChangeType.Create,
      id,
    ])
    fixture.mailbox.deleteItem(id)
    const gone = await sync(born.SyncState)
    expect([gone.Count, gone._getItem(0).ChangeType]).toEqual([1, ChangeType.Delete])
    expect([gone.MoreChangesAvailable, fixture.simulator.outbox.mails.length]).toEqual([false, 0])
  })
})
