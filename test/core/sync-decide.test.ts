/** The decision table, row by row: what is done to an item after each pair of changes, as docs/promises.md says it. */
import { describe, expect, it } from 'vitest'
import type { ItemId, SideName, Version } from '../../src/ports/side.ts'
import type { BaseSide, ItemPair, Observation } from '../../src/ports/state-store.ts'
import { type Change, changeOf, decidePaired } from '../../src/sync/decide.ts'
import { winnerOf } from '../../src/sync/merge.ts'
import { type PlanEntry, plan } from '../../src/sync/plan.ts'

/**
 * Paired items. Columns: what Nextcloud did since the base. Words: `-` nothing is written, the base takes the versions over;
 * `e>n`/`n>e` fields travel that way; `e<>n` both changed, merged by field under the policy; `x e`/`x n` removed there;
 * `+e`/`+n` the edit wins and the item is made again there; `forget` gone on both; `wait` one side cannot be read.
 */
const PAIRED = `
exchange    | unseen same   touched changed gone   unreadable
unseen      | -      -      -       n>e     x_e    wait
same        | -      -      -       n>e     x_e    wait
touched     | -      -      -       n>e     x_e    wait
changed     | e>n    e>n    e>n     e<>n    +n     wait
gone        | x_n    x_n    x_n     +e      forget wait
unreadable  | wait   wait   wait    wait    wait   wait
`

const WORDS: Record<string, object> = {
  '-': { kind: 'settle' },
  'e>n': { kind: 'merge', changed: 'exchange' },
  'n>e': { kind: 'merge', changed: 'nextcloud' },
  'e<>n': { kind: 'merge', changed: 'both' },
  x_e: { kind: 'remove', side: 'exchange' },
  x_n: { kind: 'remove', side: 'nextcloud' },
  '+e': { kind: 'recreate', side: 'exchange' },
  '+n': { kind: 'recreate', side: 'nextcloud' },
  forget: { kind: 'forget' },
}

const CHANGES: readonly Change[] = ['unseen', 'same', 'touched', 'changed', 'gone', 'unreadable']

function rowsOf(table: string): { exchange: Change; nextcloud: Change; word: string }[] {
  const [head = '', ...lines] = table.trim().split('\n')
  const columns = head.split('|')[1]?.trim().split(/\s+/) ?? []
  return lines.flatMap((line) => {
    const [exchange = '', cells = ''] = line.split('|').map((part) => part.trim())
    return cells.split(/\s+/).map((word, index) => {
      return { exchange: exchange as Change, nextcloud: (columns[index] ?? '') as Change, word }
    })
  })
}

describe('an item that was paired', () => {
  const rows = rowsOf(PAIRED)

  it('has a row for every pair of changes', () => {
    expect(rows).toHaveLength(CHANGES.length ** 2)
    expect(new Set(rows.map((row) => `${row.exchange} ${row.nextcloud}`)).size).toBe(rows.length)
  })

  it.each(rows)('exchange $exchange, nextcloud $nextcloud: $word', ({ exchange, nextcloud, word }) => {
    const blocked = exchange === 'unreadable' ? 'exchange' : 'nextcloud'
    expect(decidePaired(exchange, nextcloud)).toEqual(WORDS[word] ?? { kind: 'blocked', side: blocked })
  })
})

describe('what an observation says since the base', () => {
  const base: BaseSide = { id: 'e1' as ItemId, version: 'v1' as Version, hashes: { title: 'A', schedule: 'S' } }
  const rows: [string, Partial<Observation> | null, Change][] = [
    ['nothing was seen', null, 'unseen'],
    ['same version, same content', {}, 'same'],
    ['another version, same content', { version: 'v2' as Version }, 'touched'],
    ['another content', { version: 'v2' as Version, hashes: { title: 'B', schedule: 'S' } }, 'changed'],
    ['another content under the same version', { hashes: { title: 'B', schedule: 'S' } }, 'changed'],
    ['a field came', { hashes: { title: 'A', schedule: 'S', body: 'x' } }, 'changed'],
    ['a field went', { hashes: { schedule: 'S' } }, 'changed'],
    ['explicitly not found', { state: 'gone' }, 'gone'],
    ['not readable', { state: 'unreadable' }, 'unreadable'],
  ]
  it.each(rows)('%s', (_name, seen, change) => {
    expect(changeOf(base, seen && { ...observation('exchange', 'e1'), ...seen })).toBe(change)
  })
})

/** Items without a pair, by what is seen of one UID on each side. `?` = no observation. */
const UNPAIRED: [exchange: string, nextcloud: string, expected: readonly string[]][] = [
  ['present', '?', ['create nextcloud new-on-exchange']],
  ['?', 'present', ['create exchange new-on-nextcloud']],
  ['present', 'present', ['adopt']],
  ['gone', '?', ['forget']],
  ['?', 'gone', ['forget']],
  ['gone', 'gone', ['forget', 'forget']],
  ['gone', 'present', ['forget', 'create exchange new-on-nextcloud']],
  ['present', 'gone', ['forget', 'create nextcloud new-on-exchange']],
  ['unreadable', '?', ['skip unreadable']],
  ['?', 'unreadable', ['skip unreadable']],
  ['unreadable', 'unreadable', ['skip unreadable', 'skip unreadable']],
  ['unreadable', 'gone', ['forget', 'skip unreadable']],
  ['gone', 'unreadable', ['forget', 'skip unreadable']],
]

describe('an item without a pair (new, or the state was lost: I5)', () => {
  it.each(UNPAIRED)('exchange %s, nextcloud %s: %j', (exchange, nextcloud, expected) => {
    expect(wordsFor({ exchange, nextcloud }).sort()).toEqual([...expected].sort())
  })

  it.each([
    ['unreadable', 'present', ['skip unreadable', 'wait']],
    ['present', 'unreadable', ['skip unreadable', 'wait']],
  ])(
    'waits while the like of it on the other side cannot be read: exchange %s, nextcloud %s',
    (exchange, nextcloud, words) => {
      expect(wordsFor({ exchange, nextcloud })).toEqual(words)
    },
  )

  it.each([
    [['present', 'present'], ['?'], ['create nextcloud new-on-exchange', 'skip duplicate-uid']],
    [['present', 'present'], ['present'], ['adopt', 'skip duplicate-uid']],
    [['present'], ['present', 'present'], ['adopt', 'skip duplicate-uid']],
  ])('names a second item of a UID and never makes a second counterpart: %j %j', (exchange, nextcloud, expected) => {
    expect(wordsFor({ exchange, nextcloud }).sort()).toEqual([...expected].sort())
  })

  it('names an item whose UID already belongs to a pair (I14)', () => {
    expect(wordsFor({ exchange: 'present', nextcloud: '?' }, { pairedUids: ['u'] })).toEqual(['skip duplicate-uid'])
    expect(wordsFor({ exchange: '?', nextcloud: 'present' }, { pairedUids: ['u'] })).toEqual(['skip duplicate-uid'])
    expect(wordsFor({ exchange: 'present', nextcloud: 'present' }, { pairedUids: ['u'] })).toEqual([
      'skip duplicate-uid',
      'skip duplicate-uid',
    ])
  })
})

describe('the sync window', () => {
  const window = { startMs: 1_000, endMs: 2_000 }
  it.each([
    ['wholly before', { spanStartMs: 0, spanEndMs: 999 }, 'skip outside-window'],
    ['reaching into it', { spanStartMs: 0, spanEndMs: 1_000 }, 'create nextcloud new-on-exchange'],
    ['endless', { spanStartMs: 0, spanEndMs: null }, 'create nextcloud new-on-exchange'],
    ['wholly after', { spanStartMs: 2_001, spanEndMs: null }, 'skip outside-window'],
    ['without known times', { spanStartMs: null, spanEndMs: null }, 'create nextcloud new-on-exchange'],
  ])('an unpaired item %s', (_name, span, word) => {
    expect(wordsFor({ exchange: 'present', nextcloud: '?' }, { window, span })).toEqual([word])
  })

  it('never removes a paired item for leaving the window', () => {
    const row = paired(observation('exchange', 'e1', { spanStartMs: 0, spanEndMs: 1, version: 'v9' as Version }), null)
    const { entries } = plan({ rows: [row], pairedUids: new Set(['u']), veils: veils(), window })
    expect(entries.map(word)).toEqual(['settle'])
  })
})

describe('two items of one UID that belong to no pair', () => {
  it('wait while another one of it cannot be read: the one that can may be its copy (found by seed 90023368)', () => {
    const row = (one: Observation) => ({ itemPair: null, exchange: null, nextcloud: null, [one.side]: one })
    const rows = [row(observation('exchange', 'e2')), row(observation('nextcloud', 'n1'))]
    const input = { rows, pairedUids: new Set<string>(), window: open }
    const hidden = { uids: new Set(['u']), unknown: false }
    for (const side of ['exchange', 'nextcloud'] as const) {
      const { entries } = plan({ ...input, veils: { ...veils(), [side]: hidden } })
      expect(entries.map(word)).toEqual(['wait', 'wait'])
    }
    const other = { ...veils(), exchange: { uids: new Set(['v']), unknown: false } }
    expect(plan({ ...input, veils: other }).entries.map(word)).toEqual(['adopt'])
  })
})

describe('an item that vanished under its id', () => {
  it('goes on under its new id when the same UID is there again (a moved mailbox), and nothing is removed', () => {
    const gone = paired(observation('exchange', 'e1', { state: 'gone' }), observation('nextcloud', 'n1'))
    const again = { itemPair: null, exchange: observation('exchange', 'e2'), nextcloud: null }
    const { entries } = plan({ rows: [gone, again], pairedUids: new Set(['u']), veils: veils(), window: open })
    expect(entries.map(word)).toEqual(['rebind exchange'])
  })

  it('goes on as the copy that changed least, when all of them did', () => {
    const gone = paired(observation('exchange', 'e1', { state: 'gone' }), observation('nextcloud', 'n1'))
    const other = observation('exchange', 'e2', { hashes: { title: 'B', schedule: 'T' } })
    const edited = observation('exchange', 'e3', { hashes: { title: 'B', schedule: 'S' } })
    const rows = [other, edited].map((one) => ({ itemPair: null, exchange: one, nextcloud: null }))
    const { entries } = plan({ rows: [gone, ...rows], pairedUids: new Set(['u']), veils: veils(), window: open })
    expect(entries.flatMap((entry) => (entry.kind === 'rebind' ? [entry.found.itemId, entry.sure] : []))).toEqual([
      'e3',
      false,
    ])
    const alone = plan({ rows: [gone, ...rows.slice(1)], pairedUids: new Set(['u']), veils: veils(), window: open })
    expect(alone.entries.flatMap((entry) => (entry.kind === 'rebind' ? entry.sure : []))).toEqual([true])
  })

  it('waits while the item that cannot be read may be it, and the one that can a copy (found by seed 6006459)', () => {
    const gone = paired(observation('exchange', 'e1', { state: 'gone' }), observation('nextcloud', 'n1'))
    const copy = observation('exchange', 'e2', { hashes: { title: 'B', schedule: 'S' } })
    const itself = observation('exchange', 'e3')
    const row = (exchange: Observation) => ({ itemPair: null, exchange, nextcloud: null })
    const input = { pairedUids: new Set(['u']), window: open }
    for (const veil of [
      { uids: new Set(['u']), unknown: false },
      { uids: new Set<string>(), unknown: true },
    ]) {
      const hidden = { ...input, veils: { ...veils(), exchange: veil } }
      expect(plan({ ...hidden, rows: [gone, row(copy)] }).entries.map(word)).toEqual(['wait'])
      expect(plan({ ...hidden, rows: [gone, row(itself)] }).entries.map(word)).toEqual(['rebind exchange'])
      const elsewhere = { ...input, veils: { ...veils(), nextcloud: veil } }
      expect(plan({ ...elsewhere, rows: [gone, row(copy)] }).entries.map(word)).toEqual(['rebind exchange'])
    }
  })

  it('goes on as the copy that did not change, when there are several', () => {
    const gone = paired(observation('exchange', 'e1', { state: 'gone' }), observation('nextcloud', 'n1'))
    const edited = observation('exchange', 'e2', { hashes: { title: 'B', schedule: 'S' } })
    const rows = [edited, observation('exchange', 'e3')].map((one) => ({
      itemPair: null,
      exchange: one,
      nextcloud: null,
    }))
    const { entries } = plan({ rows: [gone, ...rows], pairedUids: new Set(['u']), veils: veils(), window: open })
    expect(entries.map((entry) => (entry.kind === 'rebind' ? entry.found.itemId : word(entry))).sort()).toEqual([
      'e3',
      'skip duplicate-uid',
    ])
  })

  it.each([
    ['the same UID', { uids: new Set(['u']), unknown: false }],
    ['any UID', { uids: new Set<string>(), unknown: true }],
  ])('waits while an unreadable item of %s may be it (I10)', (_name, veil) => {
    const gone = paired(observation('exchange', 'e1', { state: 'gone' }), observation('nextcloud', 'n1'))
    const input = { rows: [gone], pairedUids: new Set(['u']), window: open }
    expect(plan({ ...input, veils: { ...veils(), exchange: veil } }).entries.map(word)).toEqual(['wait'])
    expect(plan({ ...input, veils: { ...veils(), nextcloud: veil } }).entries.map(word)).toEqual(['remove nextcloud'])
  })
})

describe('the winner of a conflict (I18)', () => {
  it.each<['exchange' | 'nextcloud' | 'newest', number | null | undefined, number | null | undefined, SideName]>([
    ['exchange', 1, 2, 'exchange'],
    ['exchange', null, 2, 'exchange'],
    ['nextcloud', 2, 1, 'nextcloud'],
    ['nextcloud', 2, null, 'nextcloud'],
    ['newest', 1, 2, 'nextcloud'],
    ['newest', 2, 1, 'exchange'],
    ['newest', 2, 2, 'exchange'],
    ['newest', null, 2, 'exchange'],
    ['newest', 1, undefined, 'exchange'],
    ['newest', undefined, undefined, 'exchange'],
  ])('%s, exchange at %s, nextcloud at %s: %s', (policy, exchange, nextcloud, winner) => {
    expect(winnerOf(policy, exchange, nextcloud)).toBe(winner)
  })
})

const open = { startMs: null, endMs: null }

function veils() {
  return {
    exchange: { uids: new Set<string>(), unknown: false },
    nextcloud: { uids: new Set<string>(), unknown: false },
  }
}

function observation(side: SideName, itemId: string, more: Partial<Observation> = {}): Observation {
  return {
    pairId: 'p',
    side,
    itemId: itemId as ItemId,
    state: 'present',
    version: 'v1' as Version,
    uid: 'u',
    hashes: { title: 'A', schedule: 'S' },
    spanStartMs: null,
    spanEndMs: null,
    dirty: true,
    attempts: 0,
    retryAtMs: null,
    seenBy: 'listing',
    problem: null,
    ...more,
  }
}

function paired(exchange: Observation | null, nextcloud: Observation | null) {
  const base = (id: string) => ({ id: id as ItemId, version: 'v1' as Version, hashes: { title: 'A', schedule: 'S' } })
  const itemPair: ItemPair = { id: 'i', pairId: 'p', uid: 'u', exchange: base('e1'), nextcloud: base('n1') }
  return { itemPair, exchange, nextcloud }
}

type States = string | readonly string[]

function wordsFor(
  states: Record<SideName, States>,
  more: { pairedUids?: string[]; window?: { startMs: number; endMs: number }; span?: Partial<Observation> } = {},
): string[] {
  const seen = (['exchange', 'nextcloud'] as const).flatMap((side) =>
    [states[side]].flat().flatMap((state, index) => {
      if (state === '?') return []
      return [observation(side, `${side[0]}${index}`, { state: state as Observation['state'], ...more.span })]
    }),
  )
  const rows = seen.map((one) => ({ itemPair: null, exchange: null, nextcloud: null, [one.side]: one }))
  const unreadable = (side: SideName) => ({
    uids: new Set(seen.filter((one) => one.side === side && one.state === 'unreadable').map((one) => one.uid)),
    unknown: false,
  })
  const { entries } = plan({
    rows,
    pairedUids: new Set(more.pairedUids),
    veils: { exchange: unreadable('exchange'), nextcloud: unreadable('nextcloud') },
    window: more.window ?? open,
  })
  return entries.map(word)
}

function word(entry: PlanEntry): string {
  switch (entry.kind) {
    case 'create':
      return `create ${entry.side} ${entry.reason}`
    case 'skip':
      return `skip ${entry.reason}`
    case 'remove':
    case 'rebind':
      return `${entry.kind} ${entry.side}`
    default:
      return entry.kind
  }
}
