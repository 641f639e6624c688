/** The service accounts and the address of the mailbox, as `pool test` sees them; nothing is written. */
import type { Check } from '../../ports/diagnosis.ts'
import type { AccountCheck, EndpointCheck, PoolReport } from '../../ports/pool-report.ts'
import { placeText } from '../render/endpoints.ts'
import { attempt, pass, skip, warn } from './checks.ts'

/** Every service account, as `pool test` sees it, acting for one mailbox. */
export function accountChecks(test: () => Promise<PoolReport>): Promise<Check[]> {
  return attempt('exchange', 'accounts', async () => {
    const { endpoints, accounts } = await test()
    return [...endpoints.map(endpointCheck), ...accounts.map(accountCheck)]
  })
}

function endpointCheck({ email, place, url, how, steps, error }: EndpointCheck): Check {
  const name = `autodiscover ${email}`
  if (error) return { group: 'exchange', name, verdict: 'fail', detail: '', fix: null, error }
  const tries = how === 'configured' ? 'as configured' : `found after ${steps.length} tries`
  return pass('exchange', name, `${url} (${placeText(place)}), ${tries}`)
}

function accountCheck({ account, host, steps, mailboxes }: AccountCheck): Check {
  const name = `account ${account}`
  const error = steps.find(({ outcome }) => outcome === 'failed')?.error ?? mailboxes.find((one) => one.error)?.error
  if (error) return { group: 'exchange', name, verdict: 'fail', detail: '', fix: null, error }
  const doubt = steps.find(({ outcome }) => outcome === 'warning')
  if (doubt) return warn('exchange', name, { detail: `${doubt.name}: ${doubt.note}`, fix: 'connector pool test' })
  if (host === null) return skip('exchange', name, 'no server was found to try it at')
  return pass('exchange', name, `signed in, acts for ${mailboxes.length} of the mailboxes tried`)
}
