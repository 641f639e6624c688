/** Tries the two servers while `connector init` asks: a mistyped address is told at once, not after the last question. */
import type { Config } from '../../config/config.ts'
import { inspectConfig } from '../../config/load.ts'
import type { Check, Probe } from '../../ports/diagnosis.ts'
import { NO_LOG } from '../../ports/log.ts'
import { attempt, pass } from '../doctor/checks.ts'
import { clockCheck } from '../doctor/remote.ts'
import type { Answers } from './questions.ts'

/** Asked without signing in; the accounts are tried by `pool test` and `doctor` afterwards. */
export async function tryServer(side: 'exchange' | 'nextcloud', answers: Answers): Promise<Check[]> {
  if (side === 'exchange' && answers['exchange-type'] === '1') return []
  const { probeServers } = await import('../../compose.ts')
  const probe: Probe = await probeServers(configOf(answers), NO_LOG)
  try {
    return await attempt(side, 'reach', async () => {
      const look = side === 'exchange' ? await probe.exchange() : await probe.nextcloud()
      return look === null ? [] : [pass(side, 'reach', look.host), clockCheck(side, look)]
    })
  } finally {
    await probe.close()
  }
}

/** A configuration of the addresses alone. */
function configOf(answers: Answers): Config {
  const env = {
    Service__ExchangeConfiguration__EwsUrl: answers['ews-url'],
    Service__NextcloudConfiguration__Url: answers['nextcloud-url'] ?? 'http://localhost/',
  }
  return inspectConfig({ env, cwd: '/', flags: {} }).config
}
