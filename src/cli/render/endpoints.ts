/** Where the sample mailboxes of `pool test` are, and how autodiscover came to it: each try, so that a person sees which one went wrong. */
import { ConnectorError } from '../../ports/errors.ts'
import type { EndpointCheck } from '../../ports/pool-report.ts'
import { describeError } from '../errors.ts'
import type { Redact } from '../redact.ts'
import { safe, wrap } from './text.ts'
import type { View } from './view.ts'

const PLACES = { 'on-premises': 'on premises', cloud: 'Microsoft 365' } as const

export function placeText(place: EndpointCheck['place']): string {
  return place === null ? 'nowhere' : PLACES[place]
}

export function renderEndpoints(endpoints: readonly EndpointCheck[], view: View & { redact: Redact }): string {
  return endpoints.map((endpoint) => renderEndpoint(endpoint, view)).join('\n')
}

function renderEndpoint(
  { email, place, url, how, steps, error }: EndpointCheck,
  view: View & { redact: Redact },
): string {
  const where = url === null ? 'NOT FOUND' : `${url} (${placeText(place)}, ${how})`
  const lines = [safe(`${email}: ${where}`), ...steps.map((step) => safe(`  ${step.outcome}: ${step.url}`))]
  if (error === null) return lines.join('\n')
  // The tries stand above; in an error they are told on one line.
  const { detail: _, ...fields } = error.fields
  const shown = describeError(new ConnectorError(error.code, steps.length > 0 ? fields : error.fields), view.redact)
  return [...lines, wrap(safe(shown.message), view.width), wrap(`Next: ${shown.next}`, view.width)].join('\n')
}
