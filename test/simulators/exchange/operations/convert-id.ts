/** ConvertId between the Base64 forms of EWS ids (MS-OXWSCVTID). Formats that need a real store are refused. */
import type { Call } from '../call.ts'
import { EwsError } from '../errors.ts'
import { decodeId } from '../ids.ts'
import { answerEach } from '../messages.ts'
import { attribute, first } from '../xml.ts'

const SAME = new Set(['EwsId', 'EwsLegacyId'])

export function convertId(call: Call): string {
  const nodes = first(call.request, 'SourceIds')?.children ?? []
  const to = call.request.attributes.DestinationFormat ?? ''
  return answerEach(call, nodes, { onFailure: '' }, (node) => {
    const { Format: from = '', Id: id = '', Mailbox: mailbox = '' } = node.attributes
    decodeId(id)
    if (!SAME.has(from) || !SAME.has(to)) {
      throw new EwsError('ErrorUnsupportedTypeForConversion', `No conversion from ${from} to ${to}.`)
    }
    const attributes = attribute('Format', to) + attribute('Id', id) + attribute('Mailbox', mailbox)
    return `<m:AlternateId xsi:type="t:AlternateIdType"${attributes}/>`
  })
}
