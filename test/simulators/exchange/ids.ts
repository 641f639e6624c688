/** Opaque ids and change keys like Exchange's: long, case-sensitive Base64, different after a move, bound to one mailbox. */
import { createHash } from 'node:crypto'
import { EwsError } from './errors.ts'

const KINDS = { item: 1, folder: 2, occurrence: 3, attachment: 4 } as const
export type IdKind = keyof typeof KINDS
export type DecodedId = { kind: IdKind; tag: string; serial: number; date: number; extra: number }

const LENGTH = 60
const DAY_MS = 86_400_000

export function mailboxTag(email: string): string {
  return createHash('sha256').update(email.toLowerCase()).digest('hex').slice(0, 32)
}

export function encodeId(
  kind: IdKind,
  tag: string,
  serial: number,
  options: { date?: number; extra?: number } = {},
): string {
  const bytes = Buffer.alloc(LENGTH)
  bytes.writeUInt8(0, 0)
  bytes.writeUInt8(3, 1)
  bytes.writeUInt8(0x24, 2)
  bytes.write(tag, 3, 'hex')
  bytes.writeUInt8(KINDS[kind], 19)
  bytes.writeUIntBE(serial, 20, 6)
  bytes.writeInt32BE(options.date === undefined ? 0 : Math.round(options.date / DAY_MS), 26)
  bytes.writeUIntBE(options.extra ?? 0, 30, 6)
  createHash('md5').update(bytes.subarray(0, 36)).digest().copy(bytes, 36)
  bytes.write('Exchange', 52, 'latin1')
  return bytes.toString('base64')
}

/** Throws what Exchange answers to an empty or damaged id. */
export function decodeId(id: string): DecodedId {
  if (id === '') throw new EwsError('ErrorInvalidIdEmpty')
  const bytes = Buffer.from(id, 'base64')
  if (bytes.length !== LENGTH || bytes.toString('base64') !== id) throw new EwsError('ErrorInvalidIdMalformed')
  const check = createHash('md5').update(bytes.subarray(0, 36)).digest()
  const kind = (Object.keys(KINDS) as IdKind[]).find((name) => KINDS[name] === bytes.readUInt8(19))
  if (!kind || !check.equals(bytes.subarray(36, 52))) throw new EwsError('ErrorInvalidIdMalformed')
  return {
    kind,
    tag: bytes.toString('hex', 3, 19),
    serial: bytes.readUIntBE(20, 6),
    date: bytes.readInt32BE(26) * DAY_MS,
    extra: bytes.readUIntBE(30, 6),
  }
}

export function encodeChangeKey(tag: string, version: number): string {
  const bytes = Buffer.alloc(24)
  bytes.writeUInt32LE(9, 0)
  bytes.writeUInt32LE(22, 4)
  bytes.write(tag.slice(0, 20), 8, 'hex')
  bytes.writeUIntBE(version, 18, 6)
  return bytes.toString('base64')
}

export function decodeChangeKey(changeKey: string): number {
  const bytes = Buffer.from(changeKey, 'base64')
  if (bytes.length !== 24 || bytes.toString('base64') !== changeKey) throw new EwsError('ErrorInvalidChangeKey')
  return bytes.readUIntBE(18, 6)
}
