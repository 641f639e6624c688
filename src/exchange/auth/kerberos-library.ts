/** The optional package `kerberos` (GSSAPI of the system), loaded when an account signs in with Kerberos, and named clearly when it is missing. */
import { ConnectorError } from '../../ports/errors.ts'

/** One client context. `step` takes and gives base64 tokens. */
export type KerberosContext = { step(token: string): Promise<string>; readonly contextComplete: boolean }

export type KerberosLibrary = {
  GSS_C_MUTUAL_FLAG: number
  GSS_C_SEQUENCE_FLAG: number
  GSS_MECH_OID_SPNEGO: number
  initializeClient(
    service: string,
    options: { principal?: string; gssFlag: number; mechOID: number },
  ): Promise<KerberosContext>
}

export const KERBEROS_MISSING =
  'Service__ExchangeConfiguration__ExchangeType: 2 (Kerberos) needs the optional package kerberos: install libkrb5-dev and a C++ compiler, then run npm ci again'

/** Errors: `config.invalid` when the package is not installed or does not load. */
export async function loadKerberos(packageName = 'kerberos'): Promise<KerberosLibrary> {
  try {
    // A name that the compiler does not follow: the package has no types where it could not be built.
    const loaded: { default: KerberosLibrary } = await import(packageName)
    return loaded.default
  } catch (cause) {
    throw new ConnectorError('config.invalid', { problems: KERBEROS_MISSING, sent: 'no' }, cause)
  }
}
