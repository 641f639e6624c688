/** The opaque SyncState: mailbox, folder, generation and sequence, with a checksum. */
import { createHash } from 'node:crypto'
import type { Mailbox } from './store.ts'

/** In place of a folder's number. */
export const HIERARCHY_STATE = 0

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('base64').slice(0, 16)
}

/** `folder` 0 is the hierarchy. */
export function encodeState(mailbox: Mailbox, folder: number, sequence: number): string {
  const text = `${mailbox.tag}.${folder}.${mailbox.generation}.${sequence}`
  return Buffer.from(`H4sIAAA.${text}.${checksum(text)}`).toString('base64')
}

/** Undefined when the state is damaged, of another folder, or older than the last invalidation. */
export function decodeState(mailbox: Mailbox, folder: number, state: string): number | undefined {
  const [, tag, of, generation, sequence, check] = Buffer.from(state, 'base64').toString('utf8').split('.')
  if (check !== checksum(`${tag}.${of}.${generation}.${sequence}`)) return undefined
  if (tag !== mailbox.tag || Number(of) !== folder || Number(generation) !== mailbox.generation) return undefined
  return Number(sequence)
}
