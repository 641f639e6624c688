/** The Exchange side on servers that follow EWS less closely than Microsoft's: what they ignore or leave out must lose nothing. */
import { afterEach, describe, expect, it } from 'vitest'
import type { EwsClient } from '../../src/exchange/ews/client.ts'
import { exchangeSide } from '../../src/exchange/ews/side.ts'
import type { Side, Token } from '../../src/ports/side.ts'
import {
  createdItem,
  type ExchangeFixture,
  exchangeFixture,
  FLOATING_ZONE,
  MAILBOX,
  newToken,
} from './exchange-side-fixture.ts'
import { sampleEvent } from './side-samples.ts'

let fixture: ExchangeFixture
afterEach(async () => {
  expect(fixture.simulator.outbox.mails).toEqual([])
  await fixture.close()
})

type Request = Record<string, unknown>

/** The side over a server that gets another request than the one that was sent: what a server ignores never reaches it. */
function sideOver(rewrite: (operation: string, request: Request) => Request): Side {
  const client: EwsClient = {
    ...fixture.client,
    call: (operation, request, options) =>
      fixture.client.call(operation, rewrite(operation.name, request as Request) as typeof request, options),
  }
  const { clock, outlook } = fixture
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => log }
  const folderId = outlook.folderId()
  return exchangeSide({ client, mailbox: MAILBOX, folderId, kind: 'calendar', floatingZone: FLOATING_ZONE, clock, log })
}

describe('a server that ignores restrictions (EWS-FIND-UNFILTERED)', () => {
  const unfiltered = (operation: string, { restriction, ...request }: Request) =>
    operation === 'FindItem' ? request : { restriction, ...request }

  it('never gives another item for the one of a token, and finds the right one among all', async () => {
    fixture = await exchangeFixture()
    const side = sideOver(unfiltered)
    const token = newToken()
    for (const uid of ['a', 'b', 'c']) await createdItem(side, sampleEvent(`${uid}@example.test`))
    const [outcome] = await side.create([{ token, desired: sampleEvent('mine@example.test') }])
    expect(await side.findByToken('00000000-0000-4000-8000-00000000dead' as Token)).toBeNull()
    expect(await side.findByToken(token)).toBe(outcome?.kind === 'created' && outcome.item.id)
  })

  it('does not say that there is none while an item cannot be asked', async () => {
    fixture = await exchangeFixture()
    const side = sideOver(unfiltered)
    for (const uid of ['a', 'b']) await createdItem(side, sampleEvent(`${uid}@example.test`))
    const effect = { kind: 'itemError', code: 'ErrorItemCorrupt', index: 0 } as const
    fixture.simulator.faults.add({ operation: 'GetItem', times: 1, effect })
    await expect(side.findByToken(newToken())).rejects.toMatchObject({ code: 'item.unreadable' })
  })
})

describe('a server that ignores change keys (EWS-UPDATE-UNGUARDED)', () => {
  /** Every update gets the key of what is there now. */
  const unguarded = (operation: string, request: Request) => {
    if (operation !== 'UpdateItem') return request
    const items = request.items as { id: { id: string; changeKey: string } }[]
    const now = (id: string) => fixture.outlook.get(id)?.changeKey ?? ''
    return { ...request, items: items.map((item) => ({ ...item, id: { ...item.id, changeKey: now(item.id.id) } })) }
  }

  it('LOS-5: does not overwrite what somebody edited since it was read', async () => {
    fixture = await exchangeFixture()
    const side = sideOver(unguarded)
    const current = await createdItem(side, sampleEvent('edited@example.test'))
    fixture.outlook.editEvent(current.id, { subject: 'Edited in Outlook' })
    const desired = { ...current.model, title: 'From Nextcloud' }
    const [outcome] = await side.update([{ current, desired, changed: ['title'] }])
    expect(outcome).toEqual({ kind: 'changed-underneath' })
    expect(fixture.outlook.get(current.id)?.fields.Subject).toBe('Edited in Outlook')
  })
})

it('asks for no property that Exchange has retired', async () => {
  fixture = await exchangeFixture()
  const asked: string[] = []
  const side = sideOver((_, request) => {
    asked.push(JSON.stringify(request))
    return request
  })
  await createdItem(side, sampleEvent('any@example.test'))
  expect(asked.join(' ')).toContain('calendar:StartTimeZone')
  expect(asked.join(' ')).not.toContain('MeetingTimeZone')
})
