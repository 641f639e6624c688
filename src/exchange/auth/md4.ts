/** MD4 (RFC 1320), which NTLM still builds upon. OpenSSL 3 leaves it out of Node's own crypto; the package has no types, so it is named once here. */
import { createRequire } from 'node:module'

type Md4 = { arrayBuffer(message: Uint8Array): ArrayBuffer }

const library = createRequire(import.meta.url)('js-md4') as Md4

/** 16 bytes. */
export function md4(message: Uint8Array): Buffer {
  return Buffer.from(library.arrayBuffer(message))
}
