/** Items and the types of their properties. The order of properties comes from the property table. */
import { type ItemKind, PROPERTIES } from '../fields/property-table.ts'

const TEXTS = `
String = #string
NonEmpty = #nonEmpty
Boolean = #boolean
Int = #int
SyncPage = #syncPage
SyncScope = #SyncScope
BaseShape = #BaseShape
BodyWanted = #BodyWanted
Any = #any
string = #string
boolean = #boolean
int = #int
reminderMinutes = #reminderMinutes
double = #double
dateTime = #dateTime
base64 = #base64
date = #date
time = #time
duration = #duration
Sensitivity = #Sensitivity
Importance = #Importance
FreeBusy = #FreeBusy
CalendarItemType = #CalendarItemType
ResponseType = #ResponseType
TaskStatus = #TaskStatus
FlagStatus = #FlagStatus
FileAsMapping = #FileAsMapping
PostalAddressIndex = #PostalAddressIndex
MailboxType = #MailboxType
DayOfWeek = #DayOfWeek
DaysOfWeek = #days
DayOfWeekIndex = #DayOfWeekIndex
Month = #Month
MimeContent = #string @ CharacterSet:string
Body = #string @ BodyType:BodyType! IsTruncated:boolean
`

const PARTS = `
Strings = String:string*
Mailbox = Name:string? EmailAddress:NonEmpty? RoutingType:NonEmpty? MailboxType:MailboxType? ItemId:ItemId? OriginalDisplayName:string?
SingleRecipient = Mailbox:Mailbox
Recipients = Mailbox:Mailbox*
Attendees = Attendee:Attendee+
Attendee = Mailbox:Mailbox ResponseType:ResponseType? LastResponseTime:dateTime? ProposedStart:dateTime? ProposedEnd:dateTime?
Flag = FlagStatus:FlagStatus StartDate:dateTime? DueDate:dateTime? CompleteDate:dateTime?
ExtendedProperty = ExtendedFieldURI:ExtendedPath (Value:string|Values:Values)
Values = Value:string+
EnhancedLocation = DisplayName:string? Annotation:string? PostalAddress:Any?
OccurrenceInfo = ItemId:ItemId Start:dateTime End:dateTime OriginalStart:dateTime
Occurrences = Occurrence:OccurrenceInfo+
DeletedOccurrences = DeletedOccurrence:DeletedOccurrence+
DeletedOccurrence = Start:dateTime
Attachments = (ItemAttachment:Any|FileAttachment:FileAttachment|ReferenceAttachment:Any)+
FileAttachment = AttachmentId:AttachmentId? Name:string? ContentType:string? ContentId:string? ContentLocation:string? Size:int? LastModifiedTime:dateTime? IsInline:boolean? IsContactPhoto:boolean? Content:base64?
CompleteName = Title:string? FirstName:string? MiddleName:string? LastName:string? Suffix:string? Initials:string? FullName:string? Nickname:string? YomiFirstName:string? YomiLastName:string?
EmailAddresses = Entry:EmailEntry+
EmailEntry = #string @ Key:EmailKey! Name:string RoutingType:string MailboxType:MailboxType
PhoneNumbers = Entry:PhoneEntry+
PhoneEntry = #string @ Key:PhoneKey!
ImAddresses = Entry:ImEntry+
ImEntry = #string @ Key:ImKey!
PhysicalAddresses = Entry:PhysicalEntry+
PhysicalEntry = Street:string? City:string? State:string? CountryOrRegion:string? PostalCode:string? @ Key:PhysicalKey!
Members = Member:Member*
Member = Mailbox:Mailbox? Status:string? @ Key:string
`

const RECURRENCES = `
Recurrence = (RelativeYearlyRecurrence:RelativeYearly|AbsoluteYearlyRecurrence:AbsoluteYearly|RelativeMonthlyRecurrence:RelativeMonthly|AbsoluteMonthlyRecurrence:AbsoluteMonthly|WeeklyRecurrence:Weekly|DailyRecurrence:Every) (NoEndRecurrence:NoEnd|EndDateRecurrence:EndDate|NumberedRecurrence:Numbered)
TaskRecurrence = (RelativeYearlyRecurrence:RelativeYearly|AbsoluteYearlyRecurrence:AbsoluteYearly|RelativeMonthlyRecurrence:RelativeMonthly|AbsoluteMonthlyRecurrence:AbsoluteMonthly|WeeklyRecurrence:Weekly|DailyRecurrence:Every|DailyRegeneration:Every|WeeklyRegeneration:Every|MonthlyRegeneration:Every|YearlyRegeneration:Every) (NoEndRecurrence:NoEnd|EndDateRecurrence:EndDate|NumberedRecurrence:Numbered)
RelativeYearly = DaysOfWeek:DayOfWeek DayOfWeekIndex:DayOfWeekIndex Month:Month
AbsoluteYearly = DayOfMonth:int Month:Month
RelativeMonthly = Interval:int DaysOfWeek:DayOfWeek DayOfWeekIndex:DayOfWeekIndex
AbsoluteMonthly = Interval:int DayOfMonth:int
Weekly = Interval:int DaysOfWeek:DaysOfWeek FirstDayOfWeek:DayOfWeek?
Every = Interval:int
NoEnd = StartDate:date
EndDate = StartDate:date EndDate:date
Numbered = StartDate:date NumberOfOccurrences:int
TimeZone = BaseOffset:duration? Standard:TimeChange? Daylight:TimeChange? @ TimeZoneName:string
TimeChange = Offset:duration (RelativeYearlyRecurrence:RelativeYearly|AbsoluteDate:date)? Time:time @ TimeZoneName:string
TimeZoneDefinition = Periods:Periods? TransitionsGroups:TransitionsGroups? Transitions:Transitions? @ Id:string Name:string
Periods = Period:Period+
Period = @ Bias:duration Name:string Id:string
TransitionsGroups = TransitionsGroup:Transitions+
Transitions = (Transition:Transition|AbsoluteDateTransition:AbsoluteDate|RecurringDayTransition:RecurringDay|RecurringDateTransition:RecurringDate)+ @ Id:string
Transition = To:To
AbsoluteDate = To:To DateTime:dateTime
RecurringDay = To:To TimeOffset:duration Month:int DayOfWeek:DayOfWeek Occurrence:int
RecurringDate = To:To TimeOffset:duration Month:int Day:int
To = #string @ Kind:TransitionKind!
`

const RESPONSE = `ItemClass:string? Sensitivity:Sensitivity? Body:Body? Attachments:Attachments? InternetMessageHeaders:Any? Sender:SingleRecipient? ToRecipients:Recipients? CcRecipients:Recipients? BccRecipients:Recipients? IsReadReceiptRequested:boolean? IsDeliveryReceiptRequested:boolean? From:SingleRecipient? ReferenceItemId:ItemId?`
const SMART = `Subject:string? Body:Body? ToRecipients:Recipients? CcRecipients:Recipients? BccRecipients:Recipients? IsReadReceiptRequested:boolean? IsDeliveryReceiptRequested:boolean? From:SingleRecipient? ReferenceItemId:ItemId? NewBodyContent:Body?`

function itemType(kind: ItemKind): string {
  const parts = PROPERTIES[kind].map(({ name, type }) =>
    name.endsWith('*') ? `${name.slice(0, -1)}:${type}*` : `${name}:${type}?`,
  )
  return `${kind} = ${parts.join(' ')}`
}

/** All of it in the notation of grammar.ts. */
export function itemTypes(): string {
  const kinds = Object.keys(PROPERTIES) as ItemKind[]
  const answers = ['AcceptItem', 'TentativelyAcceptItem', 'DeclineItem']
  const smart = ['CancelCalendarItem', 'ReplyToItem', 'ForwardItem', 'ReplyAllToItem']
  const all = [...kinds, ...answers, ...smart, 'RemoveItem']
  return [
    TEXTS,
    PARTS,
    RECURRENCES,
    ...kinds.map(itemType),
    ...answers.map((name) => `${name} = ${RESPONSE} ProposedStart:dateTime? ProposedEnd:dateTime?`),
    ...smart.map((name) => `${name} = ${SMART} @ ObjectName:string`),
    'RemoveItem = ReferenceItemId:ItemId? @ ObjectName:string',
    `NewItems = (${all.map((name) => `${name}:${name}`).join('|')})+`,
  ].join('\n')
}
