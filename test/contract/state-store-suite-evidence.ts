/** Contract of a StateStore: archive, conflicts, logs. */
import { describe, expect, test } from 'vitest'
import { STATE_LOG_RETENTION_MS } from '../../src/limits.ts'
import type { ActionLog } from '../../src/ports/state-store.ts'
import { actionLog, archiveEntry, conflict, leasedPair, passLog } from './state-store-builders.ts'
import type { StoreFixture } from './state-store-suite.ts'

export function evidenceSuite(fixture: StoreFixture): void {
  const store = () => fixture.store()

  describe('archive', () => {
    test('gives back what was put, and holds none of it readable', async () => {
      const { lease, pair } = await leasedPair(store())
      const entry = archiveEntry(pair, { title: 'CANARY-title', document: { format: 'ews', text: 'CANARY-body ✓' } })
      await store().commit(lease, [{ kind: 'put-archive', entry }])
      expect(await store().archiveEntries({ id: entry.id })).toEqual([entry])
      expect(await store().archiveEntries({ mailboxId: 'other' })).toEqual([])
      const [row] = await store().database.db.selectFrom('archive').selectAll().execute()
      expect(Buffer.from(row?.title ?? '').toString('latin1')).not.toContain('CANARY')
      expect(Buffer.from(row?.document ?? '').toString('latin1')).not.toContain('CANARY')
    })

    test('refuses content that was moved from another entry', async () => {
      const { lease, pair } = await leasedPair(store())
      const [one, two] = [archiveEntry(pair), archiveEntry(pair, { title: 'Other' })]
      await store().commit(
        lease,
        [one, two].map((entry) => ({ kind: 'put-archive', entry }) as const),
      )
      const { db } = store().database
      const other = await db.selectFrom('archive').select('document').where('id', '=', two.id).executeTakeFirstOrThrow()
      await db.updateTable('archive').set(other).where('id', '=', one.id).execute()
      await expect(store().archiveEntries({ id: one.id })).rejects.toMatchObject({ code: 'state.corrupt' })
    })

    test('never replaces what is archived under an id', async () => {
      const { lease, pair } = await leasedPair(store())
      const entry = archiveEntry(pair)
      await store().commit(lease, [{ kind: 'put-archive', entry }])
      await store().commit(lease, [{ kind: 'put-archive', entry: { ...entry, title: 'Lost?', expiresAtMs: 9000 } }])
      expect(await store().archiveEntries({})).toEqual([entry])
    })

    test('prunes what expired, never what an open conflict needs', async () => {
      const { lease, pair } = await leasedPair(store())
      const entries = [
        archiveEntry(pair),
        archiveEntry(pair),
        archiveEntry(pair),
        archiveEntry(pair, { expiresAtMs: 6000 }),
      ]
      const [needed, settled, loose, young] = entries
      const open = conflict(pair, { archiveId: needed?.id ?? null })
      const done = conflict(pair, { archiveId: settled?.id ?? null, resolvedAtMs: 2000, resolution: 'kept' })
      await store().commit(lease, [
        { kind: 'put-conflict', conflict: open },
        { kind: 'put-conflict', conflict: done },
        ...entries.map((entry) => ({ kind: 'put-archive', entry }) as const),
      ])
      expect(await store().pruneArchive(4999)).toBe(0)
      expect(await store().pruneArchive(5000)).toBe(2)
      const kept = (await store().archiveEntries({})).map(({ id }) => id)
      expect(new Set(kept)).toEqual(new Set([needed?.id, young?.id]))
      expect(kept).not.toContain(loose?.id)
      expect(await store().conflicts({ id: done.id })).toEqual([{ ...done, archiveId: null }])
      await store().commit(lease, [
        { kind: 'put-conflict', conflict: { ...open, resolvedAtMs: 6000, resolution: 'restored' } },
      ])
      expect(await store().pruneArchive(7000)).toBe(2)
    })
  })

  describe('conflicts', () => {
    test('lists the open ones of a mailbox, oldest first', async () => {
      const ada = await leasedPair(store(), { email: 'ada@x.test' })
      const bob = await leasedPair(store(), { email: 'bob@x.test' })
      const young = conflict(ada.pair, { createdAtMs: 2000, kind: 'edit-delete', paths: [] })
      const old = conflict(ada.pair, { createdAtMs: 1000 })
      const done = conflict(ada.pair, { createdAtMs: 500, resolvedAtMs: 600, resolution: 'kept' })
      await store().commit(
        ada.lease,
        [young, old, done].map((one) => ({ kind: 'put-conflict', conflict: one }) as const),
      )
      await store().commit(bob.lease, [{ kind: 'put-conflict', conflict: conflict(bob.pair) }])
      expect(await store().conflicts({ mailboxId: ada.mailbox.id, openOnly: true })).toEqual([old, young])
      expect(await store().conflicts({ mailboxId: ada.mailbox.id })).toEqual([done, old, young])
    })

    test('refuses one whose archive entry is not there', async () => {
      const { lease, pair } = await leasedPair(store())
      const dangling = conflict(pair, { archiveId: 'nowhere' })
      await expect(store().commit(lease, [{ kind: 'put-conflict', conflict: dangling }])).rejects.toMatchObject({
        code: 'state.corrupt',
      })
    })
  })

  describe('logs', () => {
    test('lists passes newest first, and a pass once', async () => {
      const { mailbox, lease, pair } = await leasedPair(store())
      const old = passLog(mailbox.id)
      const young = passLog(mailbox.id, {
        startedAtMs: 2000,
        pairId: pair.id,
        outcome: 'failed',
        errorCode: 'exchange.timeout',
      })
      await store().commit(lease, [{ kind: 'log-pass', log: { ...young, outcome: 'stopped' } }])
      await store().commit(lease, [
        { kind: 'log-pass', log: old },
        { kind: 'log-pass', log: young },
      ])
      expect(await store().passLogs({ mailboxId: mailbox.id, limit: 10 })).toEqual([young, old])
      expect(await store().passLogs({ limit: 1 })).toEqual([young])
    })

    test('tells what was done to an item, newest first', async () => {
      const { lease, pair } = await leasedPair(store())
      const actions = ['create', 'update', 'remove'].map((action) => actionLog(pair.id, { action }))
      const other = actionLog(pair.id, { uid: 'other' })
      await store().commit(
        lease,
        [...actions, other].map((log) => ({ kind: 'log-action', log }) as const),
      )
      expect(await store().actionLogs({ pairId: pair.id, uid: 'uid-1', limit: 2 })).toEqual([actions[2], actions[1]])
      expect(await store().actionLogs({ pairId: pair.id, limit: 10 })).toHaveLength(4)
    })

    test('tells what was logged lately of all mailboxes, oldest first, and within the limit', async () => {
      const ada = await leasedPair(store(), { email: 'ada@x.test' })
      const bob = await leasedPair(store(), { email: 'bob@x.test' })
      const [before, first, second] = [1000, 2000, 3000].map((atMs, index) =>
        actionLog((index === 1 ? bob : ada).pair.id, { atMs }),
      ) as [ActionLog, ActionLog, ActionLog]
      const pass = passLog(bob.mailbox.id, { startedAtMs: 1500, endedAtMs: 2500 })
      const ended = passLog(bob.mailbox.id, { startedAtMs: 1000, endedAtMs: 1400 })
      await store().commit(
        ada.lease,
        [before, second].map((log) => ({ kind: 'log-action', log }) as const),
      )
      await store().commit(bob.lease, [
        { kind: 'log-action', log: first },
        { kind: 'log-pass', log: pass },
        { kind: 'log-pass', log: ended },
      ])
      expect(await store().recentLogs({ sinceMs: 2000, limit: 10 })).toEqual({
        actions: [first, second],
        passes: [pass],
      })
      expect((await store().recentLogs({ sinceMs: 0, limit: 1 })).actions).toEqual([second])
      expect(await store().actionLogs({ pairId: ada.pair.id, sinceMs: 2000, limit: 10 })).toEqual([second])
      expect(await store().collectionPairById(bob.pair.id)).toEqual(bob.pair)
      expect(await store().collectionPairById('nobody')).toBeNull()
    })

    test('counts the removals of a mailbox since an instant', async () => {
      const ada = await leasedPair(store(), { email: 'ada@x.test' })
      const bob = await leasedPair(store(), { email: 'bob@x.test' })
      const removal = (atMs: number) =>
        ({ kind: 'log-action', log: actionLog(ada.pair.id, { action: 'remove', atMs }) }) as const
      await store().commit(ada.lease, [
        removal(999),
        removal(1000),
        removal(2000),
        { kind: 'log-action', log: actionLog(ada.pair.id) },
      ])
      await store().commit(bob.lease, [
        { kind: 'log-action', log: actionLog(bob.pair.id, { action: 'remove', atMs: 2000 }) },
      ])
      expect(await store().countRemovals(ada.mailbox.id, 1000)).toBe(2)
    })

    test('forgets logs when their time is over', async () => {
      const { mailbox, lease, pair } = await leasedPair(store())
      const nowMs = STATE_LOG_RETENTION_MS + 1500
      await store().commit(lease, [
        { kind: 'log-pass', log: passLog(mailbox.id, { startedAtMs: 1499 }) },
        { kind: 'log-pass', log: passLog(mailbox.id, { startedAtMs: 1500 }) },
        { kind: 'log-action', log: actionLog(pair.id, { atMs: 1499 }) },
        { kind: 'log-action', log: actionLog(pair.id, { atMs: 1500 }) },
      ])
      await store().pruneArchive(nowMs)
      expect(await store().passLogs({ limit: 10 })).toHaveLength(1)
      expect(await store().actionLogs({ pairId: pair.id, limit: 10 })).toHaveLength(1)
    })
  })
}
