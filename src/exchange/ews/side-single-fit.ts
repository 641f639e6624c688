/** What the side would hold of a task, contact or distribution list. An item of another kind has no place in its folder. */
import { fitContact } from '../../mapping/ews/contact-fit.ts'
import { fitGroup } from '../../mapping/ews/group.ts'
import { fitTask } from '../../mapping/ews/task-fit.ts'
import type { Fit, Item } from '../../model/item.ts'
import { unreachable } from '../../ports/errors.ts'
import type { SideContext } from './side-context.ts'

/** `current`: what Exchange holds now, as for Side.fit. Pure. */
export function fitSingle(context: Pick<SideContext, 'kind' | 'lens'>, item: Item, current?: Item): Fit<Item> {
  const inTasks = item.kind === 'task'
  if (item.kind === 'event' || inTasks !== (context.kind === 'tasks')) return misplaced(item)
  if (current !== undefined && current.kind !== item.kind) return misplaced(item)
  switch (item.kind) {
    case 'task':
      return fitTask(item, context.lens, current?.kind === 'task' ? current : null)
    case 'contact':
      return fitContact(item, context.lens, current?.kind === 'contact' ? current : null)
    case 'group':
      return fitGroup(item, current?.kind === 'group' ? current : null)
    default:
      return unreachable(item)
  }
}

/** A contact that became a list, or an item of another kind of folder: it cannot be written here at all. */
function misplaced(item: Item): Fit<Item> {
  return { kind: 'unrepresentable', losses: [{ path: 'kind', reason: 'value-not-held', detail: item.kind }] }
}
