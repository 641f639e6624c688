/** The verdict over a history that came to rest: P1 nothing lost, I2 equal sides, I4 honest bases, I14 no duplicates, I15 no echo. */
import type { Event, EventFields } from '../../src/model/event.ts'
import { differingPaths, flatten } from '../../src/model/flat.ts'
import { fingerprint, sameHashes } from '../../src/sync/fingerprint.ts'
import { simHash } from './chance.ts'
import type { FaultKind } from './faults.ts'
import { valuesIn, valuesOf } from './people.ts'
import { foldSpaces, mapFields, type SimServer } from './server.ts'
import type { Collection, Simulation } from './simulate.ts'

export function violationsOf(world: Simulation): string[] {
  return [
    ...world.servers.flatMap((server) => doubled(server, world.people.copiedUids)),
    ...world.collections.flatMap((collection) => unequal(collection, world)),
    ...lost(world),
    ...world.collections.flatMap((collection) => echoed(world, collection)),
  ]
}

/** Copies that people made on Exchange stay as they are; none ever reaches Nextcloud. */
function doubled(server: SimServer, copied: ReadonlySet<string>): string[] {
  const seen = new Set<string>()
  return [...server.items.values()].flatMap(({ model }) => {
    if (seen.has(model.uid) && !(server.name === 'exchange' && copied.has(model.uid)))
      return [`I14: ${model.uid} twice on ${server.name}`]
    seen.add(model.uid)
    return []
  })
}

function unequal({ servers, pairId }: Collection, { store }: Simulation): string[] {
  const pairedIds = new Map(store.itemPairs(pairId).map((pair) => [pair.uid, pair.exchange.id]))
  const uids = new Set(
    [...servers.exchange.items.values(), ...servers.nextcloud.items.values()].map((item) => item.model.uid),
  )
  return [...uids].sort().flatMap((uid) => {
    const paired = servers.exchange.items.get(pairedIds.get(uid) ?? '')
    const exchange = (paired ?? servers.exchange.byUid(uid))?.model
    const nextcloud = servers.nextcloud.byUid(uid)?.model
    if (!exchange || !nextcloud) return [`I2: ${uid} is only on ${exchange ? 'exchange' : 'nextcloud'}`]
    const paths = differingPaths(common(exchange), common(nextcloud))
    return paths.length === 0 ? [] : [`I2: ${uid} differs in ${paths.join(', ')}`]
  })
}

/** What both servers can hold, in one form. */
function common(event: Event) {
  const both = (fields: EventFields): EventFields => {
    const showAs = fields.showAs === 'workingElsewhere' ? 'busy' : fields.showAs
    return foldSpaces({ ...fields, status: 'none', showAs })
  }
  return flatten(mapFields(event, both))
}

function lost(world: Simulation): string[] {
  const items = world.servers.flatMap((server) => [...server.items.values()])
  const kept = new Set([...items.flatMap((item) => [...valuesOf(item.model)]), ...world.archived])
  const present = new Set(items.map((item) => item.model.uid))
  const violations: string[] = []
  for (const [value, uid] of world.people.live) if (!kept.has(value)) violations.push(`P1: ${value} of ${uid} is lost`)
  for (const uid of world.people.uids) {
    if (!present.has(uid) && !world.people.deletedUids.has(uid))
      violations.push(`P3: ${uid} vanished, nobody deleted it`)
  }
  return violations
}

/** I4, at rest: each base row is what its two items are, at their versions. */
export function restViolations(world: Simulation): string[] {
  return world.collections.flatMap(({ pairId, servers }) =>
    world.store.itemPairs(pairId).flatMap((pair) =>
      (['exchange', 'nextcloud'] as const).flatMap((side) => {
        const base = pair[side]
        const item = servers[side].items.get(base.id)
        if (!item) return [`I4: the base of ${pair.uid} names no item on ${side}`]
        if (`v${item.version}` !== base.version) return [`I4: the base of ${pair.uid} has another version on ${side}`]
        const same = sameHashes(base.hashes, fingerprint(flatten(item.model), simHash))
        return same ? [] : [`I4: the base of ${pair.uid} has other content on ${side}`]
      }),
    ),
  )
}

/** After these, what the server made of our item travels back at worst, or the items are adopted as they are: no echo, but the like of it. */
const ECHO_EXCUSES: readonly FaultKind[] = [
  'answer-lost-applied',
  'crash-applied',
  'crash-commit',
  'crash-before',
  'commit-answer-lost',
  'write-fails-before',
  'process-paused',
  'slow-answer',
  'overtaken-write',
  'state-lost',
  'state-restored',
  'config-changed',
  'side-emptied',
  'side-rolled-back',
  'folder-recreated',
]

/** I15: Exchange folds double spaces. That is its business, and must not come back to a body that was written on Nextcloud. */
function echoed(world: Simulation, { servers }: Collection): string[] {
  if (ECHO_EXCUSES.some((kind) => world.faults.fired.has(kind))) return []
  return [...servers.nextcloud.items.values()].flatMap(({ model }) => {
    const text = model.body?.text ?? ''
    const own = [...valuesIn(text)].some((value) => world.people.spacedBodies.has(value))
    const madeAnew = world.people.deletedUids.has(model.uid) || world.people.movedUids.has(model.uid)
    if (!own || text.includes('  ') || madeAnew) return []
    return [`I15: the body of ${model.uid} came back from Exchange as an edit`]
  })
}
