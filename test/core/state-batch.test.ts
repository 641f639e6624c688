/** How the changes of a commit are grouped into statements. */
import { describe, expect, test } from 'vitest'
import type { StateChange } from '../../src/ports/state-store.ts'
import { batchChanges } from '../../src/state/batch.ts'
import { inLists } from '../../src/state/in-lists.ts'
import {
  actionLog,
  archiveEntry,
  collectionPair,
  conflict,
  itemPair,
  observation,
  put,
  putItemPair,
} from '../contract/state-store-builders.ts'

const pair = collectionPair('mailbox-1')
const shape = (changes: StateChange[]) =>
  batchChanges(changes).map(({ kind, changes: some }) => `${kind} ${some.length}`)

describe('grouping of changes', () => {
  test('makes few statements of what a hundred items bring', () => {
    const changes = Array.from({ length: 100 }, (_, at) => [
      putItemPair(itemPair(pair.id, String(at))),
      put(observation(pair.id, 'exchange', `e-${at}`)),
      put(observation(pair.id, 'nextcloud', `n-${at}`)),
      { kind: 'log-action', log: actionLog(pair.id) } as const,
    ]).flat()
    expect(shape(changes)).toEqual(['put-item-pair 100', 'put-observation 200', 'log-action 100'])
  })

  test('begins anew when a row comes again', () => {
    const again = put(observation(pair.id, 'exchange', 'e-1'))
    const other = put(observation(pair.id, 'nextcloud', 'e-1'))
    expect(shape([again, other, again, other, again])).toEqual([
      'put-observation 2',
      'put-observation 2',
      'put-observation 1',
    ])
  })

  test('keeps puts and drops of one table in their order', () => {
    const base = itemPair(pair.id, '1')
    const drop = { kind: 'drop-item-pair', id: base.id } as const
    expect(shape([drop, putItemPair(base), drop])).toEqual(['drop-item-pair 1', 'put-item-pair 1', 'drop-item-pair 1'])
  })

  test('lets nothing pass a reset of the pair', () => {
    const seen = put(observation(pair.id, 'exchange', 'e-1'))
    expect(shape([seen, { kind: 'reset-collection-pair', pairId: pair.id }, seen])).toEqual([
      'put-observation 1',
      'reset-collection-pair 1',
      'put-observation 1',
    ])
  })

  test('writes an archive entry before the conflict that refers to it', () => {
    const entry = archiveEntry(pair)
    const about = conflict(pair, { archiveId: entry.id })
    expect(
      shape([
        { kind: 'put-conflict', conflict: about },
        { kind: 'put-archive', entry },
      ]),
    ).toEqual(['put-archive 1', 'put-conflict 1'])
  })
})

describe('long lists of ids', () => {
  test('are cut and filled up to few lengths, without a new or a lost value', () => {
    for (const size of [0, 1, 2, 5, 64, 65, 499, 500, 501, 1200]) {
      const values = Array.from({ length: size }, (_, at) => at)
      const lists = inLists(values)
      expect([...new Set(lists.flat())]).toEqual(values)
      expect(lists.every((list) => [1, 4, 16, 64, 256, 500].includes(list.length))).toBe(true)
    }
  })
})
