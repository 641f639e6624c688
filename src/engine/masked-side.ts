/**
 * Decorates the two sides of a collection pair so that the engine never sees a word that must not travel: reads give masked views
 * (sync/mask.ts), writes turn what the engine wants of a view into what the real item becomes (masked-side-target.ts). Without a
 * masked item, in the full mode, it hands everything through.
 */
import { differingPaths, flatten } from '../model/flat.ts'
import type { Item } from '../model/item.ts'
import { eventOf } from '../model/kinds.ts'
import { ConnectorError } from '../ports/errors.ts'
import type { CreateRequest, MaskInfo, ReadResult, Side, SideItem, SideName, UpdateRequest } from '../ports/side.ts'
import { type MaskEvidence, type MaskPolicy, viewOf } from '../sync/mask.ts'
import { creationTarget, type Seen, type Target, updateTarget } from './masked-side-target.ts'

export type MaskOptions = {
  policy: MaskPolicy
  /** What each side's documents tell of the mark and of who made the item. */
  evidence: Record<SideName, (item: SideItem) => MaskEvidence>
}

/** What is behind the views of both sides: an item of one side is created on the other. Lives as long as the sides. */
type Behind = { models: WeakMap<Item, Seen>; items: WeakMap<SideItem, SideItem> }

export function maskedSides(sides: Record<SideName, Side>, options: MaskOptions): Record<SideName, Side> {
  const behind: Behind = { models: new WeakMap(), items: new WeakMap() }
  const decorated = (side: Side) => maskedSide(side, { behind, ...options })
  return { exchange: decorated(sides.exchange), nextcloud: decorated(sides.nextcloud) }
}

type Context = MaskOptions & { behind: Behind }

function maskedSide(side: Side, context: Context): Side {
  const view = (item: SideItem) => viewed(context, item, context.evidence[side.name])
  const { policy, behind } = context
  const seen = (model: Item): Seen => {
    const known = behind.models.get(model)
    if (known) return known
    // Not read through this side: it stands for itself.
    return { real: eventOf(model), view: eventOf(model), info: PLAIN }
  }
  return {
    name: side.name,
    describe: () => side.describe(),
    changes: (cursor) => side.changes(cursor),
    listAll: () => side.listAll(),
    findByToken: (token) => side.findByToken(token),
    // A masked view has no files: nothing of them can be asked for through it.
    file: async (item, hash) => (item.mask?.view === 'masked' ? null : side.file(item, hash)),
    remove: (requests) => side.remove(requests),
    read: async (ids) => (await side.read(ids)).map((result): ReadResult => withView(result, view)),
    create: async (requests) => {
      const inner = requests.map((request): CreateRequest => {
        if (request.native) return request
        const { desired, mark } = creationTarget(eventOf(request.desired), behind.models.get(request.desired), policy)
        return { ...request, desired, ...(mark === undefined ? {} : { mark }) }
      })
      return (await side.create(inner)).map((outcome) => withView(outcome, view))
    },
    update: async (requests) => {
      const inner = requests.map((request) => innerUpdate(context, request))
      return (await side.update(inner)).map((outcome) => withView(outcome, view))
    },
    fit: (item, current) => {
      const target = current
        ? updateTarget(seen(current), eventOf(item), policy)
        : creationTarget(eventOf(item), behind.models.get(item), policy)
      const fit = current ? side.fit(target.desired, seen(current).real) : side.fit(target.desired)
      if (fit.kind !== 'fits') return fit
      const evidence = {
        mark: markAfter(target, current ? seen(current) : null),
        made: current ? seen(current).info.made : true,
      }
      const { event, info } = viewOf(eventOf(fit.item), evidence, policy)
      // Words that do not travel are no loss.
      const losses = info.view === 'masked' ? fit.losses.filter(({ path }) => isOfTime(path)) : fit.losses
      return { kind: 'fits', item: event, losses }
    },
  }
}

const PLAIN: MaskInfo = { view: 'real', marked: false, made: false, blank: false, titles: [] }

function isOfTime(path: string): boolean {
  return path === 'showAs' || path === 'schedule' || path.startsWith('occurrence:')
}

function markAfter(target: Target, seen: Seen | null): string | null {
  return target.mark === undefined ? (seen?.mark ?? null) : target.mark
}

function withView<T extends { kind: string }>(result: T, view: (item: SideItem) => SideItem): T {
  if (!('item' in result)) return result
  return { ...result, item: view((result as unknown as { item: SideItem }).item) }
}

/** An item whose words are all for the engine to see is given as it is. */
function viewed({ policy, behind }: Context, item: SideItem, evidenceOf: (item: SideItem) => MaskEvidence): SideItem {
  const real = eventOf(item.model)
  const evidence = evidenceOf(item)
  const { event, info } = viewOf(real, evidence, policy)
  const result: SideItem = { ...item, model: event, mask: info }
  behind.items.set(result, item)
  behind.models.set(event, { real, view: event, info, mark: evidence.mark })
  return result
}

function innerUpdate({ policy, behind }: Context, request: UpdateRequest): UpdateRequest {
  const { current, desired } = request
  const item = behind.items.get(current)
  const seen = behind.models.get(current.model)
  if (!item || !seen) throw new ConnectorError('bug', { where: 'masked side: an item that it did not read' })
  const target = updateTarget(seen, eventOf(desired), policy)
  const changed = differingPaths(flatten(item.model), flatten(target.desired))
  return {
    ...request,
    current: item,
    desired: target.desired,
    changed,
    ...(target.mark === undefined ? {} : { mark: target.mark }),
  }
}
