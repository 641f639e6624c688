/** Requests: the element order of each operation (MS-OXWSCORE, MS-OXWSFOLD, MS-OXWSSRCH, MS-OXWSSYNC, MS-OXWSATT, MS-OXWSGTZ, MS-OXWSRSLNM, MS-OXWSNTIF). */

/** Elements inside these are in the messages namespace. */
export const REQUESTS = `
GetFolder = FolderShape:FolderShape FolderIds:FolderIds
FindFolder = FolderShape:FolderShape (IndexedPageFolderView:IndexedView|FractionalPageFolderView:FractionalView)? Restriction:Restriction? ParentFolderIds:FolderIds @ Traversal:Traversal!
CreateFolder = ParentFolderId:TargetFolder Folders:Folders
UpdateFolder = FolderChanges:FolderChanges
DeleteFolder = FolderIds:FolderIds @ DeleteType:Disposal!
SyncFolderHierarchy = FolderShape:FolderShape SyncFolderId:TargetFolder? SyncState:String?
SyncFolderItems = ItemShape:ItemShape SyncFolderId:TargetFolder SyncState:String? Ignore:PlainIds? MaxChangesReturned:SyncPage SyncScope:SyncScope? NumberOfDays:Int? MaximumCount:Int? MinimumCount:Int?
GetItem = ItemShape:ItemShape ItemIds:ItemIds
FindItem = ItemShape:ItemShape (IndexedPageItemView:IndexedView|FractionalPageItemView:FractionalView|SeekToConditionPageItemView:SeekView|CalendarView:CalendarView|ContactsView:ContactsView)? (GroupBy:Any|DistinguishedGroupBy:Any)? Restriction:Restriction? SortOrder:SortOrder? ParentFolderIds:FolderIds QueryString:QueryString? @ Traversal:ItemTraversal!
CreateItem = SavedItemFolderId:TargetFolder? Items:NewItems @ MessageDisposition:MessageDisposition SendMeetingInvitations:SendOnCreate
UpdateItem = SavedItemFolderId:TargetFolder? ItemChanges:ItemChanges @ ConflictResolution:ConflictResolution! MessageDisposition:MessageDisposition SendMeetingInvitationsOrCancellations:SendOnUpdate SuppressReadReceipts:boolean
DeleteItem = ItemIds:ItemIds @ DeleteType:Disposal! SendMeetingCancellations:SendOnCreate AffectedTaskOccurrences:TaskOccurrences SuppressReadReceipts:boolean
MoveItem = ToFolderId:TargetFolder ItemIds:ItemIds ReturnNewItemIds:Boolean?
CreateAttachment = ParentItemId:ItemId Attachments:Attachments
GetAttachment = AttachmentShape:AttachmentShape? AttachmentIds:AttachmentIds
DeleteAttachment = AttachmentIds:AttachmentIds
GetServerTimeZones = Ids:ZoneIds? @ ReturnFullTimeZoneData:boolean
ResolveNames = ParentFolderIds:FolderIds? UnresolvedEntry:NonEmpty @ ReturnFullContactData:boolean! SearchScope:SearchScope ContactDataShape:BaseShape
ConvertId = SourceIds:SourceIds @ DestinationFormat:IdFormat!
Subscribe = (PullSubscriptionRequest:Any|PushSubscriptionRequest:Any|StreamingSubscriptionRequest:StreamingSubscription)
Unsubscribe = SubscriptionId:NonEmpty
GetStreamingEvents = SubscriptionIds:SubscriptionIds ConnectionTimeout:Int
`

/** Types that the requests name directly; their content is in the types namespace. */
export const SHAPES = `
FolderShape = BaseShape:BaseShape AdditionalProperties:Paths?
ItemShape = BaseShape:BaseShape IncludeMimeContent:Boolean? BodyType:BodyWanted? UniqueBodyType:BodyWanted? NormalizedBodyType:BodyWanted? FilterHtmlContent:Boolean? ConvertHtmlCodePageToUTF8:Boolean? InlineImageUrlTemplate:String? BlockExternalImages:Boolean? AddBlankTargetToLinks:Boolean? MaximumBodySize:Int? AdditionalProperties:Paths?
AttachmentShape = IncludeMimeContent:Boolean? BodyType:BodyWanted? FilterHtmlContent:Boolean? AdditionalProperties:Paths?
Paths = %Path+
FieldPath = @ FieldURI:fieldUri!
IndexedPath = @ FieldURI:Dictionary! FieldIndex:string!
ExtendedPath = @ DistinguishedPropertySetId:PropertySet PropertySetId:guid PropertyTag:tag PropertyName:string PropertyId:int PropertyType:MapiType!
FolderIds = (FolderId:FolderId|DistinguishedFolderId:DistinguishedFolder)+
TargetFolder = (FolderId:FolderId|DistinguishedFolderId:DistinguishedFolder)
FolderId = @ Id:string! ChangeKey:string
DistinguishedFolder = Mailbox:Mailbox? @ Id:FolderName! ChangeKey:string
ItemIds = (ItemId:ItemId|OccurrenceItemId:OccurrenceId|RecurringMasterItemId:MasterId)+
PlainIds = ItemId:ItemId*
ItemId = @ Id:string! ChangeKey:string
OccurrenceId = @ RecurringMasterId:string! ChangeKey:string InstanceIndex:int!
MasterId = @ OccurrenceId:string! ChangeKey:string
AttachmentIds = AttachmentId:AttachmentId+
AttachmentId = @ Id:string! RootItemId:string RootItemChangeKey:string
ZoneIds = Id:String+
StreamingSubscription = FolderIds:FolderIds? EventTypes:EventTypes @ SubscribeToAllFolders:boolean
EventTypes = EventType:NonEmpty+
SubscriptionIds = SubscriptionId:NonEmpty+
SourceIds = AlternateId:AlternateId+
AlternateId = @ Format:IdFormat! Id:string! Mailbox:nonEmpty! IsArchive:boolean
IndexedView = @ MaxEntriesReturned:int Offset:int! BasePoint:BasePoint!
FractionalView = @ MaxEntriesReturned:int Numerator:int! Denominator:int!
SeekView = Condition:Restriction @ MaxEntriesReturned:int BasePoint:BasePoint!
CalendarView = @ MaxEntriesReturned:int StartDate:dateTime! EndDate:dateTime!
ContactsView = @ MaxEntriesReturned:int InitialName:string FinalName:string
Restriction = %Search
Many = %Search+
One = %Search
ExistsFilter = %Path
ContainsFilter = %Path Constant:Constant @ ContainmentMode:ContainmentMode ContainmentComparison:ContainmentComparison
ExcludesFilter = %Path Bitmask:Constant
TwoOperands = %Path FieldURIOrConstant:Operand
Operand = (FieldURI:FieldPath|IndexedFieldURI:IndexedPath|ExtendedFieldURI:ExtendedPath|Constant:Constant)
Constant = @ Value:string!
SortOrder = FieldOrder:FieldOrder+
FieldOrder = %Path @ Order:SortDirection!
QueryString = #string @ ResetCache:boolean ReturnHighlightTerms:boolean ReturnDeletedItems:boolean
ItemChanges = ItemChange:ItemChange+
ItemChange = (ItemId:ItemId|OccurrenceItemId:OccurrenceId|RecurringMasterItemId:MasterId) Updates:Updates
Updates = (AppendToItemField:ItemField|SetItemField:ItemField|DeleteItemField:OnlyPath)+
ItemField = %Path (Item:Item|Message:Message|CalendarItem:CalendarItem|Contact:Contact|DistributionList:DistributionList|Task:Task)
OnlyPath = %Path
FolderChanges = FolderChange:FolderChange+
FolderChange = (FolderId:FolderId|DistinguishedFolderId:DistinguishedFolder) Updates:FolderUpdates
FolderUpdates = (AppendToFolderField:FolderField|SetFolderField:FolderField|DeleteFolderField:OnlyPath)+
FolderField = %Path (Folder:Folder|CalendarFolder:Folder|ContactsFolder:Folder|SearchFolder:Folder|TasksFolder:Folder)
Folders = (Folder:Folder|CalendarFolder:Folder|ContactsFolder:Folder|SearchFolder:Folder|TasksFolder:Folder)+
Folder = FolderId:FolderId? ParentFolderId:FolderId? FolderClass:String? DisplayName:String? TotalCount:Int? ChildFolderCount:Int? ExtendedProperty:ExtendedProperty* ManagedFolderInformation:Any? EffectiveRights:Any? DistinguishedFolderId:Any? PolicyTag:Any? ArchiveTag:Any? ReplicaList:Any? SharingEffectiveRights:Any? PermissionSet:Any? UnreadCount:Int?
`

/** SOAP headers that Exchange reads. */
export const HEADERS = `
RequestServerVersion = @ Version:string!
ExchangeImpersonation = ConnectingSID:ConnectingSID
ConnectingSID = (PrincipalName:NonEmpty|SID:NonEmpty|PrimarySmtpAddress:NonEmpty|SmtpAddress:NonEmpty)
TimeZoneContext = TimeZoneDefinition:TimeZoneDefinition
`
