/** Words for the reasons that the operating system and the network give by name only. The name stays, for whoever searches for it. */
import type { ErrorFields } from '../../ports/errors.ts'

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not',
  EADDRINUSE: 'another program listens there',
  EAI_AGAIN: 'the name cannot be looked up at the moment',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to that host',
  EISDIR: 'it is a folder',
  ENETUNREACH: 'there is no way to that network',
  ENOENT: 'it is not there',
  ENOSPC: 'no space is left',
  ENOTDIR: 'a part of the path is not a folder',
  ENOTFOUND: 'the name of the host is not known',
  EROFS: 'the file system is read-only',
  ETIMEDOUT: 'no answer came in time',
}

/** `reason` with its words, for a message; fields of JSON stay as they are. */
export function withWords(fields: ErrorFields): ErrorFields {
  const { reason } = fields
  const words = typeof reason === 'string' && Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined
  return words === undefined ? fields : { ...fields, reason: `${String(reason)}: ${words}` }
}
