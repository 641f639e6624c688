/**
 * GetServerTimeZones: the time zone definitions that the server knows, all or by id.
 * https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/getservertimezones-operation
 * [MS-OXWSGTZ] 3.1.4.1
 */
import type { XmlNode } from '../../../mapping/ews/change.ts'
import type { XmlElement } from '../../../mapping/ews/xml.ts'
import type { EwsOperation } from '../operation.ts'
import { idOf, requiredChild } from '../refs.ts'

/** `ids` empty = all. `full`: with the rules, not only id and name. */
export type GetServerTimeZonesRequest = { ids: readonly string[]; full: boolean }
export type TimeZoneDefinition = { id: string; name: string; element: XmlElement }

export function encodeGetServerTimeZones(request: GetServerTimeZonesRequest): XmlNode {
  const ids = request.ids.map((id) => ({ name: 'Id', text: id }))
  return {
    name: 'm:GetServerTimeZones',
    attributes: { ReturnFullTimeZoneData: String(request.full) },
    children: ids.length === 0 ? [] : [{ name: 'm:Ids', children: ids }],
  }
}

function decodeGetServerTimeZones(message: XmlElement): TimeZoneDefinition[] {
  return requiredChild(message, 'TimeZoneDefinitions').children.map((element) => ({
    id: idOf(element).id,
    name: element.attributes.Name ?? '',
    element,
  }))
}

export const getServerTimeZones: EwsOperation<GetServerTimeZonesRequest, TimeZoneDefinition[]> = {
  name: 'GetServerTimeZones',
  effect: 'read',
  count: () => 1,
  pick: (request) => request,
  encode: encodeGetServerTimeZones,
  decodeMessage: decodeGetServerTimeZones,
}

/** The smallest request there is: every account knows this zone, with or without a mailbox of its own. */
export const CHEAP: GetServerTimeZonesRequest = { ids: ['UTC'], full: false }
