/** The verdict over a history that came to rest: P1 nothing lost, I2 equal sides, I14 no duplicates. */

import type { Event, EventFields } from '../../src/model/event.ts'
import { differingPaths, flatten } from '../../src/model/flat.ts'
import { valuesIn } from './people.ts'
import { foldSpaces, mapFields, type SimServer } from './server.ts'
import type { Simulation } from './simulate.ts'

export function violationsOf(world: Simulation): string[] {
  const { exchange, nextcloud } = world.servers
  return [...doubled(exchange), ...doubled(nextcloud), ...unequal(world), ...lost(world)]
}

function doubled(server: SimServer): string[] {
  const seen = new Set<string>()
  return [...server.items.values()].flatMap(({ model }) => {
    if (seen.has(model.uid)) return [`I14: ${model.uid} twice on ${server.name}`]
    seen.add(model.uid)
    return []
  })
}

function unequal({ servers }: Simulation): string[] {
  const uids = new Set(
    [...servers.exchange.items.values(), ...servers.nextcloud.items.values()].map((item) => item.model.uid),
  )
  return [...uids].sort().flatMap((uid) => {
    const exchange = servers.exchange.byUid(uid)?.model
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
  const places = [...world.servers.exchange.items.values(), ...world.servers.nextcloud.items.values()].map((item) =>
    JSON.stringify(item.model),
  )
  const kept = valuesIn([...places, ...world.archived].join('\n'))
  const violations: string[] = []
  for (const [value, uid] of world.people.live) if (!kept.has(value)) violations.push(`P1: ${value} of ${uid} is lost`)
  for (const uid of world.people.uids) {
    const present = world.servers.exchange.byUid(uid) || world.servers.nextcloud.byUid(uid)
    if (!present && !world.people.deletedUids.has(uid)) violations.push(`P3: ${uid} vanished, nobody deleted it`)
  }
  return violations
}
