/** What an update of one item has to write, by its kind. */
import type { EwsFieldChange, WritableItem } from '../../mapping/ews/change.ts'
import { contactChanges, type PhotoChange, photoChange } from '../../mapping/ews/contact-write.ts'
import type { EwsContext } from '../../mapping/ews/context.ts'
import { extendedElement } from '../../mapping/ews/extended.ts'
import { groupChanges } from '../../mapping/ews/group.ts'
import { UID_FIELD } from '../../mapping/ews/identity.ts'
import { readSingleDocument } from '../../mapping/ews/single-item.ts'
import { readTask } from '../../mapping/ews/task.ts'
import { taskChanges } from '../../mapping/ews/task-write.ts'
import { isUnfinished } from '../../mapping/ews/unfinished.ts'
import type { XmlElement } from '../../mapping/ews/xml.ts'
import type { Item } from '../../model/item.ts'
import { ConnectorError } from '../../ports/errors.ts'
import type { SideItem } from '../../ports/side.ts'

/** `first` is a request of its own, before the others. `native`: the item as it was read. */
export type SingleChanges = {
  element: WritableItem
  native: XmlElement
  first: readonly EwsFieldChange[]
  changes: readonly EwsFieldChange[]
  photo: PhotoChange
}

/** `desired` is fitted onto `current.model`. */
export function singleChanges(lens: EwsContext, current: SideItem, desired: Item): SingleChanges {
  const native = readSingleDocument(current.native.text)
  const { model } = current
  const nothing: Pick<SingleChanges, 'native' | 'first' | 'photo'> = { native, first: [], photo: { kind: 'keep' } }
  if (model.kind === 'task' && desired.kind === 'task') {
    const marked = isUnfinished(native)
    // After a write that was cut short, what is truly there differs from what the engine was told (taskBefore).
    const held = marked ? readTask(native, lens) : model
    return { ...nothing, element: 'Task', ...taskChanges(held, desired, { context: lens, marked }) }
  }
  if (model.kind === 'contact' && desired.kind === 'contact') {
    const photo = photoChange(model, desired)
    const changes = contactChanges(model, desired, native)
    // Attachments are written without a precondition (quirk EWS-PHOTO-PRECONDITION): our own UID, set to what it is, asks whether the item is still the one we read.
    const ask = photo.kind !== 'keep' && changes.length === 0 ? [keepUid(current.uid)] : []
    return { ...nothing, element: 'Contact', changes: [...changes, ...ask], photo }
  }
  if (model.kind === 'group' && desired.kind === 'group') {
    return { ...nothing, element: 'DistributionList', changes: groupChanges(model, desired, native) }
  }
  throw new ConnectorError('bug', { where: 'singleChanges', kind: desired.kind })
}

function keepUid(uid: string): EwsFieldChange {
  return { kind: 'set', field: UID_FIELD, value: extendedElement(UID_FIELD, uid) }
}
