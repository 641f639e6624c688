/** The trash bin: where deleted objects go, how they come back, and why an object cannot be created again (nextcloud-facts 3.2). */
import { afterEach, describe, expect, it } from 'vitest'
import type { NextcloudSimulatorOptions } from './options.ts'
import { eventText, listed, queryBody, type RawClient, rawClient } from './raw-client.ts'
import { type NextcloudSimulator, startNextcloudSimulator } from './simulator.ts'

let sim: NextcloudSimulator
let dav: RawClient
const object = 'calendars/alice/personal/1.ics'
const trash = 'calendars/alice/trashbin/objects'

async function startWithTrashed(options: NextcloudSimulatorOptions = {}) {
  sim = await startNextcloudSimulator(options)
  sim.addUser('alice', 'secret')
  dav = rawClient(sim, 'alice', 'secret')
  await dav('PUT', object, { body: eventText('1') })
  await dav('DELETE', object)
  return sim.user('alice').calendar('personal')
}
afterEach(() => sim.close())

const trashedHrefs = async (filter = '<c:comp-filter name="VEVENT"/>') => {
  const reply = await dav('REPORT', `${trash}/`, { body: queryBody(filter), headers: { Depth: '1' } })
  expect(reply.status).toBe(207)
  return listed(reply.text).map((entry) => entry.href)
}

describe('the trash bin', () => {
  it('is read with calendar-query, whose filter is not looked at; PROPFIND is not implemented', async () => {
    await startWithTrashed()
    const [href] = await trashedHrefs(
      '<c:comp-filter name="VEVENT"><c:prop-filter name="UID"><c:text-match>no</c:text-match></c:prop-filter></c:comp-filter>',
    )
    expect(href).toMatch(/\/trashbin\/objects\/\d+\.ics$/)
    expect((await dav('PROPFIND', `${trash}/`, { headers: { Depth: '1' } })).status).toBe(501)
    expect((await dav('REPORT', `${trash}/`, { body: queryBody(''), headers: { Depth: '0' } })).status).toBe(400)
  })

  it.each([32, 34] as const)('makes a new object with the same UID fail with 500 on %i', async (version) => {
    const calendar = await startWithTrashed({ version })
    const reply = await dav('PUT', 'calendars/alice/personal/2.ics', { body: eventText('1') })
    expect(reply.status).toBe(500)
    expect(reply.text).toContain('calobjects_by_uid_index')
    expect(calendar.list()).toEqual([])
  })

  it('does not hinder a new object on 29, or without a trash bin', async () => {
    for (const options of [{ version: 29 }, { trashbin: false }] as const) {
      await startWithTrashed(options)
      expect((await dav('PUT', object, { body: eventText('1') })).status).toBe(201)
      await sim.close()
    }
    await startWithTrashed()
  })

  it('lets the object be created again after a purge', async () => {
    const calendar = await startWithTrashed()
    const [href = ''] = await trashedHrefs()
    expect((await dav('DELETE', href)).status).toBe(204)
    expect(calendar.trash()).toEqual([])
    expect((await dav('PUT', object, { body: eventText('1') })).status).toBe(201)
  })

  it('gives it back by MOVE, under its old uri', async () => {
    const calendar = await startWithTrashed()
    const [href = ''] = await trashedHrefs()
    const headers = { Destination: `${sim.davUrl}calendars/alice/trashbin/restore/file` }
    expect((await dav('MOVE', href, { headers })).status).toBe(201)
    expect(calendar.list().map((entry) => entry.uri)).toEqual(['1.ics'])
    expect(await trashedHrefs()).toEqual([])
  })

  it('keeps an object that is deleted a second time under the same name out', async () => {
    const calendar = await startWithTrashed()
    await dav('PUT', object, { body: eventText('other') })
    expect((await dav('DELETE', object)).status).toBe(403)
    expect(calendar.list()).toHaveLength(1)
  })
})
