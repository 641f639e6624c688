/**
 * How a write to a calendar item treats the people in it. A required argument of every write, so that no call can forget it (INV-2, P6).
 * `SendToNone` is the only mode there is: mail can not be expressed until the scheduling authority `exchange` is built.
 */

/** MS-OXWSCDATA CalendarItemCreateOrDeleteOperationType and CalendarItemUpdateOperationType have this value in common. */
export type SendMode = 'SendToNone'

export const SEND_TO_NONE: SendMode = 'SendToNone'
