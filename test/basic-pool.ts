/** The settings of a pool of accounts that sign in with Basic; the address is that of the test's server. */
import type { PoolConfig } from '../src/exchange/pool/settings.ts'

export const BASIC_POOL: PoolConfig = {
  type: 'basic',
  ewsUrl: null,
  tenantId: null,
  appId: null,
  clientSecret: null,
  certificateFile: null,
}
