/** The list of attribute-value pairs that an NTLM server sends about itself and the client signs (MS-NLMP 2.2.2.1). */
import { utf16 } from './ntlm-crypto.ts'

const AV = { end: 0, flags: 6, timestamp: 7, targetName: 9, channelBindings: 10 } as const
/** MsvAvFlags: the AUTHENTICATE message holds an integrity code. */
const HAS_MIC = 0x2

type AvPair = { id: number; value: Uint8Array }

/** FILETIME of the server, or null. Then the client must not send an integrity code. */
export function serverTime(targetInfo: Uint8Array): Uint8Array | null {
  const found = readPairs(targetInfo).find(({ id, value }) => id === AV.timestamp && value.length === 8)
  return found?.value ?? null
}

/**
 * What the client proves (MS-NLMP 3.1.5.1.2): the server's pairs with the flag for the integrity code, the channel binding
 * (16 zero bytes: there is none) and the name of the service that it means to reach.
 */
export function clientTargetInfo(
  targetInfo: Uint8Array,
  { channelBinding, servicePrincipal }: { channelBinding: Uint8Array | null; servicePrincipal: string },
): Buffer {
  const pairs = readPairs(targetInfo)
  const flags = Buffer.alloc(4)
  const given = pairs.find(({ id, value }) => id === AV.flags && value.length === 4)
  if (given) flags.set(given.value)
  if (serverTime(targetInfo) !== null) flags.writeUInt32LE((flags.readUInt32LE() | HAS_MIC) >>> 0)
  const ours: readonly number[] = [AV.flags, AV.channelBindings, AV.targetName]
  return writePairs([
    ...pairs.filter(({ id }) => !ours.includes(id)),
    { id: AV.flags, value: flags },
    { id: AV.channelBindings, value: channelBinding ?? Buffer.alloc(16) },
    { id: AV.targetName, value: utf16(servicePrincipal) },
  ])
}

/** A list that breaks off is read as far as it goes: the server checks what comes back in any case. */
function readPairs(bytes: Uint8Array): AvPair[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const pairs: AvPair[] = []
  for (let at = 0; at + 4 <= view.length; ) {
    const id = view.readUInt16LE(at)
    const length = view.readUInt16LE(at + 2)
    if (id === AV.end || at + 4 + length > view.length) break
    pairs.push({ id, value: view.subarray(at + 4, at + 4 + length) })
    at += 4 + length
  }
  return pairs
}

function writePairs(pairs: readonly AvPair[]): Buffer {
  const end: AvPair = { id: AV.end, value: Buffer.alloc(0) }
  return Buffer.concat(
    [...pairs, end].flatMap(({ id, value }) => {
      const head = Buffer.alloc(4)
      head.writeUInt16LE(id, 0)
      head.writeUInt16LE(value.length, 2)
      return [head, value]
    }),
  )
}
