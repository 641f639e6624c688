/** Reads the texts of a chunk of objects by multiget, as they are stored. */
import { createHash } from 'node:crypto'
import type { ItemId, Version } from '../ports/side.ts'
import { normaliseLines } from './codec.ts'
import { multistatusOf, type XmlBody } from './dav/client.ts'
import { type DavResponse, propText } from './dav/multistatus.ts'
import { DAV, xmlText } from './dav/xml.ts'
import { type SideContext, versionOf } from './side-context.ts'

export type DataAnswer = { kind: 'gone' } | { kind: 'text'; version: Version; text: string }

/** What the answer settles; the others are to be asked for one by one. */
export async function readData(context: SideContext, ids: readonly ItemId[]): Promise<Map<ItemId, DataAnswer>> {
  const { dialect } = context
  const found = await multiget(context, ids, dialect.data.request)
  const converted = [...found].flatMap(([id, answer]) => (isConverted(answer) ? [id] : []))
  if (dialect.otherVersion === null || converted.length === 0) return found
  for (const [id, answer] of await multiget(context, converted, dialect.otherVersion)) {
    if (answer.kind === 'gone' || isStored(answer)) found.set(id, answer)
  }
  return found
}

async function multiget(
  { client, hrefs, dialect }: SideContext,
  ids: readonly ItemId[],
  data: XmlBody,
): Promise<Map<ItemId, DataAnswer>> {
  const answer = await client.report(hrefs.collectionUrl, {
    depth: '1',
    root: dialect.multiget,
    body: { 'd:prop': { 'd:getetag': {}, ...data }, 'd:href': ids.map(xmlText) },
  })
  const asked = new Set(ids)
  const found = new Map<ItemId, DataAnswer>()
  for (const response of multistatusOf(answer).responses) {
    const id = hrefs.idOf(response.href)
    const data = id && asked.has(id) ? dataOf(response, dialect.data.name) : null
    if (id && data) found.set(id, data)
  }
  return found
}

/** Null: the answer settles nothing. */
function dataOf(response: DavResponse, name: string): DataAnswer | null {
  if (response.status === 404 || response.status === 410) return { kind: 'gone' }
  const data = response.props.get(name)
  const version = versionOf(propText(response, `${DAV}getetag`))
  return data && version ? { kind: 'text', version, text: data.text } : null
}

/** Only where ETags are MD5 sums, as Sabre makes them of the stored text, does a difference say anything. */
export function isConverted(answer: DataAnswer): boolean {
  return answer.kind === 'text' && /^"[0-9a-f]{32}"$/.test(answer.version) && !isStored(answer)
}

/** Line ends change on the way (nextcloud-facts: Sabre strips CR in reports), so each form that may be stored counts. */
function isStored(answer: DataAnswer): boolean {
  if (answer.kind !== 'text') return false
  const crlf = normaliseLines(answer.text)
  const lf = crlf.replaceAll('\r\n', '\n')
  return [answer.text, crlf, lf, crlf.trimEnd(), lf.trimEnd()].some(
    (text) => `"${createHash('md5').update(text).digest('hex')}"` === answer.version,
  )
}
