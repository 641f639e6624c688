/** The properties of a vCard that stay on it: see table-contact.ts. */
import type { NativeProperty } from '../ical/table.ts'

const kept = (property: string, from: string, to: string, note?: string): NativeProperty => ({
  property,
  path: null,
  ...(note === undefined ? {} : { note }),
  probe: { from: [from], to: [to] },
})

/** What Exchange has no property for that EWS can write, or that a program would not show. */
export const CARD_KEPT: readonly NativeProperty[] = [
  kept('GEO', 'GEO:geo:52.5,13.4', 'GEO:geo:1,1'),
  kept('TZ', 'TZ:+01:00', 'TZ:+02:00'),
  kept('LANG', 'LANG:de', 'LANG:en'),
  kept(
    'KEY',
    'KEY;ENCODING=b;TYPE=X509:AAAA',
    'KEY;ENCODING=b;TYPE=X509:BBBB',
    'certificates of Exchange stay there, too',
  ),
  kept('LOGO', 'LOGO;VALUE=uri:https://example.org/a', 'LOGO;VALUE=uri:https://example.org/b'),
  kept('SOUND', 'SOUND;VALUE=uri:https://example.org/a', 'SOUND;VALUE=uri:https://example.org/b'),
  kept('LABEL', 'LABEL;TYPE=home:a', 'LABEL;TYPE=home:b', 'goes when the address it was written for changes'),
  kept('SORT-STRING', 'SORT-STRING:a', 'SORT-STRING:b'),
  kept('RELATED', 'RELATED;TYPE=friend:A', 'RELATED;TYPE=friend:B', 'other relations, and links to other cards'),
  kept('CALURI', 'CALURI:https://example.org/a', 'CALURI:https://example.org/b'),
  kept('CALADRURI', 'CALADRURI:mailto:a@example.org', 'CALADRURI:mailto:b@example.org'),
  kept('BIRTHPLACE', 'BIRTHPLACE:a', 'BIRTHPLACE:b'),
  kept('DEATHDATE', 'DEATHDATE:20200101', 'DEATHDATE:20200102', 'DEATHPLACE too'),
  kept('EXPERTISE, HOBBY, INTEREST', 'HOBBY:a', 'HOBBY:b'),
  kept('SOURCE', 'SOURCE:https://example.org/a', 'SOURCE:https://example.org/b'),
  kept('CLIENTPIDMAP', 'CLIENTPIDMAP:1;urn:uuid:a', 'CLIENTPIDMAP:1;urn:uuid:b'),
  kept('XML', 'XML:<a/>', 'XML:<b/>'),
  kept('X-SOCIALPROFILE', 'X-SOCIALPROFILE;TYPE=XING:a', 'X-SOCIALPROFILE;TYPE=XING:b'),
  kept('CLOUD', 'CLOUD:a@cloud.example', 'CLOUD:b@cloud.example', "Nextcloud's federated cloud id"),
  kept('X-*', 'X-THEIRS:a', 'X-THEIRS:b', 'properties of other programs'),
  kept('GROUP.NAME', 'item1.X-THEIRS:a', 'item1.X-THEIRS:b', 'groups, and the labels of Apple in them'),
]
