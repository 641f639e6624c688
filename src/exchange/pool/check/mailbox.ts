/** May a service account act for a mailbox, and read it? Asks for the default folders with their counts and rights, and reads one calendar item's id. */
import { field } from '../../../mapping/ews/change.ts'
import { child, textAt } from '../../../mapping/ews/xml.ts'
import type { Clock } from '../../../ports/clock.ts'
import { ConnectorError } from '../../../ports/errors.ts'
import type { MailboxCheck } from '../../../ports/pool-report.ts'
import type { CollectionKind } from '../../../ports/state-store.ts'
import type { CallOptions, EwsClient } from '../../ews/client.ts'
import type { EwsResult } from '../../ews/operation.ts'
import { onlyValue, responseCodeOf } from '../../ews/operation.ts'
import { findItem } from '../../ews/operations/find-item.ts'
import { getFolder } from '../../ews/operations/get-folder.ts'
import type { FolderRef } from '../../ews/refs.ts'

const KINDS = ['calendar', 'tasks', 'contacts'] as const satisfies readonly CollectionKind[]
const SHAPE = { base: 'Default', properties: [field('folder:EffectiveRights')] } as const

/** Never throws for what the mailbox or the server does wrong: it is in the result. */
export async function checkMailbox(
  client: Pick<EwsClient, 'call'>,
  { mailbox, signal }: CallOptions & { mailbox: string },
  clock: Clock,
): Promise<MailboxCheck> {
  const startedAtMs = clock.nowMs()
  const call = { mailbox, ...(signal && { signal }) }
  try {
    const ids = KINDS.map((name) => ({ kind: 'distinguished', name }) as const)
    const folders = await client.call(getFolder, { shape: SHAPE, ids }, call)
    const latencyMs = clock.nowMs() - startedAtMs
    const [calendar] = folders
    if (calendar?.kind === 'failed') throw calendar.error
    await readOne(client, call)
    const counts = Object.fromEntries(KINDS.map((kind, at) => [kind, countOf(folders[at])]))
    return {
      email: mailbox,
      counts: counts as Record<CollectionKind, number | null>,
      mayWrite: rightOf(calendar?.value),
      latencyMs,
      error: null,
    }
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    const report = { code: error.code, fields: error.fields }
    return { email: mailbox, counts: null, mayWrite: null, latencyMs: null, error: report }
  }
}

async function readOne(client: Pick<EwsClient, 'call'>, call: CallOptions): Promise<void> {
  const request = {
    shape: { base: 'IdOnly' },
    folder: { kind: 'distinguished', name: 'calendar' },
    page: { offset: 0, sizeMax: 1 },
  } as const
  onlyValue(await client.call(findItem, request, call))
}

function countOf(result: EwsResult<FolderRef> | undefined): number | null {
  if (result === undefined) return null
  if (result.kind === 'ok') return result.value.totalCount
  // A mailbox without tasks or contacts is no trouble; anything else is.
  if (responseCodeOf(result.error) === 'ErrorFolderNotFound') return null
  throw result.error
}

function rightOf(folder: FolderRef | undefined): boolean | null {
  const rights = folder && child(folder.element, 'EffectiveRights')
  return rights === undefined ? null : textAt(rights, 'CreateContents')?.trim() === 'true'
}
