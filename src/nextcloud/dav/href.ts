/** Gives one object one name, however a server spells its href (case of escapes, absolute URL, missing escapes). */
import { ConnectorError } from '../../ports/errors.ts'
import type { ItemId } from '../../ports/side.ts'

/** Percent-encoding in one form. Text that is not valid percent-encoding is kept. */
function canonicalSegment(segment: string): string {
  const plain = plainSegment(segment)
  return plain === segment && segment.includes('%') ? segment : encodeURIComponent(plain)
}

/** A path segment in plain text; one that is not valid percent-encoding is taken as it is (hostile or broken hrefs). */
export function plainSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (error) {
    if (error instanceof URIError) return segment
    throw error
  }
}

/** Absolute URL in canonical form; collections end with a slash. */
export function canonicalUrl(href: string, base: string): string {
  if (!URL.canParse(href, base)) throw new ConnectorError('nextcloud.bad-response', { detail: 'href is not a URL' })
  const url = new URL(href, base)
  return url.origin + url.pathname.split('/').map(canonicalSegment).join('/')
}

export function asCollectionUrl(url: string): string {
  return url.endsWith('/') ? url : `${url}/`
}

/** Names of the objects of one collection. Ids are paths, so that a server may change its host name. */
export type Hrefs = {
  readonly collectionUrl: string
  /** `null`: the collection itself, or a collection below it. Throws for an href outside: that answer is not about us. */
  idOf(href: string): ItemId | null
  urlOf(id: ItemId): string
  idOfName(name: string): ItemId
}

export function hrefsOf(collection: string): Hrefs {
  const collectionUrl = asCollectionUrl(canonicalUrl(collection, collection))
  const path = new URL(collectionUrl).pathname
  return {
    collectionUrl,
    idOf(href) {
      const target = new URL(canonicalUrl(href, collectionUrl)).pathname
      if (asCollectionUrl(target).toLowerCase() === path.toLowerCase()) return null
      // A user id is case-insensitive at sign-in, and a server may answer with its own spelling of it.
      if (!target.toLowerCase().startsWith(path.toLowerCase())) {
        throw new ConnectorError('nextcloud.bad-response', { detail: 'href outside of the collection', path })
      }
      const name = target.slice(path.length)
      return name.includes('/') ? null : ((path + name) as ItemId)
    },
    urlOf: (id) => new URL(id, collectionUrl).href,
    idOfName: (name) => (path + canonicalSegment(name)) as ItemId,
  }
}
