/** MAPI properties that mirror properties of EWS (MS-OXOCAL, MS-OXPROPS): older clients search and read through them. */
import type { ExtendedValue, View } from '../model.ts'
import { formatDateTime } from '../time/dates.ts'

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

/** PidLidGlobalObjectId and PidLidCleanGlobalObjectId, from the UID (MS-OXOCAL 2.2.1.27, 2.2.1.28). */
function globalObjectId(view: View, key: string): ExtendedValue | undefined {
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

const SENSITIVITY = ['Normal', 'Personal', 'Private', 'Confidential']
const IMPORTANCE = ['Low', 'Normal', 'High']
const BUSY = ['Free', 'Tentative', 'Busy', 'OOF', 'WorkingElsewhere']
const APPOINTMENT = '00062002-0000-0000-c000-000000000046'
const COMMON = '00062008-0000-0000-c000-000000000046'

type Mirror = (view: View) => string | number | boolean | undefined

function time(at: number | undefined): string | undefined {
  return at === undefined ? undefined : formatDateTime(at)
}

/** PidTag names in the order of their tags, then PidLid names. */
const MIRRORS: Record<string, Mirror> = {
  'tag:17:Integer': ({ fields }) => IMPORTANCE.indexOf(fields.Importance ?? 'Normal'),
  'tag:1a:String': ({ fields }) => fields.ItemClass,
  'tag:36:Integer': ({ fields }) => SENSITIVITY.indexOf(fields.Sensitivity ?? 'Normal'),
  'tag:37:String': ({ fields }) => fields.Subject,
  'tag:e23:Integer': ({ item }) => item.serial,
  'tag:300b:Binary': ({ item }) => item.searchKey,
  'tag:3007:SystemTime': ({ item }) => time(item.created),
  'tag:3008:SystemTime': ({ item, exception }) => time(exception?.modified ?? item.modified),
  [`${APPOINTMENT}:#33285:Integer`]: ({ fields }) => BUSY.indexOf(fields.LegacyFreeBusyStatus ?? 'Busy'),
  [`${APPOINTMENT}:#33288:String`]: ({ fields }) => fields.Location,
  [`${APPOINTMENT}:#33293:SystemTime`]: ({ fields }) => time(fields.Start),
  [`${APPOINTMENT}:#33294:SystemTime`]: ({ fields }) => time(fields.End),
  [`${APPOINTMENT}:#33301:Boolean`]: ({ fields }) => fields.IsAllDayEvent ?? false,
  [`${APPOINTMENT}:#33315:Boolean`]: ({ item }) => Boolean(item.fields.Recurrence),
  [`${COMMON}:#34049:Integer`]: ({ fields }) => fields.ReminderMinutesBeforeStart,
  [`${COMMON}:#34051:Boolean`]: ({ fields }) => fields.ReminderIsSet ?? false,
}

/** What the item holds under this key, its own property or the mirror of one. */
export function mapiValue(view: View, key: string): ExtendedValue | undefined {
  const stored = view.fields.extended?.[key]
  if (stored) return stored
  const calendarOnly = key.startsWith(APPOINTMENT) && view.item.kind !== 'CalendarItem'
  const mirrored = calendarOnly ? undefined : MIRRORS[key]?.(view)
  if (mirrored !== undefined) return { path: {}, values: [String(mirrored)], multi: false }
  return globalObjectId(view, key)
}
