/** The fields of a contact and of a group, and what each does not hold on Exchange. Everything a limit says has lines that show it. See ../ical/table.ts. */
import { limit, type MappedField } from '../ical/table.ts'

const long = 'x'.repeat(256)
const both = (path: string, label: string, ...limits: MappedField['limits'][number][]): MappedField => ({
  path,
  label,
  direction: 'both',
  limits,
})
const cut = (path: string, line: string) => limit('more than 255 characters are cut', `${path} too-long`, line + long)
const phones = ['1', '2', '3', '4'].map((number) => `TEL;TYPE=WORK:${number}`)
const emails = ['a', 'b', 'c', 'd'].map((name) => `EMAIL:${name}@example.org`)

export const CONTACT_FIELDS: readonly MappedField[] = [
  both('displayName', 'Shown name', cut('displayName', 'FN:')),
  both('fileAs', 'Filed as', cut('fileAs', 'X-EVOLUTION-FILE-AS:')),
  both(
    'name',
    'Name, its parts and how they are spoken',
    cut('name', 'N:'),
    limit('further nicknames stay on the card', 'NICKNAME too-many', 'NICKNAME:a', 'NICKNAME:b'),
  ),
  both('company', 'Organisation', cut('company', 'ORG:'), limit('further ones stay', 'ORG too-many', 'ORG:a', 'ORG:b')),
  both('department', 'Department', cut('department', 'ORG:a;')),
  both(
    'title',
    'Job title',
    cut('title', 'TITLE:'),
    limit('further ones stay', 'TITLE too-many', 'TITLE:a', 'TITLE:b'),
  ),
  both('profession', 'Profession', cut('profession', 'ROLE:')),
  both('office', 'Office', cut('office', 'X-EVOLUTION-OFFICE:')),
  both('spouse', 'Spouse', cut('spouse', 'X-SPOUSE:')),
  both('manager', 'Manager', cut('manager', 'X-MANAGERSNAME:')),
  both('assistant', 'Assistant', cut('assistant', 'X-ASSISTANT:')),
  both('children', 'Children', cut('children', 'RELATED;TYPE=child:')),
  both(
    'email:',
    'E-mail addresses',
    limit('three; the others stay on the card', 'EMAIL too-many', ...emails),
    limit('what begins with / would be an address of the directory', 'email:1 value-not-held', 'EMAIL:/o=org/cn=x'),
    limit('a name that is the address itself', 'email:1 value-not-held', 'EMAIL;X-CN=a@example.org:a@example.org'),
  ),
  both(
    'phone:',
    'Telephones',
    limit('one of a type (two of work and of home) and one other; more stay on the card', 'TEL too-many', ...phones),
    cut('phone:MobilePhone', 'TEL;TYPE=CELL:'),
  ),
  both(
    'address:',
    'Addresses',
    limit(
      'one of work, of home and another one; more stay',
      'ADR too-many',
      'ADR;TYPE=home:;;A',
      'ADR;TYPE=home:;;B',
      'ADR;TYPE=home:;;C',
      'ADR;TYPE=home:;;D',
    ),
    limit(
      'a longer street is cut at 1,024 characters',
      'address:home value-not-held',
      `ADR;TYPE=home:;;${'x'.repeat(1025)}`,
    ),
  ),
  both('mailingAddress', 'Address for letters'),
  both(
    'im:',
    'Chat addresses',
    limit(
      'three; the others stay on the card',
      'IMPP too-many',
      'IMPP:xmpp:a',
      'IMPP:xmpp:b',
      'IMPP:xmpp:c',
      'IMPP:xmpp:d',
    ),
  ),
  both(
    'url:business',
    'Web page, work',
    limit('what is no URL stays on the card', 'url:business value-not-held', 'URL;TYPE=work:not a url'),
    limit(
      'a third page stays on the card',
      'URL too-many',
      'URL:https://a.example',
      'URL:https://b.example',
      'URL:https://c.example',
    ),
  ),
  both('url:personal', 'Web page, personal', cut('url:personal', 'URL;TYPE=home:https://example.org/')),
  both('url:freeBusy', 'Published free and busy times', cut('url:freeBusy', 'FBURL:https://example.org/')),
  both(
    'birthday',
    'Birthday',
    limit('a birthday without a year stays on the card', 'BDAY value-not-held', 'BDAY:--0415'),
    limit('before 1601 stays on the card', 'birthday value-not-held', 'BDAY:1599-01-01'),
  ),
  both(
    'anniversary',
    'Anniversary',
    limit('one without a year stays on the card', 'ANNIVERSARY value-not-held', 'ANNIVERSARY:--0415'),
    limit('before 1601 stays on the card', 'anniversary value-not-held', 'ANNIVERSARY:1599-01-01'),
  ),
  both(
    'note',
    'Note',
    limit('empty lines at its end', 'note value-not-held', 'NOTE:One\\n\\n'),
    limit('further notes stay on the card', 'NOTE too-many', 'NOTE:a', 'NOTE:b'),
  ),
  both('category:', 'Groups (categories)', cut(`category:${long}`, 'CATEGORIES:')),
  both(
    'photo',
    'Photo',
    limit('a photo on the web stays a link', 'PHOTO value-not-held', 'PHOTO;VALUE=uri:https://example.org/a.jpg'),
  ),
  both('sensitivity', 'Privacy'),
  both('gender', 'Gender', limit('another one stays on the card', 'GENDER value-not-held', 'GENDER:O')),
  both('userField:', 'User fields 1 to 4', cut('userField:1', 'X-CUSTOM1:')),
]

export const GROUP_FIELDS: readonly MappedField[] = [
  both('title', 'Name', cut('title', 'FN:')),
  both(
    'member:',
    'Members',
    limit('a card without an address stays', 'member:urn:uuid:1 value-not-held', 'MEMBER:urn:uuid:1'),
    limit('what is neither an address nor a contact stays', 'MEMBER value-not-held', 'MEMBER:https://example.org/x'),
  ),
  both('note', 'Note'),
  both('category:', 'Categories', cut(`category:${long}`, 'CATEGORIES:')),
  both('sensitivity', 'Privacy'),
]
