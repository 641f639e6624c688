/**
 * Creating past a trash bin: a deleted item that still holds the UID is archived before it is removed for good (I16). A person deleted it, but
 * would find it in the trash bin, and nothing that a person wrote may disappear (P1).
 */
import { ConnectorError } from '../ports/errors.ts'
import type { CreateOutcome, CreateRequest, DeletedItem, SideName } from '../ports/side.ts'
import type { StateChange } from '../ports/state-store.ts'
import { archiveEntry } from './archive.ts'
import type { PassContext } from './context.ts'

export type Created = Exclude<CreateOutcome, { kind: 'blocked' }>

/** As `Side.create`. Intents are committed by the caller before. */
export async function createItems(
  context: PassContext,
  side: SideName,
  requests: readonly CreateRequest[],
): Promise<Created[]> {
  const outcomes = await context.sides[side].create(requests)
  const blocked = outcomes.flatMap((outcome, index) => {
    const request = requests[index]
    return outcome.kind === 'blocked' && request ? [{ index, request, by: outcome.by }] : []
  })
  if (blocked.length > 0) {
    await keep(context, side, { deleted: blocked.flatMap(({ by }) => by) })
    await context.checkpoint()
    const again = await context.sides[side].create(
      blocked.map(({ request, by }) => ({ ...request, purge: by.map(({ id }) => id) })),
    )
    for (const [at, { index }] of blocked.entries()) {
      const outcome = again[at]
      if (outcome) outcomes[index] = outcome
    }
  }
  return outcomes.map((outcome) => (outcome.kind === 'blocked' ? stillBlocked(side) : outcome))
}

async function keep(context: PassContext, side: SideName, { deleted }: { deleted: readonly DeletedItem[] }) {
  const archive = deleted.map((item): StateChange => {
    const { id } = item
    const identity = [context.pair.id, side, id, item.uid].join('|')
    return {
      kind: 'put-archive',
      entry: { ...archiveEntry(context, side, item, 'remove'), id: context.hash(`trash|${identity}`) },
    }
  })
  await context.store.commit(context.lease, archive)
}

/** Somebody deleted another one meanwhile: the next pass tries again. */
function stillBlocked(side: SideName): Created {
  return {
    kind: 'refused',
    error: new ConnectorError(`${side}.item-refused`, { detail: 'its UID lies in the trash bin' }),
  }
}
