/** The properties of a vCard: which field each is part of. What stays on the card is in table-contact-kept.ts. See ../ical/table.ts. */
import type { NativeProperty } from '../ical/table.ts'
import { CARD_KEPT } from './table-contact-kept.ts'

const of = (property: string, path: string, from: string, to: string, note?: string): NativeProperty => ({
  property,
  path,
  ...(note === undefined ? {} : { note }),
  probe: { from: [from], to: [to] },
})
const JPEG = ['/9j/4AAQ', '/9j/4BBQ'] as const
const WORK = 'ADR;TYPE=work:;;Ring 1;Bonn;;;'
const HOME = 'ADR;TYPE=home:;;Gasse 2;Wien;;;'

const MAPPED: readonly NativeProperty[] = [
  of('FN', 'displayName', 'FN:One', 'FN:Two'),
  of('X-EVOLUTION-FILE-AS', 'fileAs', 'X-EVOLUTION-FILE-AS:a', 'X-EVOLUTION-FILE-AS:b', 'X-FILE-AS too'),
  of('N', 'name', 'N:One;Anna;Maria;Dr.;jun.', 'N:Two;Anna;Maria;Dr.;jun.'),
  of('NICKNAME', 'name', 'NICKNAME:One', 'NICKNAME:Two'),
  of('X-PHONETIC-FIRST-NAME', 'name', 'X-PHONETIC-FIRST-NAME:a', 'X-PHONETIC-FIRST-NAME:b'),
  of('X-PHONETIC-LAST-NAME', 'name', 'X-PHONETIC-LAST-NAME:a', 'X-PHONETIC-LAST-NAME:b'),
  of('X-PHONETIC-ORG', 'name', 'X-PHONETIC-ORG:a', 'X-PHONETIC-ORG:b'),
  of('ORG', 'company', 'ORG:One', 'ORG:Two', 'first part'),
  of('ORG', 'department', 'ORG:A;One', 'ORG:A;Two', 'the other parts'),
  of('TITLE', 'title', 'TITLE:One', 'TITLE:Two'),
  of('ROLE', 'profession', 'ROLE:One', 'ROLE:Two'),
  of('X-EVOLUTION-OFFICE', 'office', 'X-EVOLUTION-OFFICE:1', 'X-EVOLUTION-OFFICE:2', 'X-MS-OFFICE too'),
  of(
    'RELATED',
    'spouse',
    'RELATED;TYPE=spouse:A',
    'RELATED;TYPE=spouse:B',
    'TYPE=spouse; also as Apple, GNOME, KDE and Outlook name it',
  ),
  of(
    'X-MANAGERSNAME',
    'manager',
    'X-MANAGERSNAME:A',
    'X-MANAGERSNAME:B',
    'also RELATED;TYPE=manager and the names of others',
  ),
  of(
    'X-EVOLUTION-ASSISTANT',
    'assistant',
    'X-EVOLUTION-ASSISTANT:A',
    'X-EVOLUTION-ASSISTANT:B',
    'also RELATED;TYPE=assistant, X-ASSISTANT and the names of others',
  ),
  of('RELATED', 'children', 'RELATED;TYPE=child:A', 'RELATED;TYPE=child:B', 'TYPE=child'),
  of('EMAIL', 'email:', 'EMAIL;TYPE=home:a@example.org', 'EMAIL;TYPE=home:b@example.org', 'in their order; TYPE stays'),
  of('TEL', 'phone:', 'TEL;TYPE=work,fax:1', 'TEL;TYPE=work,fax:2', 'by the whole set of TYPE, or by the label'),
  of(
    'ADR',
    'address:',
    'ADR;TYPE=home:;;A;;;;',
    'ADR;TYPE=home:;;B;;;;',
    'box and building are lines of the street on Exchange',
  ),
  {
    property: 'ADR;TYPE=pref',
    path: 'mailingAddress',
    probe: { from: [WORK, HOME], to: [WORK, HOME.replace('TYPE=home', 'TYPE=home,pref')] },
  },
  of('IMPP', 'im:', 'IMPP:xmpp:a@example.org', 'IMPP:xmpp:b@example.org', 'X-JABBER, X-SKYPE and the like too'),
  of(
    'URL',
    'url:business',
    'URL;TYPE=work:https://a.example',
    'URL;TYPE=work:https://b.example',
    'TYPE=work, or the first',
  ),
  of(
    'URL',
    'url:personal',
    'URL;TYPE=home:https://a.example',
    'URL;TYPE=home:https://b.example',
    'TYPE=home, or the second',
  ),
  of('FBURL', 'url:freeBusy', 'FBURL:https://a.example', 'FBURL:https://b.example'),
  of('BDAY', 'birthday', 'BDAY:1980-02-28', 'BDAY:1980-03-01', 'a day; a time beside it never moves it'),
  of(
    'ANNIVERSARY',
    'anniversary',
    'ANNIVERSARY:1980-02-28',
    'ANNIVERSARY:1980-03-01',
    'also as Apple, GNOME, KDE and Outlook name it',
  ),
  of('NOTE', 'note', 'NOTE:One', 'NOTE:Two'),
  of('CATEGORIES', 'category:', 'CATEGORIES:One', 'CATEGORIES:Two', "the groups of Nextcloud's Contacts"),
  of(
    'PHOTO',
    'photo',
    `PHOTO;ENCODING=b;TYPE=JPEG:${JPEG[0]}`,
    `PHOTO;ENCODING=b;TYPE=JPEG:${JPEG[1]}`,
    'inline, or a data: URI',
  ),
  of('CLASS', 'sensitivity', 'CLASS:PUBLIC', 'CLASS:CONFIDENTIAL', 'X-CLASS in vCard 4.0'),
  {
    property: 'X-EXC-SENSITIVITY',
    path: 'sensitivity',
    note: 'tells Exchange\'s "personal" from CLASS:PRIVATE',
    probe: { from: ['CLASS:PRIVATE'], to: ['CLASS:PRIVATE', 'X-EXC-SENSITIVITY:PERSONAL'] },
  },
  of('GENDER', 'gender', 'GENDER:F', 'GENDER:M', 'female and male; others stay. X-GENDER too'),
  of('X-CUSTOM1 to 4', 'userField:', 'X-CUSTOM1:a', 'X-CUSTOM1:b', 'as Thunderbird has them; CUSTOM1 of DavMail too'),
]

export const CARD_PROPERTIES: readonly NativeProperty[] = [...MAPPED, ...CARD_KEPT]

export const CARD_GROUP_PROPERTIES: readonly NativeProperty[] = [
  of('FN', 'title', 'FN:One', 'FN:Two'),
  of(
    'MEMBER',
    'member:',
    'MEMBER:mailto:a@example.org',
    'MEMBER:mailto:b@example.org',
    'an address, or another card of the book by its UID: then its address; X-ADDRESSBOOKSERVER-MEMBER in vCard 3.0',
  ),
  of('NOTE', 'note', 'NOTE:One', 'NOTE:Two'),
  of('CATEGORIES', 'category:', 'CATEGORIES:One', 'CATEGORIES:Two'),
  of('CLASS', 'sensitivity', 'CLASS:PUBLIC', 'CLASS:CONFIDENTIAL'),
]
