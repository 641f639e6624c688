/** The task lens as the Nextcloud side uses it for task lists. */
import { fitTodo } from '../mapping/ical/todo-fit.ts'
import { readTodo } from '../mapping/ical/todo-read.ts'
import { writeTodo } from '../mapping/ical/todo-write.ts'
import { taskOf } from '../model/kinds.ts'
import type { Clock } from '../ports/clock.ts'
import { type Codec, type Decoded, unreadableReason } from './codec.ts'

/** `floatingZone`: IANA zone in which instants have their days. */
export function todoCodec({ floatingZone, clock }: { floatingZone: string; clock: Clock }): Codec {
  return {
    decode: (text) => decode(text, floatingZone),
    encode: (native, desired) => writeTodo(native, taskOf(desired), { floatingZone, nowMs: clock.nowMs() }).text,
    fit: (item) => fitTodo(taskOf(item)),
  }
}

function decode(text: string, floatingZone: string): Decoded {
  try {
    const { task } = readTodo(text, { floatingZone })
    return { kind: 'item', uid: task.uid, model: task }
  } catch (error) {
    const { reason, detail } = unreadableReason(error)
    // An event or journal that shares the list (a calendar made without a component set takes them all).
    if (reason === 'no-task' && /^BEGIN:V(?:EVENT|JOURNAL|FREEBUSY)\s*$/im.test(text)) return { kind: 'other' }
    return { kind: 'unreadable', detail }
  }
}
