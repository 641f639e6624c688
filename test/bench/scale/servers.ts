/**
 * One simulated server with thousands of mailboxes, in a process of its own, so that a bench measures the connector. It makes edits
 * when told, and notes when an edit of the other side arrives. Talks to its parent by messages.
 */
import { startExchangeSimulator } from '../../simulators/exchange/simulator.ts'
import { startNextcloudSimulator } from '../../simulators/nextcloud/simulator.ts'
import { emailOf, passwordOf } from '../../world.ts'

export type Order =
  | { kind: 'edits'; edits: readonly { person: string; title: string; minute: number }[] }
  | { kind: 'service-time'; ms: number }
  | { kind: 'report' }
  | { kind: 'items' }
export type Write = { email: string; atMs: number }
export type Held = { person: string; title: string; uid: string }
/** `busy`: share of the time in which this process computed, since the last report. `heard`: mailboxes that somebody listens to (Exchange). */
export type Report = { kind: 'report'; requests: number; busy: number; heard: number; writes: Write[] }
export type Answer = { kind: 'ready'; url: string } | { kind: 'done' } | { kind: 'items'; items: Held[] } | Report

const [role = '', mailboxes = '0', accounts = '1'] = process.argv.slice(2)
const people = Array.from({ length: Number(mailboxes) }, (_, at) => `user${at}`)
const writes: Write[] = []
let lastUse = performance.eventLoopUtilization()

const server = role === 'exchange' ? await exchange() : await nextcloud()
process.on('message', (order: Order) => process.send?.(carryOut(order)))
process.on('disconnect', () => process.exit(0))
process.send?.({ kind: 'ready', url: server.url } satisfies Answer)

type Role = {
  url: string
  edit(person: string, title: string, minute: number): void
  serviceTime(ms: number): void
  requests(): number
  heard(): number
  items(): Held[]
}

function carryOut(order: Order): Answer {
  switch (order.kind) {
    case 'edits':
      for (const { person, title, minute } of order.edits) server.edit(person, title, minute)
      return { kind: 'done' }
    case 'service-time':
      server.serviceTime(order.ms)
      return { kind: 'done' }
    case 'report':
      return { kind: 'report', requests: server.requests(), busy: busySinceLast(), heard: server.heard(), writes }
    case 'items':
      return { kind: 'items', items: server.items() }
  }
}

function busySinceLast(): number {
  const now = performance.eventLoopUtilization()
  const { utilization } = performance.eventLoopUtilization(now, lastUse)
  lastUse = now
  return utilization
}

/** 2026 in steps of a minute, so that every edit is an item of its own. */
function start(minute: number): Date {
  return new Date(Date.UTC(2026, 10, 1) + minute * 60_000)
}

async function exchange(): Promise<Role> {
  const simulator = await startExchangeSimulator()
  for (let at = 0; at < Number(accounts); at++) simulator.addServiceAccount(`svc-${at}`, 'service-password')
  for (const person of people) simulator.addMailbox(emailOf(person), { displayName: person })
  let delayMs = 0
  simulator.faults.hook = ({ operation, mailbox }) => {
    if (/^(Create|Update|Delete)Item$/.test(operation)) writes.push({ email: mailbox.toLowerCase(), atMs: Date.now() })
    // The log of requests would fill the memory.
    if (simulator.requests.list.length > 1_000) simulator.requests.list.length = 0
    return delayMs > 0 ? { kind: 'delay', ms: delayMs } : undefined
  }
  return {
    url: simulator.url,
    edit: (person, title, minute) => {
      const local = (date: Date) => date.toISOString().slice(0, 19)
      const from = start(minute)
      const until = new Date(from.getTime() + 1_800_000)
      simulator
        .mailbox(emailOf(person))
        .addEvent({ subject: title, start: local(from), end: local(until), zone: 'W. Europe Standard Time' })
    },
    serviceTime: (ms) => {
      delayMs = ms
    },
    requests: () => simulator.requests.total,
    heard: () => simulator.streams.heard,
    items: () =>
      people.flatMap((person) =>
        simulator
          .mailbox(emailOf(person))
          .list()
          .map(({ fields }) => ({ person, title: String(fields.Subject), uid: '' })),
      ),
  }
}

async function nextcloud(): Promise<Role> {
  const simulator = await startNextcloudSimulator({ logEntriesMax: 0 })
  for (const person of people) simulator.addUser(person, passwordOf(person), { email: emailOf(person) })
  return {
    url: simulator.davUrl,
    edit: (person, title, minute) => {
      const basic = (date: Date) => date.toISOString().slice(0, 19).replace(/[-:]/g, '')
      const from = start(minute)
      const until = new Date(from.getTime() + 1_800_000)
      const lines = [
        'BEGIN:VCALENDAR',
        'VERSION:2.0',
        'PRODID:-//Scale//EN',
        'BEGIN:VEVENT',
        `UID:${title.replaceAll(' ', '-')}@scale.test`,
        'DTSTAMP:20261101T000000Z',
        `LAST-MODIFIED:${basic(new Date())}Z`,
        `DTSTART:${basic(from)}Z`,
        `DTEND:${basic(until)}Z`,
        `SUMMARY:${title}`,
        'END:VEVENT',
        'END:VCALENDAR',
        '',
      ]
      simulator
        .user(person)
        .calendar('personal')
        .put(`${title.replaceAll(' ', '-')}.ics`, lines.join('\r\n'), { silent: true })
    },
    serviceTime: (ms) => {
      simulator.clearFaults()
      if (ms > 0) simulator.fault({ times: Number.POSITIVE_INFINITY }, { kind: 'delay', ms })
    },
    requests: () => simulator.requests.count(),
    heard: () => 0,
    items: () =>
      people.flatMap((person) =>
        simulator
          .user(person)
          .calendar('personal')
          .list()
          .map(({ text, uid }) => ({ person, title: /SUMMARY:(.*)/.exec(text)?.[1]?.trim() ?? '', uid })),
      ),
  }
}
