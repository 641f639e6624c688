/** GetServerTimeZones (MS-OXWSGTZ) and a small ResolveNames (MS-OXWSRSLNM). */
import type { Call } from '../call.ts'
import { EwsError } from '../errors.ts'
import { answerOnce } from '../messages.ts'
import { mailboxXml } from '../render/calendar.ts'
import { zoneDefinitionXml } from '../time/zone-definition.ts'
import { KNOWN_ZONE_IDS } from '../time/zones.ts'
import { first, firstText, wrap } from '../xml.ts'

/** Unknown ids are left out, as on Exchange. */
export function getServerTimeZones(call: Call): string {
  return answerOnce(call, '<m:TimeZoneDefinitions/>', () => {
    const ids = first(call.request, 'Ids')?.children.map((node) => node.text) ?? KNOWN_ZONE_IDS
    const full = call.request.attributes.ReturnFullTimeZoneData !== 'false'
    const zones = ids.flatMap((id) => call.zones.find(id) ?? [])
    const inner = zones.map((zone) => zoneDefinitionXml(zone, call.nowMs(), full)).join('')
    return `<m:TimeZoneDefinitions>${inner}</m:TimeZoneDefinitions>`
  })
}

/** Looks in the names and addresses of the simulated mailboxes. */
export function resolveNames(call: Call): string {
  return answerOnce(call, '', () => {
    const wanted = (firstText(call.request, 'UnresolvedEntry') ?? '').toLowerCase().replace(/^(smtp:|=)/, '')
    const found = [...call.allMailboxes()].filter(
      ({ email, displayName }) => email.startsWith(wanted) || displayName.toLowerCase().includes(wanted),
    )
    if (found.length === 0) throw new EwsError('ErrorNameResolutionNoResults', 'No results were found.')
    const shown = found.slice(0, 100)
    const resolutions = shown.map(({ email, displayName }) => {
      return wrap('Resolution', mailboxXml({ name: displayName, email }))
    })
    return `<m:ResolutionSet TotalItemsInView="${shown.length}" IncludesLastItemInRange="true">${resolutions.join('')}</m:ResolutionSet>`
  })
}
