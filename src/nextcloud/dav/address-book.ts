/** What a server tells about one address book (RFC 6352 section 5.2), and whether it may be synced. */
import { isOwn, mayWrite, ownerOf } from './calendar.ts'
import { asCollectionUrl, canonicalUrl, plainSegment } from './href.ts'
import { type DavResponse, propText } from './multistatus.ts'
import { CARDDAV, DAV, NAMESPACES } from './xml.ts'

export type DavAddressBook = {
  url: string
  /** Last path segment, decoded: `contacts`. */
  segment: string
  displayName: string
  /** Path of a principal; null when the server does not tell. */
  owner: string | null
  own: boolean
  readOnly: boolean
  /** Made by the server itself from its users or from mail: nobody writes to it. */
  generated: boolean
  /** Our note on one that is linked with an Exchange folder made for it, or the other way round. */
  linkedName?: string | null
  ctag: string | null
  syncToken: string | null
}

export const ADDRESS_BOOK_PROPS = [
  'd:resourcetype',
  'd:displayname',
  'd:owner',
  'd:current-user-privilege-set',
  'd:sync-token',
  'd:resource-id',
  'cs:getctag',
  'oc:owner-principal',
  'exc:linked-name',
]

/** Nextcloud: all users of the server, recently contacted people. */
const GENERATED = /^z-(?:server|app)-generated--/

/** Own, writable and kept by a person: never one shared by others, who did not consent. */
export function isSyncableBook({ own, readOnly, generated }: DavAddressBook): boolean {
  return own && !readOnly && !generated
}

/** Null for anything but an address book. */
export function readAddressBook(
  response: DavResponse,
  { base, principalUrl }: { base: string; principalUrl: string | null },
): DavAddressBook | null {
  const types = new Set(response.props.get(`${DAV}resourcetype`)?.children.map((node) => node.name))
  if (!types.has(`${CARDDAV}addressbook`)) return null
  const url = asCollectionUrl(canonicalUrl(response.href, base))
  const segment = plainSegment(url.split('/').at(-2) ?? '')
  const owner = ownerOf(response, base)
  return {
    url,
    segment,
    displayName: propText(response, `${DAV}displayname`) ?? segment,
    owner,
    own: isOwn(segment, owner, principalUrl),
    readOnly: !mayWrite(response),
    generated: GENERATED.test(segment),
    linkedName: propText(response, `{${NAMESPACES.exc}}linked-name`),
    ctag: propText(response, `{${NAMESPACES.cs}}getctag`),
    syncToken: propText(response, `${DAV}sync-token`),
  }
}
