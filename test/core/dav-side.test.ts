/** The Nextcloud side on servers that are no Nextcloud: without sync tokens, rewriting what they store, or answering oddly. */
import { afterEach, describe, expect, it } from 'vitest'
import { createDavClient } from '../../src/nextcloud/dav/client.ts'
import { nextcloudSide } from '../../src/nextcloud/side.ts'
import { ConnectorError } from '../../src/ports/errors.ts'
import type { ItemId, Side } from '../../src/ports/side.ts'
import { eventText, feed, nextToken, titleCodec } from '../contract/nextcloud-side-fixture.ts'
import { sampleEvent } from '../contract/side-samples.ts'
import {
  fixedRandom,
  type Handler,
  memoryLog,
  okProps,
  quickClock,
  reply,
  replyMultistatus,
  type ScriptedServer,
  scriptedServer,
  withStatus,
} from './dav-server.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function fixture(
  handler: Handler,
  codec = titleCodec,
): Promise<{ side: Side; server: ScriptedServer; lines: string[] }> {
  const server = await scriptedServer(handler)
  const lines: string[] = []
  const parts = { clock: quickClock(), random: fixedRandom, log: memoryLog(lines) }
  const client = createDavClient({ baseUrl: server.url, username: 'u', password: 'p', ...parts })
  closers.push(server.close, client.close)
  const options = { client, collectionUrl: `${server.url}/cal/`, floatingZone: 'Europe/Berlin', codec }
  return { side: nextcloudSide({ ...options, kind: 'calendar', clock: parts.clock, log: parts.log }), server, lines }
}

const collection = okProps('/cal/', '<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>')
const entry = (name: string, etag: string) => okProps(`/cal/${name}`, `<d:getetag>${etag}</d:getetag><d:resourcetype/>`)
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: unknown) => (error instanceof ConnectorError ? error.code : String(error)),
  )
const listed = async (side: Side) => {
  const ids: string[] = []
  for await (const page of side.listAll()) ids.push(...page.map(({ id }) => id))
  return ids
}

describe('a listing', () => {
  it('without its own collection is not believed, were it ever so empty (LOS-1)', async () => {
    const { side } = await fixture((_, response) => replyMultistatus(response, ''))
    expect(await codeOf(listed(side))).toBe('nextcloud.bad-response')
  })

  it('that names an object outside of the collection is not believed', async () => {
    const { side } = await fixture((_, response) =>
      replyMultistatus(response, collection + okProps('/other/1.ics', '')),
    )
    expect(await codeOf(listed(side))).toBe('nextcloud.bad-response')
  })

  it('that the server cut with 507 is an error, never a shorter list (LOS-2)', async () => {
    const { side } = await fixture((_, response) =>
      replyMultistatus(response, collection + entry('1.ics', '"1"') + withStatus('/cal/', 507)),
    )
    expect(await codeOf(listed(side))).toBe('nextcloud.truncated')
  })

  it('leaves out collections below it and keeps entries whose ETag is missing', async () => {
    const below = okProps('/cal/sub/', '<d:resourcetype><d:collection/></d:resourcetype>')
    const { side } = await fixture((_, response) =>
      replyMultistatus(response, collection + below + okProps('/cal/2.ics', '')),
    )
    expect(await listed(side)).toEqual(['/cal/2.ics'])
  })
})

describe('I23: a lens that breaks on one item', () => {
  it('makes this item unreadable and no other', async () => {
    const broken = eventText('broken@example.test', 'strange')
    const answer = (name: string, text: string) =>
      okProps(
        `/cal/${name}`,
        `<d:getetag>"1"</d:getetag><c:calendar-data>${text.replaceAll('\r', '&#13;')}</c:calendar-data>`,
      )
    const breaking = {
      ...titleCodec,
      decode: (text: string) => {
        if (text.includes('strange')) throw new TypeError(`of ${text}`)
        return titleCodec.decode(text)
      },
    }
    const handler: Handler = (_, response) =>
      replyMultistatus(response, answer('1.ics', broken) + answer('2.ics', eventText('good@example.test', 'good')))
    const { side, lines } = await fixture(handler, breaking)
    const results = await side.read(['/cal/1.ics', '/cal/2.ics'] as ItemId[])
    expect(results).toMatchObject([
      { kind: 'unreadable', uid: 'broken@example.test', error: { fields: { detail: 'bug: TypeError' } } },
      { kind: 'present', item: { uid: 'good@example.test' } },
    ])
    expect(lines.join()).toContain('unexpected error of one item')
    expect(lines.join()).not.toContain('strange')
  })
})

describe('a server without sync-collection', () => {
  it('is compared by its listing: changed, new and removed, one request when its CTag stands still', async () => {
    const state = { ctag: 'c1', entries: [entry('a.ics', '"1"'), entry('b.ics', '"1"')] }
    const { side, server } = await fixture((request, response) => {
      if (request.method === 'REPORT') return reply(response, 501)
      if (request.headers.depth === '0')
        return replyMultistatus(response, okProps('/cal/', `<cs:getctag>${state.ctag}</cs:getctag>`))
      replyMultistatus(response, collection + state.entries.join(''))
    })
    const first = await feed(side, null)
    expect(first.hints.map(({ id }) => id)).toEqual(['/cal/a.ics', '/cal/b.ics'])
    const before = server.seen.length
    expect((await feed(side, first.cursor)).hints).toEqual([])
    expect(server.seen.length - before).toBe(1)
    state.ctag = 'c2'
    state.entries = [entry('a.ics', '"2"'), entry('c.ics', '"1"')]
    const next = await feed(side, first.cursor)
    expect(next.hints).toEqual([
      { kind: 'changed', id: '/cal/a.ics', version: '"2"' },
      { kind: 'changed', id: '/cal/c.ics', version: '"1"' },
      { kind: 'removed', id: '/cal/b.ics' },
    ])
    expect((await feed(side, next.cursor)).hints).toEqual([])
  })
})

describe('a server that rewrites what it stores', () => {
  it('is read back although it answers with an ETag, so that a version goes with the text that a later read gives (I15)', async () => {
    const stored = eventText('a@example.test', 'Rewritten')
    const { side, server } = await fixture((request, response) => {
      if (request.method === 'PUT') return reply(response, 201, '', { etag: '"of-the-rewritten-text"' })
      const href = /<d:href>(.*?)<\/d:href>/.exec(request.body)?.[1] ?? ''
      const data = stored.replaceAll('\r', '')
      replyMultistatus(
        response,
        okProps(href, `<d:getetag>"of-the-rewritten-text"</d:getetag><c:calendar-data>${data}</c:calendar-data>`),
      )
    })
    const [outcome] = await side.create([
      { token: nextToken(), desired: sampleEvent('a@example.test', { title: 'Sent' }) },
    ])
    if (outcome?.kind !== 'created') throw new Error('not created')
    expect(outcome.item).toMatchObject({ version: '"of-the-rewritten-text"', model: { title: 'Rewritten' } })
    expect(outcome.item.native.text).toBe(stored)
    expect(await side.read([outcome.item.id])).toEqual([{ kind: 'present', item: outcome.item }])
    expect(server.seen.map(({ method }) => method)).toEqual(['PUT', 'REPORT', 'REPORT'])
  })

  it('reports a write whose read-back failed as unknown, never as not done', async () => {
    const { side } = await fixture((request, response) =>
      request.method === 'PUT' ? reply(response, 201) : reply(response, 500, 'broken'),
    )
    const outcomes = await side.create([{ token: nextToken(), desired: sampleEvent('a@example.test') }])
    expect(outcomes).toMatchObject([{ kind: 'unknown', error: { code: 'nextcloud.server-error' } }])
  })
})

describe('odd answers', () => {
  it('does not take a 207 for success: its response says that the write failed (Xandikos, measured)', async () => {
    const error = '<d:error><c:no-uid-conflict/></d:error>'
    const failed = `<d:response><d:href>/cal/x.ics</d:href><d:status>HTTP/1.1 412 Precondition Failed</d:status>${error}</d:response>`
    const taken = `<d:getetag>"1"</d:getetag><c:calendar-data>${eventText('a@example.test', 'There').replaceAll('\r', '')}</c:calendar-data>`
    const { side } = await fixture((request, response) => {
      if (request.method === 'PUT') return replyMultistatus(response, failed)
      if (request.body.includes('calendar-query')) return replyMultistatus(response, okProps('/cal/there.ics', taken))
      replyMultistatus(response, withStatus(/<d:href>(.*?)</.exec(request.body)?.[1] ?? '', 404))
    })
    const outcomes = await side.create([{ token: nextToken(), desired: sampleEvent('a@example.test') }])
    expect(outcomes).toEqual([{ kind: 'already', id: '/cal/there.ics', reason: 'uid' }])
  })

  it('knows a mixed calendar: a task is no item of a calendar side', async () => {
    const task = eventText('t@example.test', 'T').replaceAll('VEVENT', 'VTODO').replaceAll('\r', '')
    const props = `<d:getetag>"1"</d:getetag><c:calendar-data>${task}</c:calendar-data>`
    const { side } = await fixture((_, response) => replyMultistatus(response, okProps('/cal/t.ics', props)))
    expect(await side.read(['/cal/t.ics' as ItemId])).toEqual([{ kind: 'gone', id: '/cal/t.ics' }])
  })

  it('says which UID is taken even where the server does not show by what', async () => {
    const error = '<d:error xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><c:no-uid-conflict/></d:error>'
    const { side } = await fixture((request, response) => {
      if (request.method === 'PUT') return reply(response, 403, error)
      if (request.body.includes('multiget'))
        return replyMultistatus(response, withStatus(/<d:href>(.*?)</.exec(request.body)?.[1] ?? '', 404))
      reply(response, 501)
    })
    const outcomes = await side.create([{ token: nextToken(), desired: sampleEvent('a@example.test') }])
    expect(outcomes).toEqual([{ kind: 'already', id: null, reason: 'uid' }])
  })

  it('does not write when a change cannot be held: the text would be the same', async () => {
    const { side, server } = await fixture((_, response) => reply(response, 500))
    const native = { format: 'ical' as const, text: eventText('a@example.test', 'Same') }
    const model = sampleEvent('a@example.test', { title: 'Same' })
    const current = { id: '/cal/a.ics' as ItemId, version: '"1"' as never, uid: 'a@example.test', model, native }
    const desired = { ...model, importance: 'high' as const }
    expect(await side.update([{ current, desired, changed: ['importance'] }])).toEqual([
      { kind: 'updated', item: current },
    ])
    expect(server.seen).toHaveLength(0)
  })
})
