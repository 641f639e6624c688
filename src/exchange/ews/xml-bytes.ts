/** Turns the bytes of an XML document into text. EWS sends UTF-8; a byte order mark may say otherwise, and bytes that do not decode are an error. */
import { ConnectorError } from '../../ports/errors.ts'

/** XML 1.0 appendix F: a byte order mark decides, else UTF-8. Errors: `exchange.truncated` (cut inside a character), `exchange.bad-response`. */
export function decodeXmlBytes(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes)
  const text = decode(bytes, encoding)
  if (text !== null) return text
  const longestCharacterBytes = 4
  for (let cut = 1; cut < longestCharacterBytes; cut++) {
    if (decode(bytes.subarray(0, bytes.length - cut), encoding) !== null) {
      throw new ConnectorError('exchange.truncated', { reason: 'xml-ends-early' })
    }
  }
  throw new ConnectorError('exchange.bad-response', { reason: 'xml-bytes', encoding })
}

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return 'utf-8'
}

function decode(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    // Not an error yet: the caller tells a cut document from a wrong one.
    return null
  }
}
