/** What Exchange works out of a contact or a distribution list before it saves it: how it is filed, and the name as a whole. */
import { EwsError } from '../errors.ts'
import type { Fields } from '../model.ts'
import { makeNode, textElement, wrap } from '../xml.ts'

const ADDRESS = '00062004-0000-0000-c000-000000000046'

function text(fields: Fields, name: string): string {
  return fields.other?.[name]?.text.trim() ?? ''
}

function joined(parts: string[], separator: string): string {
  return parts.filter((part) => part !== '').join(separator)
}

/** FileAsMappingType, as far as programs use it. */
function filed(fields: Fields, mapping: string): string | undefined {
  const [first, last, company] = ['GivenName', 'Surname', 'CompanyName'].map((name) => text(fields, name))
  if (first === undefined || last === undefined || company === undefined) return undefined
  const given = joined([first, text(fields, 'MiddleName')], ' ')
  switch (mapping) {
    case 'LastCommaFirst':
      return joined([last, given], ', ')
    case 'FirstSpaceLast':
      return joined([given, last], ' ')
    case 'LastSpaceFirst':
      return joined([last, given], ' ')
    case 'Company':
      return company
    default:
      return undefined
  }
}

/** A text that a client gives ends the mapping; a mapping follows the name. */
export function completeContact(fields: Fields, changed: ReadonlySet<string>): void {
  fields.ItemClass ??= 'IPM.Contact'
  const other = { ...fields.other }
  if (changed.has('FileAs') && !changed.has('FileAsMapping')) other.FileAsMapping = makeNode('FileAsMapping', 'None')
  const computed = filed({ ...fields, other }, other.FileAsMapping?.text ?? 'None')
  if (computed !== undefined) other.FileAs = makeNode('FileAs', computed)
  fields.other = other
}

/** MS-OXWSDLIST 2.2.4.3: a member has an address or an item, and gets a key. */
export function completeList(fields: Fields): void {
  fields.ItemClass ??= 'IPM.DistList'
  const other = { ...fields.other }
  if (other.DisplayName) {
    fields.Subject = other.DisplayName.text
    other.FileAs = makeNode('FileAs', other.DisplayName.text)
  }
  const members = other.Members?.children.map((member) => {
    const mailbox = member.children.find(({ name }) => name === 'Mailbox')
    const named = mailbox?.children.some(({ name }) => name === 'EmailAddress' || name === 'ItemId')
    if (!mailbox || !named) throw new EwsError('ErrorInvalidMailbox', 'The member has neither an address nor an id.')
    const key = Buffer.from(JSON.stringify(mailbox.children)).toString('base64').slice(0, 40)
    const status = { ...makeNode('Status', 'Normal') }
    return { ...member, attributes: { Key: key }, children: [mailbox, status] }
  })
  if (other.Members && members) other.Members = { ...other.Members, children: members }
  fields.other = other
}

function mapi(fields: Fields, key: string): string {
  return fields.extended?.[key]?.values[0] ?? ''
}

/** Read-only (MS-OXWSCONT 2.2.4.1). */
export function completeNameXml(fields: Fields): string {
  const parts: [string, string][] = [
    ['Title', mapi(fields, 'tag:3a45:String')],
    ['FirstName', text(fields, 'GivenName')],
    ['MiddleName', text(fields, 'MiddleName')],
    ['LastName', text(fields, 'Surname')],
    ['Suffix', text(fields, 'Generation')],
    ['Initials', text(fields, 'Initials')],
    ['FullName', text(fields, 'DisplayName')],
    ['Nickname', text(fields, 'Nickname')],
    ['YomiFirstName', mapi(fields, `${ADDRESS}:#32812:String`)],
    ['YomiLastName', mapi(fields, `${ADDRESS}:#32813:String`)],
  ]
  const known = parts.filter(([, value]) => value !== '')
  return known.length === 0 ? '' : wrap('CompleteName', known.map(([name, value]) => textElement(name, value)).join(''))
}
