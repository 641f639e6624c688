/** The simulator's own grammar of requests against Microsoft's schema: the same requests must pass, and the same must fail. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { SoapFault } from '../simulators/exchange/errors.ts'
import { checkSchema, loadSchema } from '../simulators/exchange/schema/check.ts'
import { escapeXml, type Node, NS_MESSAGES, NS_SOAP, NS_TYPES, parseXml } from '../simulators/exchange/xml.ts'
import { envelope, hasSchema, schemaErrors } from './exchange-simulator-fixture.ts'

const schema = loadSchema()
const id = '<t:ItemId Id="AAA=" ChangeKey="BBB="/>'
const calendar = '<t:DistinguishedFolderId Id="calendar"/>'
const shape = `<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:BodyType>Text</t:BodyType><t:AdditionalProperties><t:FieldURI FieldURI="item:Subject"/><t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="token" PropertyType="String"/></t:AdditionalProperties></m:ItemShape>`
const event = `<t:CalendarItem><t:Subject>S</t:Subject><t:Sensitivity>Private</t:Sensitivity><t:Body BodyType="Text">B</t:Body><t:Categories><t:String>a</t:String></t:Categories><t:Importance>High</t:Importance><t:ReminderIsSet>true</t:ReminderIsSet><t:ReminderMinutesBeforeStart>5</t:ReminderMinutesBeforeStart><t:ExtendedProperty><t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="token" PropertyType="String"/><t:Value>v</t:Value></t:ExtendedProperty><t:UID>u</t:UID><t:Start>2026-03-02T09:00:00Z</t:Start><t:End>2026-03-02T10:00:00Z</t:End><t:IsAllDayEvent>false</t:IsAllDayEvent><t:LegacyFreeBusyStatus>Busy</t:LegacyFreeBusyStatus><t:Location>L</t:Location><t:RequiredAttendees><t:Attendee><t:Mailbox><t:Name>N</t:Name><t:EmailAddress>n@example.org</t:EmailAddress></t:Mailbox></t:Attendee></t:RequiredAttendees><t:Recurrence><t:WeeklyRecurrence><t:Interval>1</t:Interval><t:DaysOfWeek>Monday Friday</t:DaysOfWeek><t:FirstDayOfWeek>Monday</t:FirstDayOfWeek></t:WeeklyRecurrence><t:NumberedRecurrence><t:StartDate>2026-03-02</t:StartDate><t:NumberOfOccurrences>3</t:NumberOfOccurrences></t:NumberedRecurrence></t:Recurrence><t:StartTimeZone Id="W. Europe Standard Time"/><t:EndTimeZone Id="W. Europe Standard Time"/></t:CalendarItem>`
const task = `<t:Task><t:Subject>S</t:Subject><t:DueDate>2026-03-02T00:00:00Z</t:DueDate><t:PercentComplete>50</t:PercentComplete><t:Recurrence><t:DailyRegeneration><t:Interval>2</t:Interval></t:DailyRegeneration><t:NoEndRecurrence><t:StartDate>2026-03-02</t:StartDate></t:NoEndRecurrence></t:Recurrence><t:StartDate>2026-03-01T00:00:00Z</t:StartDate><t:Status>InProgress</t:Status></t:Task>`
const contact = `<t:Contact><t:Categories><t:String>a</t:String></t:Categories><t:FileAs>F</t:FileAs><t:GivenName>G</t:GivenName><t:CompanyName>C</t:CompanyName><t:EmailAddresses><t:Entry Key="EmailAddress1">a@example.org</t:Entry></t:EmailAddresses><t:PhysicalAddresses><t:Entry Key="Home"><t:Street>S</t:Street><t:City>C</t:City></t:Entry></t:PhysicalAddresses><t:PhoneNumbers><t:Entry Key="MobilePhone">1</t:Entry></t:PhoneNumbers><t:Birthday>1970-01-01T00:00:00Z</t:Birthday><t:Surname>S</t:Surname></t:Contact>`

const REQUESTS = [
  `<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds>${calendar}<t:FolderId Id="A"/></m:FolderIds></m:GetFolder>`,
  `<m:FindFolder Traversal="Deep"><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:IndexedPageFolderView MaxEntriesReturned="10" Offset="0" BasePoint="Beginning"/><m:Restriction><t:Exists><t:FieldURI FieldURI="folder:DisplayName"/></t:Exists></m:Restriction><m:ParentFolderIds>${calendar}</m:ParentFolderIds></m:FindFolder>`,
  `<m:CreateFolder><m:ParentFolderId>${calendar}</m:ParentFolderId><m:Folders><t:CalendarFolder><t:DisplayName>X</t:DisplayName></t:CalendarFolder></m:Folders></m:CreateFolder>`,
  `<m:UpdateFolder><m:FolderChanges><t:FolderChange><t:FolderId Id="A"/><t:Updates><t:SetFolderField><t:FieldURI FieldURI="folder:DisplayName"/><t:Folder><t:DisplayName>Y</t:DisplayName></t:Folder></t:SetFolderField></t:Updates></t:FolderChange></m:FolderChanges></m:UpdateFolder>`,
  `<m:DeleteFolder DeleteType="HardDelete"><m:FolderIds><t:FolderId Id="A"/></m:FolderIds></m:DeleteFolder>`,
  `<m:SyncFolderHierarchy><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:SyncFolderId>${calendar}</m:SyncFolderId><m:SyncState>x</m:SyncState></m:SyncFolderHierarchy>`,
  `<m:SyncFolderItems>${shape}<m:SyncFolderId>${calendar}</m:SyncFolderId><m:SyncState>x</m:SyncState><m:MaxChangesReturned>512</m:MaxChangesReturned></m:SyncFolderItems>`,
  `<m:GetItem>${shape}<m:ItemIds>${id}<t:OccurrenceItemId RecurringMasterId="A" InstanceIndex="1"/><t:RecurringMasterItemId OccurrenceId="B"/></m:ItemIds></m:GetItem>`,
  `<m:FindItem Traversal="Shallow">${shape}<m:IndexedPageItemView Offset="0" BasePoint="Beginning"/><m:Restriction><t:And><t:IsEqualTo><t:FieldURI FieldURI="item:Subject"/><t:FieldURIOrConstant><t:Constant Value="x"/></t:FieldURIOrConstant></t:IsEqualTo><t:Not><t:Contains ContainmentMode="Substring" ContainmentComparison="IgnoreCase"><t:FieldURI FieldURI="calendar:Location"/><t:Constant Value="y"/></t:Contains></t:Not></t:And></m:Restriction><m:SortOrder><t:FieldOrder Order="Ascending"><t:FieldURI FieldURI="calendar:Start"/></t:FieldOrder></m:SortOrder><m:ParentFolderIds>${calendar}</m:ParentFolderIds></m:FindItem>`,
  `<m:FindItem Traversal="Shallow">${shape}<m:CalendarView MaxEntriesReturned="5" StartDate="2026-03-01T00:00:00Z" EndDate="2026-04-01T00:00:00Z"/><m:ParentFolderIds>${calendar}</m:ParentFolderIds></m:FindItem>`,
  `<m:CreateItem SendMeetingInvitations="SendToNone"><m:SavedItemFolderId>${calendar}</m:SavedItemFolderId><m:Items>${event}</m:Items></m:CreateItem>`,
  `<m:CreateItem><m:Items>${task}${contact}</m:Items></m:CreateItem>`,
  `<m:CreateItem MessageDisposition="SaveOnly"><m:Items><t:AcceptItem><t:Body BodyType="Text">ok</t:Body><t:ReferenceItemId Id="A" ChangeKey="B"/></t:AcceptItem><t:CancelCalendarItem><t:ReferenceItemId Id="A"/><t:NewBodyContent BodyType="Text">no</t:NewBodyContent></t:CancelCalendarItem></m:Items></m:CreateItem>`,
  `<m:UpdateItem ConflictResolution="NeverOverwrite" SendMeetingInvitationsOrCancellations="SendToNone"><m:ItemChanges><t:ItemChange>${id}<t:Updates><t:SetItemField><t:FieldURI FieldURI="item:Subject"/><t:CalendarItem><t:Subject>n</t:Subject></t:CalendarItem></t:SetItemField><t:DeleteItemField><t:FieldURI FieldURI="calendar:Location"/></t:DeleteItemField><t:AppendToItemField><t:FieldURI FieldURI="item:Body"/><t:Item><t:Body BodyType="Text">more</t:Body></t:Item></t:AppendToItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
  `<m:DeleteItem DeleteType="MoveToDeletedItems" SendMeetingCancellations="SendToNone" AffectedTaskOccurrences="AllOccurrences"><m:ItemIds>${id}</m:ItemIds></m:DeleteItem>`,
  `<m:MoveItem><m:ToFolderId>${calendar}</m:ToFolderId><m:ItemIds>${id}</m:ItemIds></m:MoveItem>`,
  `<m:CreateAttachment><m:ParentItemId Id="A" ChangeKey="B"/><m:Attachments><t:FileAttachment><t:Name>n</t:Name><t:ContentType>text/plain</t:ContentType><t:IsContactPhoto>false</t:IsContactPhoto><t:Content>AAAA</t:Content></t:FileAttachment></m:Attachments></m:CreateAttachment>`,
  `<m:GetAttachment><m:AttachmentIds><t:AttachmentId Id="A"/></m:AttachmentIds></m:GetAttachment>`,
  `<m:DeleteAttachment><m:AttachmentIds><t:AttachmentId Id="A"/></m:AttachmentIds></m:DeleteAttachment>`,
  `<m:GetServerTimeZones ReturnFullTimeZoneData="true"><m:Ids><t:Id>UTC</t:Id></m:Ids></m:GetServerTimeZones>`,
  `<m:ResolveNames ReturnFullContactData="false"><m:UnresolvedEntry>a</m:UnresolvedEntry></m:ResolveNames>`,
  `<m:ConvertId DestinationFormat="EwsId"><m:SourceIds><t:AlternateId Format="EwsId" Id="A" Mailbox="a@example.org"/></m:SourceIds></m:ConvertId>`,
].map((operation) => envelope(operation))

function refusal(document: string): string | undefined {
  try {
    checkSchema(parseXml(document), schema)
    return undefined
  } catch (error) {
    if (error instanceof SoapFault) return error.message
    throw error
  }
}

const PREFIXES: Record<string, string> = { [NS_SOAP]: 's', [NS_TYPES]: 't', [NS_MESSAGES]: 'm' }

function write(node: Node, root = true): string {
  const name = `${PREFIXES[node.ns]}:${node.name}`
  const spaces = root
    ? Object.entries(PREFIXES)
        .map(([ns, prefix]) => ` xmlns:${prefix}="${ns}"`)
        .join('')
    : ''
  const attributes = Object.entries(node.attributes)
    .map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
    .join('')
  return `<${name}${spaces}${attributes}>${escapeXml(node.children.length > 0 ? '' : node.text)}${node.children.map((child) => write(child, false)).join('')}</${name}>`
}

function nodes(node: Node): Node[] {
  return [node, ...node.children.flatMap(nodes)]
}

/** Small damages: neighbours swapped, an element left out or doubled, an attribute lost or invented, a value spoilt. */
function mutants(document: string): string[] {
  const results: string[] = []
  const each = (change: (node: Node, index: number) => boolean) => {
    const count = nodes(parseXml(document)).length
    for (let position = 0; position < count; position++) {
      for (let index = 0; index < 24; index++) {
        const root = parseXml(document)
        const node = nodes(root)[position]
        // A wrong version is ErrorInvalidServerVersion, not a matter of the schema.
        if (!node || node.ns === NS_SOAP || node.name === 'RequestServerVersion' || !change(node, index)) break
        results.push(write(root))
      }
    }
  }
  each((node, index) => {
    const [one, other] = [node.children[index], node.children[index + 1]]
    if (!one || !other) return false
    node.children.splice(index, 2, other, one)
    return true
  })
  each((node, index) => index < node.children.length && node.children.splice(index, 1).length > 0)
  each((node, index) => {
    const child = node.children[index]
    if (!child) return false
    node.children.splice(index, 0, child)
    return true
  })
  each((node, index) => {
    const name = Object.keys(node.attributes)[index]
    if (name === undefined) return false
    delete node.attributes[name]
    return true
  })
  each((node, index) => {
    const name = Object.keys(node.attributes)[index]
    if (name === undefined) return false
    node.attributes[name] = 'spoilt value'
    return true
  })
  each((node, index) => {
    if (index > 0) return false
    node.attributes.Invented = 'x'
    return true
  })
  each((node, index) => {
    if (index > 0 || node.children.length > 0) return false
    node.text = 'spoilt value'
    return true
  })
  return results
}

/** Indices of the documents that xmllint refuses. */
function refusedByMicrosoft(documents: string[]): Set<number> {
  const lines = schemaErrors(documents)
  return new Set(lines.flatMap((line) => /(\d{5})\.xml fails to validate/.exec(line)?.[1] ?? []).map(Number))
}

const GOLDEN = fileURLToPath(new URL('../golden/ews', import.meta.url))

describe('the grammar of requests', () => {
  it('takes well-formed requests of every operation', () => {
    expect(REQUESTS.map(refusal).filter((message) => message !== undefined)).toEqual([])
  })

  it('takes the golden requests of the client', () => {
    const files = readdirSync(GOLDEN, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /request.*\.xml$/.test(file),
    )
    const refused = files.map((file) => [file, refusal(readFileSync(`${GOLDEN}/${file}`, 'utf8'))])
    expect(refused.filter(([, message]) => message !== undefined)).toEqual([])
    expect(files.length).toBeGreaterThan(5)
  })

  it('refuses elements out of order in the words of Exchange', () => {
    const start = '<t:Start>2026-03-02T09:00:00Z</t:Start>'
    const message = refusal(
      envelope(
        `<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>${start}<t:Subject>S</t:Subject></t:CalendarItem></m:Items></m:CreateItem>`,
      ),
    )
    expect(message).toContain(
      `The element 'CalendarItem' in namespace '${NS_TYPES}' has invalid child element 'Subject'`,
    )
  })

  it.skipIf(!hasSchema())(
    'judges over a thousand damaged requests as Microsoft’s schema does (skipped: no schema)',
    () => {
      expect(refusedByMicrosoft(REQUESTS).size).toBe(0)
      const documents = REQUESTS.flatMap(mutants)
      const refused = refusedByMicrosoft(documents)
      const differing = documents.flatMap((document, index) => {
        const message = refusal(document)
        return (message !== undefined) === refused.has(index) ? [] : [{ theirs: refused.has(index), message, document }]
      })
      expect(documents.length).toBeGreaterThan(1100)
      expect(refused.size).toBeGreaterThan(700)
      expect(differing).toEqual([])
    },
  )
})
