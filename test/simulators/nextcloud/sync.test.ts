/** The change feed with its measured traits: what it misses, what it reports wrongly, and which tokens it takes. */
import { afterEach, describe, expect, it } from 'vitest'
import type { NextcloudSimulatorOptions } from './options.ts'
import { eventText, type Listed, listed, type RawClient, rawClient, syncBody, tokenOf } from './raw-client.ts'
import { type NextcloudSimulator, startNextcloudSimulator } from './simulator.ts'

let sim: NextcloudSimulator
let dav: RawClient

async function start(options: NextcloudSimulatorOptions = {}) {
  sim = await startNextcloudSimulator(options)
  const alice = sim.addUser('alice', 'secret')
  dav = rawClient(sim, 'alice', 'secret')
  return alice.calendar('personal')
}
afterEach(() => sim.close())

const sync = async (token: string, more = '') => {
  const reply = await dav('REPORT', 'calendars/alice/personal/', { body: syncBody(token, more) })
  return { status: reply.status, text: reply.text }
}
const names = (text: string): string[] =>
  listed(text).map((entry: Listed) => `${entry.href.split('/').at(-1)} ${entry.status}`)

describe('sync-collection', () => {
  it('lists everything at first, then what was added, changed and deleted', async () => {
    const calendar = await start()
    calendar.put('1.ics', eventText('1'))
    calendar.put('2.ics', eventText('2'))
    const first = await sync('')
    expect(names(first.text)).toEqual(['1.ics 200 OK', '2.ics 200 OK'])
    calendar.put('3.ics', eventText('3'))
    calendar.put('1.ics', eventText('1').replace('Event', 'Changed'))
    calendar.remove('2.ics')
    const second = await sync(tokenOf(first.text))
    expect(names(second.text)).toEqual(['3.ics 200 OK', '1.ics 200 OK', '2.ics 404 Not Found'])
    expect(names((await sync(tokenOf(second.text))).text)).toEqual([])
  })

  it('refuses a token with another prefix only; numbers of the past and of the future are taken', async () => {
    const calendar = await start()
    calendar.put('1.ics', eventText('1'))
    const refused = await sync('http://example.test/1')
    expect(refused.status).toBe(403)
    expect(refused.text).toContain('<d:valid-sync-token/>')
    expect(names((await sync('http://sabre.io/ns/sync/abc')).text)).toEqual(['1.ics 200 OK'])
    const future = await sync('http://sabre.io/ns/sync/999')
    expect([future.status, names(future.text)]).toEqual([207, []])
  })

  it('reports an object that was deleted and restored as deleted, although it is there (MAX(operation), 30 and later)', async () => {
    const calendar = await start()
    calendar.put('1.ics', eventText('1'))
    const token = tokenOf((await sync('')).text)
    calendar.remove('1.ics')
    calendar.restore(calendar.trash()[0]?.id ?? 0)
    expect(names((await sync(token)).text)).toEqual(['1.ics 404 Not Found'])
    expect((await dav('GET', 'calendars/alice/personal/1.ics')).status).toBe(200)
  })

  it('reports it correctly on 29, and when the bug is switched off', async () => {
    for (const options of [{ version: 29 }, { syncBug: false }] as const) {
      const calendar = await start(options)
      calendar.put('1.ics', eventText('1'))
      const token = tokenOf((await sync('')).text)
      calendar.remove('1.ics')
      calendar.restore(calendar.trash()[0]?.id ?? 0)
      expect(names((await sync(token)).text)).toEqual(['1.ics 200 OK'])
      await sim.close()
    }
    await start()
  })

  it('misses a change of two racing writers for ever, and an older token shows it', async () => {
    const calendar = await start()
    calendar.put('1.ics', eventText('1'))
    const token = tokenOf((await sync('')).text)
    sim.fault({ method: 'PUT' }, { kind: 'lose-change' })
    expect((await dav('PUT', 'calendars/alice/personal/2.ics', { body: eventText('2') })).status).toBe(201)
    expect(names((await sync(token)).text)).toEqual([])
    const older = `http://sabre.io/ns/sync/${Number(token.split('/').at(-1)) - 1}`
    expect(names((await sync(older)).text)).toContain('2.ics 200 OK')
  })

  it('takes a pruned token silently and leaves out what is gone', async () => {
    const calendar = await start()
    calendar.put('1.ics', eventText('1'))
    const token = tokenOf((await sync('')).text)
    calendar.put('2.ics', eventText('2'))
    calendar.put('3.ics', eventText('3'))
    calendar.pruneChanges(1)
    expect(names((await sync(token)).text)).toEqual(['3.ics 200 OK'])
  })

  it('cuts at a limit and still gives the final token', async () => {
    const calendar = await start()
    const token = tokenOf((await sync('')).text)
    for (const uid of ['1', '2', '3']) calendar.put(`${uid}.ics`, eventText(uid))
    const cut = await sync(token, '<d:limit><d:nresults>1</d:nresults></d:limit>')
    expect(names(cut.text)).toEqual(['1.ics 200 OK'])
    expect(names((await sync(tokenOf(cut.text))).text)).toEqual([])
  })

  it('lists the calendar itself after its name was changed', async () => {
    const calendar = await start()
    const token = tokenOf((await sync('')).text)
    calendar.rename('Other')
    const [entry] = listed((await sync(token)).text)
    expect(entry?.href).toBe('/remote.php/dav/calendars/alice/personal/')
    expect(entry?.status).toBe('404 Not Found')
  })

  it('lists trashed objects in the first sync of 29', async () => {
    const calendar = await start({ version: 29 })
    calendar.put('1.ics', eventText('1'))
    calendar.remove('1.ics')
    expect(names((await sync('')).text)).toEqual(['1-deleted.ics 200 OK'])
  })
})

describe('planted faults of the feed', () => {
  it('lags, with a token that is kept back or one that pretends', async () => {
    const calendar = await start()
    const token = tokenOf((await sync('')).text)
    calendar.put('1.ics', eventText('1'))
    calendar.put('2.ics', eventText('2'))
    sim.fault({ report: 'sync-collection' }, { kind: 'feed-lag', changes: 1, token: 'kept-back' })
    const honest = await sync(token)
    expect(names(honest.text)).toEqual(['1.ics 200 OK'])
    expect(names((await sync(tokenOf(honest.text))).text)).toEqual(['2.ics 200 OK'])
    sim.fault({ report: 'sync-collection' }, { kind: 'feed-lag', changes: 1, token: 'advanced' })
    expect(names((await sync(tokenOf((await sync(token)).text))).text)).toEqual([])
  })

  it('expires a token and truncates with a 507 element', async () => {
    const calendar = await start()
    const token = tokenOf((await sync('')).text)
    for (const uid of ['1', '2']) calendar.put(`${uid}.ics`, eventText(uid))
    sim.fault({ report: 'sync-collection' }, { kind: 'token-expired' })
    expect((await sync(token)).status).toBe(403)
    sim.fault({ report: 'sync-collection' }, { kind: 'sync-truncated', keep: 1, token: '2' })
    const cut = await sync(token)
    expect(names(cut.text)).toEqual(['1.ics 200 OK', ' 507 Insufficient Storage'])
    expect(names((await sync(tokenOf(cut.text))).text)).toEqual(['2.ics 200 OK'])
  })
})
