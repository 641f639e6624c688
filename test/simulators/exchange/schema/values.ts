/** Lexical rules of simple values: XML Schema's and the enumerations of EWS. */

import { PROPERTY_BY_URI } from '../fields/property-table.ts'

/** Paths whose names differ from their elements'. */
const MORE_URIS = new Set(['item:PredictedActionReason'])

/** The largest marker that PidLidReminderDelta can hold (MS-OXORMDR 2.2.1.3). */
const REMINDER_MAX = 1_525_252_321

const DAY = 'Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Day|Weekday|WeekendDay'
const SEND = 'SendToNone|SendOnlyToAll|SendToAllAndSaveCopy'

const ENUMERATIONS: Record<string, string> = {
  boolean: 'true|false|0|1',
  IdFormat: 'EwsLegacyId|EwsId|EntryId|HexEntryId|StoreId|OwaId',
  BaseShape: 'IdOnly|Default|AllProperties',
  BodyWanted: 'Best|HTML|Text',
  BodyType: 'HTML|Text',
  Traversal: 'Shallow|Deep|SoftDeleted',
  ItemTraversal: 'Shallow|SoftDeleted|Associated',
  Disposal: 'HardDelete|SoftDelete|MoveToDeletedItems',
  SyncScope: 'NormalItems|NormalAndAssociatedItems',
  BasePoint: 'Beginning|End',
  SortDirection: 'Ascending|Descending',
  SearchScope: 'ActiveDirectory|ActiveDirectoryContacts|Contacts|ContactsActiveDirectory',
  SendOnCreate: SEND,
  SendOnUpdate: `${SEND}|SendOnlyToChanged|SendToChangedAndSaveCopy`,
  TaskOccurrences: 'AllOccurrences|SpecifiedOccurrenceOnly',
  MessageDisposition: 'SaveOnly|SendOnly|SendAndSaveCopy',
  ConflictResolution: 'NeverOverwrite|AutoResolve|AlwaysOverwrite',
  ContainmentMode: 'FullString|Prefixed|Substring|PrefixOnWords|ExactPhrase',
  ContainmentComparison:
    'Exact|IgnoreCase|IgnoreNonSpacingCharacters|Loose|IgnoreCaseAndNonSpacingCharacters|LooseAndIgnoreCase|LooseAndIgnoreNonSpace|LooseAndIgnoreCaseAndIgnoreNonSpace',
  Sensitivity: 'Normal|Personal|Private|Confidential',
  Importance: 'Low|Normal|High',
  FreeBusy: 'Free|Tentative|Busy|OOF|WorkingElsewhere|NoData',
  CalendarItemType: 'Single|Occurrence|Exception|RecurringMaster',
  ResponseType: 'Unknown|Organizer|Tentative|Accept|Decline|NoResponseReceived',
  MailboxType: 'Unknown|OneOff|Mailbox|PublicDL|PrivateDL|Contact|PublicFolder|GroupMailbox',
  DayOfWeek: DAY,
  DayOfWeekIndex: 'First|Second|Third|Fourth|Last',
  Month: 'January|February|March|April|May|June|July|August|September|October|November|December',
  TaskStatus: 'NotStarted|InProgress|Completed|WaitingOnOthers|Deferred',
  FlagStatus: 'NotFlagged|Flagged|Complete',
  TransitionKind: 'Period|Group',
  PropertySet:
    'Meeting|Appointment|Common|PublicStrings|Address|InternetHeaders|CalendarAssistant|UnifiedMessaging|Task|Sharing',
  PostalAddressIndex: 'None|Business|Home|Other',
  PhysicalKey: 'Business|Home|Other',
  EmailKey: 'EmailAddress1|EmailAddress2|EmailAddress3',
  ImKey: 'ImAddress1|ImAddress2|ImAddress3',
  PhoneKey:
    'AssistantPhone|BusinessFax|BusinessPhone|BusinessPhone2|Callback|CarPhone|CompanyMainPhone|HomeFax|HomePhone|HomePhone2|Isdn|MobilePhone|OtherFax|OtherTelephone|Pager|PrimaryPhone|RadioPhone|Telex|TtyTddPhone|BusinessMobile|IPPhone|Mms|Msn',
  FileAsMapping:
    'None|LastCommaFirst|FirstSpaceLast|Company|LastCommaFirstCompany|CompanyLastFirst|LastFirst|LastFirstCompany|CompanyLastCommaFirst|LastFirstSuffix|LastSpaceFirstCompany|CompanyLastSpaceFirst|LastSpaceFirst|DisplayName|FirstName|LastFirstMiddleSuffix|LastName|Empty',
  Dictionary:
    'item:InternetMessageHeader|contacts:ImAddress|contacts:PhysicalAddress:Street|contacts:PhysicalAddress:City|contacts:PhysicalAddress:State|contacts:PhysicalAddress:CountryOrRegion|contacts:PhysicalAddress:PostalCode|contacts:PhoneNumber|contacts:EmailAddress|distributionlist:Members:Member',
  FolderName:
    'calendar|contacts|deleteditems|drafts|inbox|journal|notes|outbox|sentitems|tasks|msgfolderroot|publicfoldersroot|root|junkemail|searchfolders|voicemail|recoverableitemsroot|recoverableitemsdeletions|recoverableitemsversions|recoverableitemspurges|recoverableitemsdiscoveryholds|archiveroot|archivemsgfolderroot|archivedeleteditems|archiveinbox|archiverecoverableitemsroot|archiverecoverableitemsdeletions|archiverecoverableitemsversions|archiverecoverableitemspurges|archiverecoverableitemsdiscoveryholds|syncissues|conflicts|localfailures|serverfailures|recipientcache|quickcontacts|conversationhistory|adminauditlogs|todosearch|mycontacts|directory|imcontactlist|peopleconnect|favorites|mecontact|personmetadata',
  MapiType:
    'ApplicationTime|Binary|Boolean|CLSID|Currency|Double|Float|Integer|Long|Short|SystemTime|String|ApplicationTimeArray|BinaryArray|CLSIDArray|CurrencyArray|DoubleArray|FloatArray|IntegerArray|LongArray|ShortArray|SystemTimeArray|StringArray|Error|Null|Object|ObjectArray',
}

const PATTERNS: Record<string, RegExp> = {
  int: /^[+-]?\d{1,10}$/,
  double: /^([+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?INF|NaN)$/,
  dateTime:
    /^-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/,
  date: /^-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(Z|[+-]\d\d:\d\d)?$/,
  time: /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$/,
  duration: /^-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/,
  base64: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  guid: /^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$/,
  tag: /^(0[xX][0-9A-Fa-f]{1,4}|\d{1,5})$/,
  fieldUri:
    /^(item|calendar|folder|task|contacts|message|meeting|meetingRequest|distributionlist|postitem|conversation|person|persona):[A-Za-z:0-9]+$/,
  nonEmpty: /^[\s\S]+$/,
}

const WHITESPACE_COUNTS = new Set(['string', 'nonEmpty', ...Object.keys(ENUMERATIONS)])

/** The violated constraint in the words of .NET's validator, or undefined when the value is good. */
export function valueViolation(kind: string, text: string): string | undefined {
  if (kind === 'string') return undefined
  if (kind === 'syncPage') {
    const value = Number(text.trim())
    return PATTERNS.int?.test(text.trim()) && value >= 1 && value <= 512
      ? undefined
      : 'The MinInclusive constraint failed.'
  }
  if (kind === 'reminderMinutes') {
    const value = Number(text.trim())
    const good = PATTERNS.int?.test(text.trim()) && value >= 0 && value <= REMINDER_MAX
    return good ? undefined : 'The MaxInclusive constraint failed.'
  }
  if (kind === 'days') {
    const names = text.trim().split(/\s+/)
    return names.every((name) => DAY.split('|').includes(name)) ? undefined : 'The Enumeration constraint failed.'
  }
  const values = ENUMERATIONS[kind]
  if (values !== undefined) return values.split('|').includes(text) ? undefined : 'The Enumeration constraint failed.'
  if (kind === 'fieldUri' && /^(item|calendar|task):/.test(text)) {
    return PROPERTY_BY_URI.has(text) || MORE_URIS.has(text) ? undefined : 'The Enumeration constraint failed.'
  }
  const pattern = PATTERNS[kind]
  if (!pattern) throw new Error(`no such kind of value: ${kind}`)
  const value = WHITESPACE_COUNTS.has(kind) ? text : kind === 'base64' ? text.replace(/\s/g, '') : text.trim()
  return pattern.test(value) ? undefined : `The string '${text}' is not a valid ${kind} value.`
}
