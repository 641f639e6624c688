/** Sides for a dry run: one that refuses to write, and one for a collection that does not exist yet. */
import { ConnectorError } from '../ports/errors.ts'
import type { Cursor, Side } from '../ports/side.ts'

/** Reads as the side does; a write is a bug of the engine and throws. */
export function readOnlySide(side: Side): Side {
  const refuse = async (): Promise<never> => {
    throw new ConnectorError('bug', { where: 'a dry run tried to write' })
  }
  return {
    name: side.name,
    describe: () => side.describe(),
    changes: (cursor) => side.changes(cursor),
    listAll: () => side.listAll(),
    read: (ids) => side.read(ids),
    findByToken: (token) => side.findByToken(token),
    file: (item, hash) => side.file(item, hash),
    fit: (item, current) => side.fit(item, current),
    create: refuse,
    update: refuse,
    remove: refuse,
  }
}

/** A collection that a real run would make first: it holds nothing, and fits what the real one would. */
export function absentSide(name: Side['name'], fit: Side['fit']): Side {
  const identity = 'not made yet'
  return readOnlySide({
    name,
    describe: async () => ({ identity, displayName: identity, itemCount: 0, readOnly: false }),
    changes: async () => ({ kind: 'page', hints: [], cursor: 'none' as Cursor, more: false }),
    async *listAll() {},
    read: async (ids) => ids.map((id) => ({ kind: 'gone', id })),
    create: async () => [],
    update: async () => [],
    remove: async () => [],
    findByToken: async () => null,
    file: async () => null,
    fit,
  })
}
