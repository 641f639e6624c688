/**
 * Watches every write of the connector at the moment it reaches a server: some broken rules leave no trace in the end, and those
 * that do are explained better by the write that broke them.
 */
import { ITEM_ATTEMPTS_QUARANTINE } from '../../src/limits.ts'
import type { ItemId, SideName } from '../../src/ports/side.ts'
import { valuesOf } from './people.ts'
import type { ConnectorProcess } from './process.ts'
import type { SimItem } from './server.ts'
import type { Collection, Simulation } from './simulate.ts'

/** Told by the simulated side, before (`-ing`) or after (`-ed`) the server is changed. */
export type WriteWatch = {
  writing: () => void
  creating: (token: string, uid: string) => void
  updated: (before: SimItem, after: SimItem) => void
  removing: (item: SimItem) => void
  purging: (item: SimItem) => void
}

type Place = { collection: Collection; side: SideName }

export function watchOf(world: Simulation, process: ConnectorProcess, place: Place) {
  const { collection, side } = place
  const other = side === 'exchange' ? 'nextcloud' : 'exchange'
  const baseAtStart = world.store.itemPairs(collection.pairId).length
  const broken = (words: string) => world.violations.push(`${words} (${side}, pass ${process.name})`)
  const watch: WriteWatch = {
    writing: () => {
      if (process.dryRun) broken('P5: a dry run wrote')
      if (!process.lease || !world.store.holds(process.lease)) broken('I20: written without the lease')
    },
    creating: (token, uid) => {
      if (!world.store.hasIntent(token)) broken('I13: created without an intent')
      if (isQuarantined(world, { collection, side, uid })) world.people.copiedUids.add(uid)
    },
    updated: (before, after) => {
      const left = valuesOf(after.model)
      for (const value of valuesOf(before.model)) {
        if (left.has(value) || !world.people.live.has(value) || world.people.taken.has(`${other}|${value}`)) continue
        const isElsewhere = [...collection.servers[other].items.values()].some((item) =>
          valuesOf(item.model).has(value),
        )
        if (!isElsewhere && !world.archived.has(value))
          broken(`I16: ${value} of ${before.model.uid} overwritten before it was archived`)
      }
    },
    removing: (item) => {
      for (const words of removalFaults(world, process, { collection, side, item, baseAtStart })) broken(words)
    },
    purging: (item) => {
      for (const value of valuesOf(item.model))
        if (!world.archived.has(value)) broken(`I16: ${value} of ${item.model.uid} purged before it was archived`)
    },
  }
  return watch
}

/**
 * The item of this UID stands there already, could not be read for so long that nobody waits for it any more, and the state does not
 * know which one it is (docs/promises.md, what is left out).
 */
function isQuarantined(world: Simulation, { collection, side, uid }: Place & { uid: string }): boolean {
  const known = [...collection.servers[side].items.values()].filter((item) => item.model.uid === uid)
  return known.some((item) => {
    const observation = world.store.observation(collection.pairId, side, item.id as ItemId)
    return (
      observation?.state === 'unreadable' && observation.uid === '' && observation.attempts >= ITEM_ATTEMPTS_QUARANTINE
    )
  })
}

type Removal = Place & { item: SimItem; baseAtStart: number }

function removalFaults(world: Simulation, process: ConnectorProcess, removal: Removal): string[] {
  const { collection, side, item } = removal
  const { people, store } = world
  const { uid } = item.model
  const witness = collection.servers[side === 'exchange' ? 'nextcloud' : 'exchange']
  const found: string[] = []
  for (const value of valuesOf(item.model)) {
    if (!world.archived.has(value)) found.push(`I16: ${uid} removed before it was archived`)
    const takenAway =
      people.taken.has(`${witness.name}|${value}`) || people.returned.get(collection.servers[side])?.has(value)
    if (wasMistaken(world, uid)) continue
    // Whoever removed the item on the other side did not see this value: it is an edit that the removal must not beat.
    if (people.live.has(value) && !takenAway) found.push(`I17: ${uid} removed with the unseen ${value}`)
  }
  if (witness.byUid(uid) && !people.copiedUids.has(uid))
    found.push(`I8: ${uid} removed although ${witness.name} has it`)
  const pair = store.collectionPair(collection.pairId)
  if (!pair?.firstPassDone) found.push(`guard: ${uid} removed in a first pass`)
  const known = witness.name === 'exchange' ? pair?.exchangeIdentity : pair?.nextcloudIdentity
  if (known !== witness.identity) found.push(`guard: ${uid} removed on the word of another folder`)
  if (witness === world.loss?.server && world.loss.halting && world.loss.uids.has(uid) && !people.deletedUids.has(uid))
    found.push(`I21: ${uid} removed because ${witness.name} lost it`)
  return [...found, ...tooMany(world, process, removal)]
}

/** Two items of one UID, all ids new, and a state that is older than that: nobody can tell which of them the other side's was. */
function wasMistaken({ people, faults }: Simulation, uid: string): boolean {
  return people.copiedUids.has(uid) && faults.fired.has('ids-change') && faults.fired.has('state-restored')
}

/** Removals of one pass together, as the table of guards counts them. */
function tooMany(world: Simulation, process: ConnectorProcess, { collection, baseAtStart }: Removal): string[] {
  const { pairId } = collection
  const removed = (process.removed.get(pairId) ?? 0) + 1
  process.removed.set(pairId, removed)
  const { deletesMax, deletesMaxPercent } = world.options.guards
  // What is gone on both sides was part of the base when the plan was judged, and is forgotten before the first write.
  const base = Math.max(baseAtStart, world.store.itemPairs(pairId).length + removed - 1)
  if (process.allowDeletes !== null || removed <= deletesMax || removed * 100 <= base * deletesMaxPercent) return []
  return [`I21: ${removed} of ${base} removed in one pass`]
}
