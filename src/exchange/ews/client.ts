/** The EWS client of one service account: calls any operation for any mailbox. (Signatures first; the transport follows.) */
import type { Clock } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import type { EwsAuth } from '../auth/port.ts'
import type { EwsOperation, EwsResult } from './operation.ts'

export type ServerVersion = 'Exchange2016' | 'Exchange2013_SP1'

export type TlsOptions = { ca?: string; minVersion?: 'TLSv1.2' | 'TLSv1.3' }

export type EwsClientOptions = {
  url: string
  auth: EwsAuth
  clock: Clock
  log: Log
  tls?: TlsOptions
  serverVersion?: ServerVersion
  concurrencyMax?: number
  requestTimeoutMs?: number
  connectTimeoutMs?: number
  responseBytesMax?: number
}

/** `mailbox`: the primary SMTP address to act for (impersonation); null = the service account's own mailbox. */
export type CallOptions = { mailbox: string | null; signal?: AbortSignal }

export interface EwsClient {
  /**
   * One result per part of the request, in its order. What concerns the whole call is thrown as ConnectorError; for a write its
   * `fields.sent` says whether it may have been applied (`mayHaveBeenApplied(error)`).
   */
  call<Request, Value>(
    operation: EwsOperation<Request, Value>,
    request: Request,
    options: CallOptions,
  ): Promise<EwsResult<Value>[]>
  /** `15.2.1118.7` as the server last named itself, for doctor; null before the first answer. */
  serverBuild(): string | null
  close(): Promise<void>
}

export function createEwsClient(_options: EwsClientOptions): EwsClient {
  throw new ConnectorError('bug', { where: 'createEwsClient' })
}
