/** PidLidGlobalObjectId and PidLidCleanGlobalObjectId, worked out from the UID (MS-OXOCAL 2.2.1.27, 2.2.1.28). */
import type { ExtendedValue, View } from '../model.ts'

const MEETING_SET = '6ed8da90-450b-101b-98da-00aa003f1305'
const CLASS_ID = '040000008200E00074C5B7101A82E008'

function bytesOf(uid: string): Buffer {
  if (/^040000008200E00074C5B7101A82E008[0-9A-F]*$/i.test(uid) && uid.length % 2 === 0) return Buffer.from(uid, 'hex')
  const data = Buffer.concat([
    Buffer.from('vCal-Uid', 'latin1'),
    Buffer.from([1, 0, 0, 0]),
    Buffer.from(uid),
    Buffer.from([0]),
  ])
  const size = Buffer.alloc(4)
  size.writeUInt32LE(data.length)
  return Buffer.concat([Buffer.from(CLASS_ID, 'hex'), Buffer.alloc(20), size, data])
}

/** Undefined for any other key, and for items without a UID. */
export function globalObjectId(view: View, key: string): ExtendedValue | undefined {
  const { UID: uid } = view.fields
  if (uid === undefined || view.item.kind !== 'CalendarItem') return undefined
  const clean = key === `${MEETING_SET}:#35:Binary`
  if (!clean && key !== `${MEETING_SET}:#3:Binary`) return undefined
  const bytes = bytesOf(uid)
  if (!clean && view.date !== undefined) {
    const date = new Date(view.date)
    bytes.writeUInt16BE(date.getUTCFullYear(), 16)
    bytes.writeUInt8(date.getUTCMonth() + 1, 18)
    bytes.writeUInt8(date.getUTCDate(), 19)
  }
  return { path: {}, values: [bytes.toString('base64')], multi: false }
}
