/** If-Match and If-None-Match as Sabre checks them, before anything else is looked at (Sabre\DAV\Server::checkPreconditions). */
import { DavError } from './errors.ts'

const listOf = (header: string): string[] => header.split(',').map((tag) => tag.trim().replaceAll('\\"', '"'))

/** `etag` is undefined when nothing is there. */
export function checkPreconditions(headers: Readonly<Record<string, string>>, etag: string | undefined): void {
  const ifMatch = headers['if-match']
  const fail = (message: string, header: string): never => {
    throw new DavError('precondition', message, {
      condition: `<s:header>${header}</s:header>`,
      headers: etag === undefined ? {} : { ETag: etag },
    })
  }
  if (ifMatch !== undefined) {
    if (etag === undefined) fail('An If-Match header was specified and the resource did not exist', 'If-Match')
    else if (ifMatch !== '*' && !listOf(ifMatch).includes(etag))
      fail('An If-Match header was specified, but none of the specified ETags matched.', 'If-Match')
  }
  const ifNoneMatch = headers['if-none-match']
  if (ifNoneMatch === undefined || etag === undefined) return
  if (ifNoneMatch === '*' || listOf(ifNoneMatch).includes(etag))
    fail('An If-None-Match header was specified, but the ETag matched (or * was specified).', 'If-None-Match')
}
