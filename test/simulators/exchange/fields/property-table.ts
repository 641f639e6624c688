/**
 * Properties of items: schema order (MS-OXWSCORE ItemType, MS-OXWSMTGS CalendarItemType, MS-OXWSTASK, MS-OXWSCONT), type and what may be done.
 * Flags: s set on create, u set on update, d delete, a append, f can be found (FindItem, SyncFolderItems); none: GetItem only, read-only.
 */

export type ItemKind = 'CalendarItem' | 'Task' | 'Contact' | 'DistributionList' | 'Message' | 'Item'

export type Property = { name: string; type: string; flags: string; uri: string }

const ITEM = `
MimeContent:MimeContent:su ItemId:ItemId:f ParentFolderId:FolderId:f ItemClass:string:suf Subject:string:sudf
Sensitivity:Sensitivity:suf Body:Body:suda Attachments:Attachments: DateTimeReceived:dateTime:f Size:int:f
Categories:Strings:sudf Importance:Importance:suf InReplyTo:string:sudf IsSubmitted:boolean:f IsDraft:boolean:f
IsFromMe:boolean:f IsResend:boolean:f IsUnmodified:boolean:f InternetMessageHeaders:Any: DateTimeSent:dateTime:f
DateTimeCreated:dateTime:f ResponseObjects:Any: ReminderDueBy:dateTime:suf ReminderIsSet:boolean:suf
ReminderNextTime:dateTime:f ReminderMinutesBeforeStart:reminderMinutes:suf DisplayCc:string:f DisplayTo:string:f
HasAttachments:boolean:f ExtendedProperty*:ExtendedProperty:sudf Culture:string:sudf EffectiveRights:Any:f
LastModifiedName:string:f LastModifiedTime:dateTime:f IsAssociated:boolean:sf WebClientReadFormQueryString:string:f
WebClientEditFormQueryString:string:f ConversationId:ItemId:f UniqueBody:Body: Flag:Flag:suf StoreEntryId:base64:f
InstanceKey:base64:f NormalizedBody:Body: EntityExtractionResult:Any: PolicyTag:Any:sudf ArchiveTag:Any:sudf
RetentionDate:dateTime:f Preview:string:f RightsManagementLicenseData:Any: PredictedActionReasons:Any: IsClutter:boolean:
NextPredictedAction:string: GroupingAction:string: BlockStatus:boolean: HasBlockedImages:boolean: TextBody:Body:
IconIndex:string:f MimeContentUTF8:MimeContent: SearchKey:base64: SortKey:int: Hashtags:Strings: Mentions:Any:
MentionedMe:boolean: PendingSocialActivityTagIds:Strings:`

const CALENDAR = `
UID:string:suf RecurrenceId:dateTime:f DateTimeStamp:dateTime:f Start:dateTime:suf End:dateTime:suf OriginalStart:dateTime:
IsAllDayEvent:boolean:suf LegacyFreeBusyStatus:FreeBusy:suf Location:string:sudf When:string:sudf IsMeeting:boolean:f
IsCancelled:boolean:f IsRecurring:boolean:f MeetingRequestWasSent:boolean:f IsResponseRequested:boolean:suf
CalendarItemType:CalendarItemType:f MyResponseType:ResponseType:f Organizer:SingleRecipient:f
RequiredAttendees:Attendees:suda OptionalAttendees:Attendees:suda Resources:Attendees:suda ConflictingMeetingCount:int:
AdjacentMeetingCount:int: ConflictingMeetings:Any: AdjacentMeetings:Any: Duration:string:f TimeZone:string:f
AppointmentReplyTime:dateTime:f AppointmentSequenceNumber:int: AppointmentState:int:f Recurrence:Recurrence:sud
FirstOccurrence:OccurrenceInfo: LastOccurrence:OccurrenceInfo: ModifiedOccurrences:Occurrences:
DeletedOccurrences:DeletedOccurrences: MeetingTimeZone:TimeZone:su StartTimeZone:TimeZoneDefinition:suf
EndTimeZone:TimeZoneDefinition:suf ConferenceType:int:suf AllowNewTimeProposal:boolean:suf IsOnlineMeeting:boolean:suf
MeetingWorkspaceUrl:string:sudf NetShowUrl:string:sudf EnhancedLocation:EnhancedLocation:sudf StartWallClock:dateTime:f
EndWallClock:dateTime:f StartTimeZoneId:string:f EndTimeZoneId:string:f IntendedFreeBusyStatus:FreeBusy:
JoinOnlineMeetingUrl:string: OnlineMeetingSettings:Any: IsOrganizer:boolean:f InboxReminders:Any:`

const TASK = `
ActualWork:int:sudf AssignedTime:dateTime:f BillingInformation:string:sudf ChangeCount:int:f Companies:Strings:sudf
CompleteDate:dateTime:sudf Contacts:Strings:sudf DelegationState:string:f Delegator:string:f DueDate:dateTime:sudf
IsAssignmentEditable:int:f IsComplete:boolean:f IsRecurring:boolean:f IsTeamTask:boolean:f Mileage:string:sudf
Owner:string:f PercentComplete:double:suf Recurrence:TaskRecurrence:sud StartDate:dateTime:sudf Status:TaskStatus:suf
StatusDescription:string:f TotalWork:int:sudf`

const CONTACT = `
FileAs:string:sudf FileAsMapping:FileAsMapping:sudf DisplayName:string:sudf GivenName:string:sudf Initials:string:sudf
MiddleName:string:sudf Nickname:string:sudf CompleteName:CompleteName:f CompanyName:string:sudf
EmailAddresses:EmailAddresses:suf PhysicalAddresses:PhysicalAddresses:suf PhoneNumbers:PhoneNumbers:suf
AssistantName:string:sudf Birthday:dateTime:sudf BusinessHomePage:string:sudf Children:Strings:sudf Companies:Strings:sudf
ContactSource:string:f Department:string:sudf Generation:string:sudf ImAddresses:ImAddresses:suf JobTitle:string:sudf
Manager:string:sudf Mileage:string:sudf OfficeLocation:string:sudf PostalAddressIndex:PostalAddressIndex:sudf
Profession:string:sudf SpouseName:string:sudf Surname:string:sudf WeddingAnniversary:dateTime:sudf
BirthdayLocal:dateTime:sudf WeddingAnniversaryLocal:dateTime:sudf HasPicture:boolean:f PhoneticFullName:string:f
PhoneticFirstName:string:f PhoneticLastName:string:f Alias:string:f Notes:string:f Photo:base64:f
UserSMIMECertificate:Any:f MSExchangeCertificate:Any:f DirectoryId:string:f ManagerMailbox:SingleRecipient:f
DirectReports:Any:f AccountName:string: IsAutoUpdateDisabled:boolean: IsMessengerEnabled:boolean: Comment:string:
ContactShortId:int: ContactType:string: Gender:string: IsHidden:boolean: ObjectId:string: PassportId:int:
IsPrivate:boolean: SourceId:string: TrustLevel:int: CreatedBy:string: Urls:Any: DisplayNamePrefix:string:`

const MESSAGE = `
Sender:SingleRecipient:sudf ToRecipients:Recipients:sud CcRecipients:Recipients:sud BccRecipients:Recipients:sud
IsReadReceiptRequested:boolean:suf IsDeliveryReceiptRequested:boolean:suf ConversationIndex:base64:f
ConversationTopic:string:f From:SingleRecipient:sudf InternetMessageId:string:sf IsRead:boolean:suf
IsResponseRequested:boolean:suf References:string:sudf ReplyTo:Recipients:sud ReceivedBy:SingleRecipient:f
ReceivedRepresenting:SingleRecipient:f`

/** A list's own names have the paths of a contact's (UnindexedFieldURIType has no others). */
const LIST_NAMES = 'DisplayName:string:sudf FileAs:string:sudf ContactSource:string:f'
const LIST = 'Members:Members:sud'

/** Elements that no path names. */
const WITHOUT_URI = new Set(
  'item:MimeContentUTF8 item:SearchKey item:SortKey item:PredictedActionReasons item:ExtendedProperty calendar:IntendedFreeBusyStatus'.split(
    ' ',
  ),
)

function table(text: string, prefix: string): Property[] {
  return text
    .trim()
    .split(/\s+/)
    .map((entry) => {
      const [name = '', type = '', flags = ''] = entry.split(':')
      const uri = `${prefix}:${name.replace('*', '')}`
      return { name, type, flags, uri }
    })
}

const COMMON = table(ITEM, 'item')

/** In schema order: the order of requests and of answers. A name that ends in * may repeat. */
export const PROPERTIES: Record<ItemKind, readonly Property[]> = {
  CalendarItem: [...COMMON, ...table(CALENDAR, 'calendar')],
  Task: [...COMMON, ...table(TASK, 'task')],
  Contact: [...COMMON, ...table(CONTACT, 'contacts')],
  DistributionList: [...COMMON, ...table(LIST_NAMES, 'contacts'), ...table(LIST, 'distributionlist')],
  Message: [...COMMON, ...table(MESSAGE, 'message')],
  Item: COMMON,
}

/** Every URI above, with the property's name. */
export const PROPERTY_BY_URI: ReadonlyMap<string, Property> = new Map(
  Object.values(PROPERTIES)
    .flat()
    .filter((property) => !WITHOUT_URI.has(property.uri))
    .map((property) => [property.uri, property]),
)

export function propertyOf(kind: ItemKind, name: string): Property | undefined {
  return PROPERTIES[kind].find((property) => property.name === name)
}
