/** What the parts of the Exchange side share: the client, the folder, the lens, and how work is cut into batches. */
import type { EwsContext } from '../../mapping/ews/context.ts'
import type { Clock } from '../../ports/clock.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { Log } from '../../ports/log.ts'
import type { CollectionKind } from '../../ports/state-store.ts'
import type { EwsClient } from './client.ts'
import type { EwsOperation, EwsResult } from './operation.ts'
import { mayHaveBeenApplied } from './operation.ts'
import { concernsWholeCall } from './response-codes.ts'
import type { FileHashes } from './side-files.ts'

/** Sizes of one request; see limits.ts. */
export type SideLimits = { getBatchMax: number; writeBatchMax: number; syncPageMax: number; findPageMax: number }

export type SideContext = {
  client: EwsClient
  mailbox: string
  folderId: string
  kind: CollectionKind
  lens: EwsContext
  limits: SideLimits
  clock: Clock
  log: Log
  /** Folders that are known to be another one than ours, and other names of ours. */
  folders: Map<string, 'ours' | 'other'>
  fileHashes: FileHashes
}

export function call<Request, Value>(
  context: SideContext,
  operation: EwsOperation<Request, Value>,
  request: Request,
): Promise<EwsResult<Value>[]> {
  return context.client.call(operation, request, { mailbox: context.mailbox })
}

export function batches<T>(parts: readonly T[], sizeMax: number): T[][] {
  const result: T[][] = []
  for (let at = 0; at < parts.length; at += sizeMax) result.push(parts.slice(at, at + sizeMax))
  return result
}

/**
 * Reads parts in batches, one result per part. An error of the mailbox or the server is thrown, and so is one that every part of
 * a batch has: then it is not about the items (I10).
 */
export async function readBatches<Part, Value>(
  parts: readonly Part[],
  sizeMax: number,
  ask: (batch: Part[]) => Promise<EwsResult<Value>[]>,
): Promise<EwsResult<Value>[]> {
  const results: EwsResult<Value>[] = []
  for (const batch of batches(parts, sizeMax)) {
    const answers = await ask(batch)
    const errors = answers.flatMap((answer) => (answer.kind === 'failed' ? [answer.error] : []))
    const whole = errors.find(concernsWholeCall)
    if (whole) throw whole
    const [first] = errors
    if (first?.code === 'exchange.server-error' && errors.length === answers.length && batch.length > 1) throw first
    results.push(...answers)
  }
  return results
}

/**
 * Writes parts in batches, one result per part. A call that failed before anything of this method's work was done is thrown when
 * nothing can have been applied; else its parts fail one by one and say whether they may have been applied (I12).
 */
export async function writeBatches<Part, Value>(
  parts: readonly Part[],
  options: { sizeMax: number; mayThrow: boolean },
  ask: (batch: Part[]) => Promise<EwsResult<Value>[]>,
): Promise<EwsResult<Value>[]> {
  const results: EwsResult<Value>[] = []
  for (const batch of batches(parts, options.sizeMax)) {
    try {
      results.push(...(await ask(batch)))
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error
      const nothingDone = results.length === 0 && options.mayThrow
      if (nothingDone && !mayHaveBeenApplied(error)) throw error
      results.push(...batch.map((): EwsResult<Value> => ({ kind: 'failed', error })))
      // The server is not reachable for this mailbox: what was not sent was not applied.
      if (results.length < parts.length) {
        const unsent = new ConnectorError(error.code, { ...error.fields, sent: 'no' })
        while (results.length < parts.length) results.push({ kind: 'failed', error: unsent })
        return results
      }
    }
  }
  return results
}
