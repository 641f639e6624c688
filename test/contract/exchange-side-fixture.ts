/** A mailbox on the simulated Exchange with the side on its calendar, and its user in Outlook. */
import { basicAuth } from '../../src/exchange/auth/basic.ts'
import { createEwsClient, type EwsClient } from '../../src/exchange/ews/client.ts'
import { exchangeSide } from '../../src/exchange/ews/side.ts'
import type { SideLimits } from '../../src/exchange/ews/side-context.ts'
import type { Event } from '../../src/model/event.ts'
import { eventOf } from '../../src/model/kinds.ts'
import type { Cursor, Hint, ItemId, Side, Token } from '../../src/ports/side.ts'
import { memoryLog, quickClock } from '../core/dav-server.ts'
import type { MailboxHandle } from '../simulators/exchange/mailbox-handle.ts'
import {
  type ExchangeSimulator,
  type SimulatorOptions,
  startExchangeSimulator,
} from '../simulators/exchange/simulator.ts'
import type { EventInput } from '../simulators/exchange/user-input.ts'
import { type EventItem, eventItem } from './side-samples.ts'
import type { SideFixture } from './side-suite.ts'

export const MAILBOX = 'anna@example.test'
export const FLOATING_ZONE = 'Europe/Berlin'

export type ExchangeFixture = {
  simulator: ExchangeSimulator
  outlook: MailboxHandle
  client: EwsClient
  side: Side
  clock: ReturnType<typeof quickClock>
  lines: string[]
  close(): Promise<void>
}

export async function exchangeFixture(
  options: SimulatorOptions & { limits?: Partial<SideLimits> } = {},
): Promise<ExchangeFixture> {
  const { limits, ...rest } = options
  const simulator = await startExchangeSimulator(rest)
  simulator.addServiceAccount('svc', 'secret')
  const outlook = simulator.addMailbox(MAILBOX, { displayName: 'Anna Example' })
  const clock = quickClock()
  const lines: string[] = []
  const log = memoryLog(lines)
  const auth = basicAuth({ username: 'svc', password: 'secret' })
  const client = createEwsClient({ url: simulator.url, auth, clock, log })
  const side = exchangeSide({
    client,
    mailbox: MAILBOX,
    mailboxName: 'Anna Example',
    folderId: outlook.folderId(),
    kind: 'calendar',
    floatingZone: FLOATING_ZONE,
    clock,
    log,
    ...(limits ? { limits } : {}),
  })
  const close = async () => {
    await client.close()
    await simulator.close()
  }
  return { simulator, outlook, client, side, clock, lines, close }
}

/** The fixture of the contract suite. */
export async function exchangeContractFixture(): Promise<SideFixture> {
  const fixture = await exchangeFixture({ limits: { findPageMax: 10 } })
  const { side, outlook, simulator, close } = fixture
  return {
    side,
    person: {
      create: async (event) => outlook.addEvent(asInput(eventOf(event))) as ItemId,
      rename: async (id, title) => outlook.editEvent(id, { subject: title }),
      remove: async (id) => outlook.deleteItem(id),
      titles: async () =>
        outlook
          .list()
          .map((item) => item.fields.Subject ?? '')
          .sort(),
    },
    mails: () => simulator.outbox.mails.length,
    loseNextAnswer: (when) => {
      simulator.faults.add({ operation: /^(Create|Update|Delete)Item$/, times: 1, effect: { kind: 'cut', when } })
    },
    close,
  }
}

/** A single event of the samples as a person would make it. */
export function asInput(event: Event): EventInput {
  if (event.start.kind !== 'zoned' || event.end.kind !== 'zoned') throw new Error('only zoned samples')
  return {
    subject: event.title,
    body: event.body?.text ?? null,
    location: event.location,
    start: event.start.local,
    end: event.end.local,
    zone: 'W. Europe Standard Time',
    uid: event.uid,
    categories: event.categories,
    reminderMinutes: event.reminder?.minutesBefore ?? null,
  }
}

let counter = 0
export const newToken = (): Token => `00000000-0000-4000-9000-${String(++counter).padStart(12, '0')}` as Token

export async function createdItem(side: Side, desired: Event): Promise<EventItem> {
  const [outcome] = await side.create([{ token: newToken(), desired }])
  if (outcome?.kind !== 'created') throw new Error(`not created: ${describeOutcome(outcome)}`)
  return eventItem(outcome.item)
}

export async function presentItem(side: Side, id: string): Promise<EventItem> {
  const [result] = await side.read([id as ItemId])
  if (result?.kind !== 'present') throw new Error(`not present: ${describeOutcome(result)}`)
  return eventItem(result.item)
}

export function describeOutcome(outcome: unknown): string {
  const error = (outcome as { error?: { code: string; fields: unknown } } | undefined)?.error
  return JSON.stringify(error ? { outcome, code: error.code, fields: error.fields } : outcome)
}

export async function drainFeed(side: Side, from: Cursor | null): Promise<{ hints: Hint[]; cursor: Cursor }> {
  const hints: Hint[] = []
  for (let cursor = from; ; ) {
    const page = await side.changes(cursor)
    if (page.kind === 'cursor-invalid') throw new Error(page.reason)
    hints.push(...page.hints)
    cursor = page.cursor
    if (!page.more) return { hints, cursor }
  }
}
