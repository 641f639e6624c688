/** The ground of the scenarios of the sensitive mode: a stage whose two servers are listened to, and canaries in everything that a person writes. */
import { expect } from 'vitest'
import type { EventInput } from '../simulators/exchange/user-input.ts'
import { appointment, ics, property, times } from './items.ts'
import { Stage } from './stage.ts'
import { type Tap, tap } from './tap.ts'

/** In every word of an item of Exchange, and of Nextcloud. */
const CANARIES = { exchange: 'EXCHANGECANARY', nextcloud: 'NEXTCLOUDCANARY' } as const

export const DENTIST = `Dentist ${CANARIES.exchange}`
export const PARTY = `Party ${CANARIES.nextcloud}`
/** The two secrets, each masked on the other side; or open on both. */
export const BUSY = { exchange: ['Busy', DENTIST], nextcloud: ['Busy', PARTY] }
export const OPEN = { exchange: [DENTIST, PARTY], nextcloud: [DENTIST, PARTY] }

export type Scope = 'all' | 'private'

export function sensitive(scope: Scope = 'all', title = 'Busy'): Record<string, string> {
  return {
    Service__SyncType: '1',
    Service__SensitiveSyncConfiguration__Scope: scope,
    Service__SensitiveSyncConfiguration__SensitiveTitle: title,
  }
}

export const FULL = { Service__SyncType: '0' }

export class SensitiveStage {
  readonly stage: Stage
  readonly #taps: { exchange: Tap; nextcloud: Tap }

  private constructor(stage: Stage, taps: { exchange: Tap; nextcloud: Tap }) {
    this.stage = stage
    this.#taps = taps
  }

  static async open(env: Record<string, string>): Promise<SensitiveStage> {
    const stage = await Stage.open({ env })
    const taps = { exchange: await tap(stage.world.exchange.url), nextcloud: await tap(stage.world.nextcloud.davUrl) }
    await stage.changeUser({ DavUrl: taps.nextcloud.url })
    await stage.restart({ Service__ExchangeConfiguration__EwsUrl: taps.exchange.url })
    return new SensitiveStage(stage, taps)
  }

  /** One secret appointment on either side, in step. */
  async addSecrets(): Promise<void> {
    this.stage.mailbox().addEvent(secretAppointment('Dentist', { day: 3 }))
    const party = ics('party@example.org', ...times(4), ...secretLines('Party'))
    this.stage.calendar().put('party.ics', party, { silent: true })
    await this.stage.settle()
  }

  /** Not one byte of a person's words went to the other server, and nobody was mailed. */
  async close(options: { wasFull?: boolean } = {}): Promise<void> {
    const received = { exchange: this.#taps.exchange.received(), nextcloud: this.#taps.nextcloud.received() }
    await this.stage.close()
    await this.#taps.exchange.close()
    await this.#taps.nextcloud.close()
    expect(received.exchange.length * received.nextcloud.length).toBeGreaterThan(0)
    if (options.wasFull) return
    expect(received.exchange.includes(CANARIES.nextcloud)).toBe(false)
    expect(received.nextcloud.includes(CANARIES.exchange)).toBe(false)
  }
}

/** An appointment of Exchange with something private in every word. */
export function secretAppointment(name: string, more: Parameters<typeof appointment>[1] = {}): EventInput {
  const words = `${name} ${CANARIES.exchange}`
  return appointment(words, {
    location: `Room ${words}`,
    body: `Body ${words}`,
    categories: [`Category ${words}`],
    importance: 'High',
    reminderMinutes: 17,
    ...more,
  })
}

/** Lines of an event of Nextcloud with something private in every word, and in properties that only the document knows. */
export function secretLines(name: string): string[] {
  const words = `${name} ${CANARIES.nextcloud}`
  return [
    `SUMMARY:${words}`,
    `LOCATION:Room ${words}`,
    `DESCRIPTION:Body ${words}`,
    `CATEGORIES:Category ${words}`,
    `URL:https://example.org/${CANARIES.nextcloud}`,
    `X-OTHER-PROGRAM:${words}`,
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    `DESCRIPTION:${words}`,
    'TRIGGER:-PT17M',
    'END:VALARM',
  ]
}

/** What a person sees of the two calendars: titles, sorted. */
export function titles({ stage }: SensitiveStage): { exchange: string[]; nextcloud: string[] } {
  const summary = (text: string) => (property(text, 'SUMMARY')[0] ?? '').replace(/^SUMMARY[^:]*:/, '')
  return {
    exchange: stage
      .mailbox()
      .list()
      .map(({ fields }) => fields.Subject ?? '')
      .sort(),
    nextcloud: stage
      .calendar()
      .list()
      .map(({ text }) => summary(text))
      .sort(),
  }
}
