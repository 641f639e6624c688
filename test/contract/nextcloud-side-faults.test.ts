/** The Nextcloud side where the server or the network misbehaves: nothing is lost, doubled, mailed or taken for empty. */
import { afterEach, describe, expect, it } from 'vitest'
import { ConnectorError } from '../../src/ports/errors.ts'
import type { ItemId } from '../../src/ports/side.ts'
import {
  create,
  eventText,
  feed,
  type NextcloudFixture,
  nextcloudFixture,
  nextToken,
  titleOf,
} from './nextcloud-side-fixture.ts'
import { sampleEvent } from './side-samples.ts'

let open: NextcloudFixture[] = []
const fixture = async (...options: Parameters<typeof nextcloudFixture>): Promise<NextcloudFixture> => {
  const made = await nextcloudFixture(...options)
  open.push(made)
  return made
}
afterEach(async () => {
  const closing = open
  open = []
  for (const made of closing) {
    expect(made.simulator.outbox).toEqual([])
    await made.close()
  }
})

async function failure(work: Promise<unknown>): Promise<ConnectorError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ConnectorError)) throw new Error(`no ConnectorError: ${String(error)}`)
  return error
}

const all = async (made: NextcloudFixture): Promise<string[]> => {
  const ids: string[] = []
  for await (const page of made.side.listAll()) ids.push(...page.map(({ id }) => id))
  return ids
}
const request = (uid: string) => ({ token: nextToken(), desired: sampleEvent(uid, { title: uid }) })
const titles = (made: NextcloudFixture) =>
  made.personal
    .list()
    .map(({ text }) => titleOf(text))
    .toSorted()
const idOf = (name: string) => `/remote.php/dav/calendars/anna/personal/${name}` as ItemId

describe('a collection that is away', () => {
  it('is never empty and its items are never gone (LOS-1)', async () => {
    const made = await fixture()
    const item = await create(made.side, 'kept@example.test')
    const { cursor } = await feed(made.side, null)
    made.personal.delete({ permanent: true })
    const works = [
      () => made.side.describe(),
      () => made.side.changes(cursor),
      () => made.side.changes(null),
      () => all(made),
      () => made.side.read([item.id]),
      () => made.side.findByToken(nextToken()),
      () => made.side.create([request('new@example.test')]),
      () => made.side.update([{ current: item, desired: { ...item.model, title: 'x' }, changed: ['title'] }]),
      () => made.side.remove([{ id: item.id, expect: item.version }]),
    ]
    for (const work of works) expect((await failure(work())).code).toBe('nextcloud.collection-not-found')
  })

  it('is not described when it lies in the trash', async () => {
    const made = await fixture()
    made.personal.delete()
    expect((await failure(made.side.describe())).code).toBe('nextcloud.collection-not-found')
  })
})

describe('reading', () => {
  it.each(['omitted', 'not-found'] as const)(
    'says gone for a missing object when a multiget has it %s',
    async (multigetMissing) => {
      const made = await fixture({ multigetMissing })
      const item = await create(made.side, 'here@example.test')
      const results = await made.side.read([idOf('never.ics'), item.id])
      expect(results.map(({ kind }) => kind)).toEqual(['gone', 'present'])
    },
  )

  it('asks singly for what a multiget left out, and calls it unreadable when that fails too (I8, I10)', async () => {
    const made = await fixture()
    made.personal.put('a.ics', eventText('a@example.test', 'A'))
    made.simulator.fault({ method: 'GET', path: 'missing.ics' }, { kind: 'status', status: 403 })
    const [there, missing] = await made.side.read([idOf('a.ics'), idOf('missing.ics')])
    expect(there?.kind).toBe('present')
    expect(missing).toMatchObject({ kind: 'unreadable', error: { code: 'nextcloud.access-denied' } })
  })

  it('keeps one broken item from hiding the others, and a task from being an item (LOS-8)', async () => {
    const made = await fixture()
    const work = made.person.createCalendar('work')
    expect(work.uri).toBe('work')
    made.personal.put('ok.ics', eventText('ok@example.test', 'Fine'))
    made.personal.put('bad.ics', eventText('bad@example.test', 'broken'))
    const results = await made.side.read([idOf('bad.ics'), idOf('ok.ics')])
    expect(results.map(({ kind }) => kind)).toEqual(['unreadable', 'present'])
    const [bad] = results
    expect(bad?.kind === 'unreadable' && bad.version).toBe(made.personal.get('bad.ics')?.etag)
  })

  it.each(['truncated-body', 'login-page'] as const)('throws on %s, in a listing, a feed and a read', async (kind) => {
    const made = await fixture()
    const item = await create(made.side, 'one@example.test')
    made.simulator.fault({ method: 'PROPFIND', times: 9 }, { kind })
    made.simulator.fault({ method: 'REPORT', times: 99 }, { kind })
    for (const work of [() => all(made), () => made.side.changes(null), () => made.side.read([item.id])]) {
      expect((await failure(work())).code).toBe(
        kind === 'login-page' ? 'nextcloud.bad-response' : 'nextcloud.truncated',
      )
    }
  })

  it('reads on after an answer that broke off in the middle', async () => {
    const made = await fixture()
    const item = await create(made.side, 'one@example.test')
    made.simulator.fault({ method: 'REPORT' }, { kind: 'cut', when: 'mid-reply' })
    expect((await made.side.read([item.id])).map(({ kind }) => kind)).toEqual(['present'])
  })
})

describe('the feed', () => {
  it('costs one request when nothing changed (SRV-2), and gives the same cursor again', async () => {
    const made = await fixture()
    for (const n of [1, 2, 3]) await create(made.side, `${n}@example.test`)
    const start = await feed(made.side, null)
    const settled = await feed(made.side, start.cursor)
    const before = made.simulator.requests.count()
    const idle = await feed(made.side, settled.cursor)
    expect(made.simulator.requests.count() - before).toBe(1)
    expect(idle).toEqual({ hints: [], cursor: settled.cursor })
  })

  it('finds a change that the race of two writers hid behind the token (quirk NC-SYNC-OVERLAP)', async () => {
    const made = await fixture()
    for (let n = 0; n < 40; n++) made.personal.put(`${n}.ics`, eventText(`${n}@example.test`, `${n}`))
    const { cursor } = await feed(made.side, null)
    made.personal.loseNextChanges(1)
    made.personal.put('raced.ics', eventText('raced@example.test', 'Raced'))
    const next = await feed(made.side, cursor)
    expect(next.hints.map(({ id }) => id)).toEqual([idOf('raced.ics')])
    expect((await feed(made.side, next.cursor)).hints).toEqual([])
  })

  it('names an object that was deleted and restored, although the server calls it removed (quirk NC-SYNC-MAX-OPERATION)', async () => {
    const made = await fixture()
    made.personal.put('back.ics', eventText('back@example.test', 'Back'))
    const { cursor } = await feed(made.side, null)
    made.personal.remove('back.ics')
    const [trashed] = made.personal.trash()
    made.personal.restore(trashed?.id ?? 0)
    const next = await feed(made.side, cursor)
    expect(next.hints.map(({ id }) => id)).toContain(idOf('back.ics'))
    expect((await made.side.read([idOf('back.ics')])).map(({ kind }) => kind)).toEqual(['present'])
    made.personal.put('back.ics', eventText('back@example.test', 'Edited after it came back'))
    expect((await feed(made.side, next.cursor)).hints.map(({ id }) => id)).toContain(idOf('back.ics'))
  })

  it('is invalid after the server refused the token, went back in time, or was not asked for two weeks (LOS-9)', async () => {
    const made = await fixture()
    for (const n of [1, 2, 3]) await create(made.side, `${n}@example.test`)
    const { cursor } = await feed(made.side, null)
    made.simulator.fault({ report: 'sync-collection' }, { kind: 'token-expired' })
    expect(await made.side.changes(cursor)).toMatchObject({ kind: 'cursor-invalid' })
    made.clock.now += 13 * 86_400_000
    expect(await made.side.changes(cursor)).toMatchObject({ kind: 'page' })
    made.clock.now += 2 * 86_400_000
    expect(await made.side.changes(cursor)).toMatchObject({ kind: 'cursor-invalid', aged: true })
    made.personal.rewindToken(2)
    expect(await made.side.changes(cursor)).toMatchObject({ kind: 'cursor-invalid', rolledBack: true })
    made.clock.now -= 15 * 86_400_000
    expect(await made.side.changes(cursor)).toMatchObject({ kind: 'cursor-invalid', rolledBack: true })
  })

  it('goes on after a page that the server cut with 507', async () => {
    const made = await fixture()
    const { cursor } = await feed(made.side, null)
    for (let n = 0; n < 30; n++) made.personal.put(`${n}.ics`, eventText(`${n}@example.test`, `${n}`))
    made.simulator.fault({ report: 'sync-collection' }, { kind: 'sync-truncated', keep: 10, token: '11' })
    const { hints } = await feed(made.side, cursor)
    expect(new Set(hints.map(({ id }) => id)).size).toBe(30)
  })

  it('gives one id to one object, however its href is written', async () => {
    for (const variant of ['absolute', 'upper-case-hex', 'plain-at', 'encoded-dash'] as const) {
      const made = await fixture()
      made.personal.put('grüße @home-a.ics', eventText('umlaut@example.test', 'U'))
      const plain = await feed(made.side, null)
      made.simulator.fault({ times: 99 }, { kind: 'href-variant', variant })
      expect((await feed(made.side, null)).hints).toEqual(plain.hints)
      expect(await all(made)).toEqual(plain.hints.map(({ id }) => id))
    }
  })
})

describe('writing', () => {
  it('needs no read-back where the server keeps what it gets: one request per creation', async () => {
    const made = await fixture()
    const before = made.simulator.requests.count()
    await made.side.create([request('a@example.test'), request('b@example.test'), request('c@example.test')])
    expect(made.simulator.requests.count() - before).toBe(3)
  })

  it('reads back when the reply has no ETag, or one that a proxy changed', async () => {
    for (const kind of ['no-etag', 'gzip-etag'] as const) {
      const made = await fixture()
      made.simulator.fault({ method: 'PUT' }, { kind })
      const item = await create(made.side, 'a@example.test')
      expect(item.version).toBe(made.personal.list()[0]?.etag)
    }
  })

  it.each([32, 34] as const)(
    'creates an event whose UID lies in the trash, silently, on %i (quirk NC-TRASH-UID)',
    async (version) => {
      const made = await fixture({ version })
      const meeting = `${eventText('again@example.test', 'Old')}`.replace(
        'SUMMARY',
        'ORGANIZER:mailto:anna@example.test\r\nATTENDEE:mailto:guest@elsewhere.test\r\nSUMMARY',
      )
      made.personal.put('old.ics', meeting, { silent: true })
      made.personal.remove('old.ics', { silent: true })
      const other = made.person.createCalendar('other')
      other.put('x.ics', eventText('again@example.test', 'In another calendar'))
      other.remove('x.ics')
      const asked = request('again@example.test')
      const [blocked] = await made.side.create([asked])
      if (blocked?.kind !== 'blocked') throw new Error(`not blocked: ${blocked?.kind}`)
      expect(blocked.by).toMatchObject([{ uid: 'again@example.test', title: 'Old', native: { format: 'ical' } }])
      expect(blocked.by[0]?.native.text).toContain('ATTENDEE:mailto:guest@elsewhere.test')
      expect(made.personal.trash()).toHaveLength(1)
      const [outcome] = await made.side.create([{ ...asked, purge: blocked.by.map(({ id }) => id) }])
      expect(outcome?.kind).toBe('created')
      expect(made.personal.trash()).toEqual([])
      expect(other.trash()).toHaveLength(1)
      expect(titles(made)).toEqual(['again@example.test'])
    },
  )

  it('leaves everything else in the trash alone', async () => {
    const made = await fixture()
    for (const uid of ['again@example.test', 'again@example.test.old']) {
      made.personal.put(`${uid}.ics`, eventText(uid, uid))
      made.personal.remove(`${uid}.ics`)
    }
    const asked = request('again@example.test')
    const [blocked] = await made.side.create([asked])
    const purge = blocked?.kind === 'blocked' ? blocked.by.map(({ id }) => id) : []
    expect((await made.side.create([{ ...asked, purge }]))[0]?.kind).toBe('created')
    expect(made.personal.trash().map(({ uid }) => uid)).toEqual(['again@example.test.old'])
  })

  it('refuses an event that the server refuses for good, and goes on with the others', async () => {
    const made = await fixture()
    made.simulator.fault({ method: 'PUT', nth: 2 }, { kind: 'status', status: 415 })
    made.simulator.fault({ method: 'PUT', nth: 3 }, { kind: 'insufficient-storage' })
    const outcomes = await made.side.create(['a', 'b', 'c', 'd'].map((name) => request(`${name}@example.test`)))
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(['created', 'created', 'refused', 'refused'])
    const codes = outcomes.flatMap((outcome) => (outcome.kind === 'refused' ? [outcome.error.code] : []))
    expect(codes.toSorted()).toEqual(['nextcloud.item-refused', 'nextcloud.quota'])
  })

  it('calls a write unknown after a gateway error, and settles a 500 by asking', async () => {
    const made = await fixture()
    made.simulator.fault({ method: 'PUT' }, { kind: 'status', status: 504, afterWork: true })
    const lost = request('lost@example.test')
    expect(await made.side.create([lost])).toMatchObject([{ kind: 'unknown' }])
    expect(await made.side.findByToken(lost.token)).toBe(idOf(`${lost.token}.ics`))
    made.simulator.fault({ method: 'PUT' }, { kind: 'status', status: 500, afterWork: true })
    const after = request('after@example.test')
    expect(await made.side.create([after])).toMatchObject([{ kind: 'already', reason: 'token' }])
    made.simulator.fault({ method: 'PUT' }, { kind: 'status', status: 500 })
    expect(await made.side.create([request('before@example.test')])).toMatchObject([{ kind: 'refused' }])
    expect(titles(made)).toEqual(['after@example.test', 'lost@example.test'])
  })

  it('leaves a write open whose 500 cannot be settled because the asking fails too', async () => {
    const made = await fixture()
    const item = await create(made.side, 'a@example.test')
    made.simulator.fault({ method: 'PUT', times: 2 }, { kind: 'status', status: 500, afterWork: true })
    made.simulator.fault({ method: 'REPORT', times: 99 }, { kind: 'maintenance' })
    const lost = request('b@example.test')
    expect(await made.side.create([lost])).toMatchObject([{ kind: 'unknown', error: { code: 'nextcloud.throttled' } }])
    const change = { current: item, desired: { ...item.model, title: 'New' }, changed: ['title'] }
    expect(await made.side.update([change])).toMatchObject([{ kind: 'unknown' }])
  })

  it('says gone, not changed, for an update or a removal of what a person deleted', async () => {
    const made = await fixture()
    const item = await create(made.side, 'a@example.test')
    made.personal.remove(`${item.id.split('/').at(-1)}`)
    const change = { current: item, desired: { ...item.model, title: 'New' }, changed: ['title'] }
    expect(await made.side.update([change])).toEqual([{ kind: 'gone' }])
    expect(await made.side.remove([{ id: item.id, expect: item.version }])).toEqual([{ kind: 'gone' }])
    expect(titles(made)).toEqual([])
  })

  it('settles a 500 on an update: refused when nothing happened, unknown when something did', async () => {
    const made = await fixture()
    const item = await create(made.side, 'a@example.test')
    const change = { current: item, desired: { ...item.model, title: 'New' }, changed: ['title'] }
    made.simulator.fault({ method: 'PUT' }, { kind: 'status', status: 500 })
    expect(await made.side.update([change])).toMatchObject([
      { kind: 'refused', error: { code: 'nextcloud.server-error' } },
    ])
    made.simulator.fault({ method: 'PUT' }, { kind: 'status', status: 500, afterWork: true })
    expect(await made.side.update([change])).toMatchObject([{ kind: 'unknown' }])
  })

  it('never forgets what it did: a sign-in that fails in the middle refuses the rest', async () => {
    const made = await fixture()
    made.simulator.fault({ method: 'PUT', nth: 3, times: 99 }, { kind: 'status', status: 401 })
    const outcomes = await made.side.create(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => request(`${name}@example.test`)),
    )
    const kinds = outcomes.map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'created')).toHaveLength(2)
    expect(kinds.filter((kind) => kind === 'refused')).toHaveLength(4)
    expect((await failure(made.side.create([request('g@example.test')]))).code).toBe('nextcloud.sign-in')
  })

  it('waits for a throttling server and for the one writer of SQLite', async () => {
    const made = await fixture({ database: 'sqlite', lockedShare: 0.5 })
    made.simulator.fault({ method: 'PUT', nth: 2 }, { kind: 'throttled', retryAfterSeconds: 3 })
    const outcomes = await made.side.create(Array.from({ length: 20 }, (_, n) => request(`${n}@example.test`)))
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(20)
    expect(made.clock.waits).toContain(3000)
  })

  it('is throttled, not failed, by maintenance mode', async () => {
    const made = await fixture()
    made.simulator.fault({ times: 99 }, { kind: 'maintenance' })
    expect((await failure(made.side.create([request('a@example.test')]))).code).toBe('nextcloud.throttled')
  })

  it('stops a batch at a server that no longer answers', async () => {
    const made = await fixture({ timeoutMs: 300 })
    const items = [await create(made.side, 'a@example.test')]
    for (const n of [1, 2, 3, 4, 5, 6]) items.push(await create(made.side, `${n}@example.test`))
    made.simulator.fault({ method: 'DELETE', times: 99 }, { kind: 'delay', ms: 5000 })
    const outcomes = await made.side.remove(items.map(({ id, version }) => ({ id, expect: version })))
    expect(outcomes.map(({ kind }) => kind)).toEqual([
      'unknown',
      'unknown',
      'unknown',
      'unknown',
      'refused',
      'refused',
      'refused',
    ])
  })

  it('keeps secrets and contents out of its log (I26)', async () => {
    const made = await fixture()
    await create(made.side, 'canary-uid@example.test', 'canary-title')
    await feed(made.side, null)
    expect(made.lines.length).toBeGreaterThan(0)
    expect(made.lines.join('\n')).not.toMatch(/canary|app-password/)
  })
})
