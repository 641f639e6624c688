/** A mailbox on the simulated Exchange with a side on its tasks or contacts, every request and answer checked by Microsoft's schemas. */
import { expect } from 'vitest'
import { basicAuth } from '../../src/exchange/auth/basic.ts'
import { createEwsClient, type EwsClient } from '../../src/exchange/ews/client.ts'
import { exchangeSide } from '../../src/exchange/ews/side.ts'
import type { SideLimits } from '../../src/exchange/ews/side-context.ts'
import type { Item } from '../../src/model/item.ts'
import type { ItemId, Side, SideItem, Token, UpdateOutcome } from '../../src/ports/side.ts'
import { memoryLog, quickClock } from '../core/dav-server.ts'
import type { MailboxHandle } from '../simulators/exchange/mailbox-handle.ts'
import { type ExchangeSimulator, startExchangeSimulator } from '../simulators/exchange/simulator.ts'
import { describeOutcome, FLOATING_ZONE, MAILBOX, newToken } from './exchange-side-fixture.ts'
import { hasSchema, schemaErrors } from './exchange-simulator-fixture.ts'

export type SingleFixture = {
  simulator: ExchangeSimulator
  outlook: MailboxHandle
  client: EwsClient
  side: Side
  lines: string[]
  close(): Promise<void>
}

export async function singleFixture(
  kind: 'tasks' | 'contacts',
  limits: Partial<SideLimits> = {},
): Promise<SingleFixture> {
  const simulator = await startExchangeSimulator({ recordBodies: true, clock: { nowMs: () => Date.UTC(2026, 2, 5) } })
  simulator.addServiceAccount('svc', 'secret')
  const outlook = simulator.addMailbox(MAILBOX, { displayName: 'Anna Example' })
  const lines: string[] = []
  const [clock, log] = [quickClock(), memoryLog(lines)]
  const auth = basicAuth({ username: 'svc', password: 'secret' })
  const client = createEwsClient({ url: simulator.url, auth, clock, log })
  const side = exchangeSide({
    client,
    mailbox: MAILBOX,
    folderId: outlook.folderId(kind),
    kind,
    floatingZone: FLOATING_ZONE,
    clock,
    log,
    limits,
  })
  const close = async () => {
    await client.close()
    await simulator.close()
    expect(simulator.outbox.mails).toEqual([])
    checkAgainstSchema(simulator)
  }
  return { simulator, outlook, client, side, lines, close }
}

let told = false

/** Microsoft's schemas, where they are at hand; see ../shared/ews-schema. */
function checkAgainstSchema({ requests }: ExchangeSimulator): void {
  if (!hasSchema()) {
    if (!told) console.info('skipped: ../shared/ews-schema is not there, requests and answers are not validated')
    told = true
    return
  }
  const documents = requests.list.flatMap(({ requestBody, responseBody }) => [requestBody, responseBody])
  // Documents that differ in ids only say nothing new, and hundreds of them take long.
  const kinds = new Map(documents.filter((one) => one !== undefined).map((one) => [one.replace(/"[^"]*"/g, ''), one]))
  expect(schemaErrors([...kinds.values()])).toEqual([])
}

export async function make(side: Side, desired: Item): Promise<SideItem> {
  const [outcome] = await side.create([{ token: newToken(), desired }])
  if (outcome?.kind !== 'created') throw new Error(`not created: ${describeOutcome(outcome)}`)
  return outcome.item
}

export async function look(side: Side, id: string): Promise<SideItem> {
  const [result] = await side.read([id as ItemId])
  if (result?.kind !== 'present') throw new Error(`not present: ${describeOutcome(result)}`)
  return result.item
}

export async function change<T extends Item>(
  side: Side,
  current: SideItem,
  changes: Partial<T>,
): Promise<Extract<UpdateOutcome, { kind: 'updated' }>> {
  const desired = { ...current.model, ...changes } as Item
  const [outcome] = await side.update([{ current, desired, changed: Object.keys(changes) }])
  if (outcome?.kind !== 'updated') throw new Error(`not updated: ${describeOutcome(outcome)}`)
  return outcome
}

export const token = (): Token => newToken()
