/** The two simulated servers in a process of their own, so that a bench measures the connector alone. Talks to its parent by messages. */
import { startExchangeSimulator } from '../simulators/exchange/simulator.ts'
import { startNextcloudSimulator } from '../simulators/nextcloud/simulator.ts'
import { emailOf, passwordOf } from '../world.ts'

export type Order =
  | { kind: 'add-mailbox'; person: string; events: number }
  | { kind: 'edit'; person: string; count: number }
  | { kind: 'counts' }
  | { kind: 'service-time'; exchangeMs: number; putMs: number }
  | { kind: 'objects'; person: string }
export type Answer =
  | { kind: 'ready'; ewsUrl: string; davUrl: string }
  | { kind: 'done' }
  | { kind: 'counts'; exchange: number; nextcloud: number }
  | { kind: 'objects'; texts: string[] }

const exchange = await startExchangeSimulator()
const nextcloud = await startNextcloudSimulator({ logEntriesMax: 0 })
exchange.addServiceAccount('svc', 'secret')

process.on('message', (order: Order) => {
  send(carryOut(order))
})
process.on('disconnect', () => process.exit(0))
send({ kind: 'ready', ewsUrl: exchange.url, davUrl: nextcloud.davUrl })

function send(answer: Answer): void {
  process.send?.(answer)
}

function carryOut(order: Order): Answer {
  switch (order.kind) {
    case 'add-mailbox':
      addMailbox(order.person, order.events)
      return { kind: 'done' }
    case 'edit': {
      const mailbox = exchange.mailbox(emailOf(order.person))
      for (const { id } of mailbox.list().slice(0, order.count))
        mailbox.editEvent(id, { location: `Room ${Date.now()}` })
      return { kind: 'done' }
    }
    case 'service-time':
      setServiceTime(order)
      return { kind: 'done' }
    case 'counts':
      return { kind: 'counts', exchange: exchange.requests.total, nextcloud: nextcloud.requests.count() }
    case 'objects':
      return {
        kind: 'objects',
        texts: nextcloud
          .user(order.person)
          .calendar('personal')
          .list()
          .map(({ text }) => text),
      }
  }
}

/** Real servers think: 0 takes it away. */
function setServiceTime({ exchangeMs, putMs }: Extract<Order, { kind: 'service-time' }>): void {
  exchange.faults.hook = exchangeMs > 0 ? () => ({ kind: 'delay', ms: exchangeMs }) : undefined
  nextcloud.clearFaults()
  if (putMs > 0) nextcloud.fault({ method: 'PUT', times: Number.POSITIVE_INFINITY }, { kind: 'delay', ms: putMs })
}

/** Typical items: one in ten is a series, one in five has a body of some lines. */
function addMailbox(person: string, events: number): void {
  const mailbox = exchange.addMailbox(emailOf(person), { displayName: person })
  nextcloud.addUser(person, passwordOf(person), { email: emailOf(person) })
  const first = Date.now() - 180 * 86_400_000
  for (let index = 0; index < events; index++) {
    const start = new Date(first + index * 3_600_000 * 6).toISOString().slice(0, 19)
    const end = new Date(first + index * 3_600_000 * 6 + 2_700_000).toISOString().slice(0, 19)
    mailbox.addEvent({
      subject: `Meeting number ${index}`,
      location: `Room ${index % 40}`,
      start,
      end,
      zone: index % 3 === 0 ? 'Eastern Standard Time' : 'W. Europe Standard Time',
      categories: index % 4 === 0 ? ['Project'] : [],
      reminderMinutes: 15,
      ...(index % 5 === 0 ? { body: `Agenda for meeting ${index}\n${'A line of the minutes.\n'.repeat(12)}` } : {}),
      ...(index % 10 === 0 ? { recurrence: { pattern: { kind: 'DailyRecurrence', interval: 7 }, count: 10 } } : {}),
    })
  }
}
